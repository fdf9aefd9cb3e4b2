// Package embedded runs the pipeline's engines on one machine: a Kafka broker in
// this process, and ClickHouse in a child process of its own behind its HTTP
// interface. Everything else speaks to them through the same clients as in
// production, and to nothing in this package.
//
// # The broker
//
// [Broker] is kfake (of franz-go) on loopback, one node, with its records in a
// folder. Every produce request and every commit is synced to disk before it is
// answered, so what was acknowledged survives kill -9 and a power cut. A torn end
// of a file is cut off at the next start. Two processes cannot open one folder.
//
// What it costs and where it ends, as measured and as read in its source:
//
//   - Records are on disk only; memory holds about a hundred bytes for each
//     batch. Reading goes through the page cache.
//   - One goroutine serves all requests, so a sync to disk delays every client.
//     Large requests make it fast: see BenchmarkBroker of package kafka.
//   - A topic's max.message.bytes bounds a batch as in Kafka; retention.ms is
//     honoured a batch at a time.
//   - Groups are Kafka's classic ones, with sessions and rebalances; commits are
//     an append-only log that is compacted as it grows.
//   - A failed write is answered with an error. A failed sync is not noticed: the
//     disk is trusted to report it at the next write.
//
// It has no replication and no access control, and it listens on loopback only.
// For more than one machine there is Kafka itself.
package embedded
