// Package kafka is the pipeline's way to Kafka: a [Group] and a [Log] that read,
// a [Sink] that writes, a [Reader] without a group, and the offsets that say how
// far behind each stage is. It is the only importer of segmentio/kafka-go, and it
// speaks to Apache Kafka 4 and to the embedded broker alike.
//
// It uses kafka-go's Client and ConsumerGroup and not its Reader and Writer, for
// these reasons, each of which would lose reports or order:
//
//   - Reader keeps commits over a rebalance and sends them in the next
//     generation, for partitions that may be another's by then (kafka-go issue
//     1308). A [Group] commits in the generation that delivered the record, or
//     answers pipeline.ErrRebalanced.
//   - Writer goes on with later batches of a partition after an earlier one has
//     failed, and with what it holds after its caller's context ended. A [Sink]
//     stops at the first failure, so a failed write leaves a leading part.
//   - Writer waits for a batch to fill (a second by default), Reader for ten
//     seconds of data. Stages bring batches of their own here, so a request goes
//     out at once and an answer comes at the first byte.
//
// What kafka-go cannot do, and what follows: no idempotent producer and no
// transactions, so a write whose answer was lost may be there twice (the stages
// recognise repeats); records of a transaction that a producer aborted are
// delivered like others; with message.timestamp.type=LogAppendTime a record still
// shows its producer's time. The package decides nothing about reports.
package kafka
