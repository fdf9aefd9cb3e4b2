package pipeline

import (
	"context"
	"time"

	"shoal/pipeline/record"
)

// Record is one record of a topic.
type Record struct {
	Topic     string
	Partition int
	Offset    int64
	// Time is the record's Kafka timestamp.
	Time    time.Time
	Key     []byte
	Value   []byte
	Headers []Header
}

// Header is a Kafka header.
type Header struct {
	Name  string
	Value []byte
}

// Source delivers the records of a topic to one consumer.
type Source interface {
	// Fetch blocks until records are there and returns up to a batch of them,
	// each partition's in offset order. What it returned it does not return
	// again within this Source's life, committed or not: the caller retries in
	// place. The caller owns the slice and the bytes. Not for concurrent use.
	// It ends with ctx's error, or ErrRebalanced where partitions were taken
	// away and what is in hand must be dropped.
	Fetch(ctx context.Context) ([]Record, error)
	// Commit makes durable that each given record, and all before it on its
	// partition, needs no further delivery. It blocks until the broker said so.
	Commit(ctx context.Context, recs ...Record) error
}

// Sink takes records for one topic.
type Sink interface {
	// Write appends recs, in order for each partition, and returns nil only
	// when the topic has them durably (all in-sync replicas). After an error
	// none, some or all may be there. It is safe for concurrent use and keeps
	// nothing of recs.
	Write(ctx context.Context, recs []Record) error
}

// Batch is what the writer hands to a Store: consecutive events with the rows of
// those that assign a report.
type Batch struct {
	// Events in order of Seq.
	Events []*record.Event
	// Rows[i] belongs to Events[i] where that is an EventAssigned; else nil.
	Rows []*record.Row
}

// Store keeps batches for analysts.
type Store interface {
	// Insert stores b and returns nil only when all of it is durable. Storing
	// the same events again, whole or in other batches, changes no figure that
	// a view shows. Not for concurrent use.
	Insert(ctx context.Context, b Batch) error
}
