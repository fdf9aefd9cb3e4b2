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
package pipeline
