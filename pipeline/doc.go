// Package pipeline moves reports: from a topic through extraction and
// clustering into a store, one stage a file.
//
// A stage reads a [Source], does its work, writes a [Sink] (or a [Store]) and
// only then commits what it read. Nothing is committed before everything
// derived from it, and from all before it, is durable; so a crash leads to
// repeats, never to loss, and repeats are recognised by content-derived ids and
// event numbers. A message that cannot be used is data: it goes to the dead
// letter with a reason. A temporary failure is retried in place.
//
// The package decides the order of things and nothing else: it knows no Kafka,
// no ClickHouse and no MIME. Its adapters live in the packages below it, which
// do not import each other; cmd/shoal wires them.
//
// # What a report costs
//
// Of `shoal run` over 20,000 simulated messages (2.8 kB each), in microseconds of a
// core a report, by perf on both processes while others used the two cores (load 7,
// which makes everything dearer), 380 in all:
//
//	extraction: text, links, digests     103   reading files, publishing        7
//	parsing, unwrapping, encoding         47   zstd, both ways                 19
//	clustering                            37   Kafka's protocol and broker     16
//	its decoding and encoding             12   rows: decoding                   8
//	ClickHouse, without its start         63   rows: encoding, batches         15
//	garbage collection                    31   the runtime, the rest            6
//
// So 230 beside extraction's 150: even with ClickHouse for nothing the whole would
// not reach 0.7 of extraction's rate. Of ClickHouse's part at most a third is the rows
// themselves, the rest what each batch costs whatever is in it (45 ms: five parts of
// a dozen files each, synced) and the merges of those parts; hence larger batches of
// a backlog, see [WriterConfig].
//
// Rejected: another pace of the garbage collector (GOGC=100, 200 and 300 took 5.7,
// 5.7 and 5.6 s: what is saved goes into new pages); handing decoded records from
// stage to stage within a process, which would save some 16 of these and could make what
// is clustered something else than what the log says.
package pipeline
