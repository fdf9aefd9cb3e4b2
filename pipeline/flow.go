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
	// place. The caller owns the slice and the bytes. One goroutine may fetch
	// while another commits. It ends with ctx's error, or [ErrRebalanced] where
	// partitions were taken away and what is in hand must be dropped; the next
	// call then begins at what is committed.
	Fetch(ctx context.Context) ([]Record, error)
	// Commit makes durable that each given record, and all before it on its
	// partition, needs no further delivery. It blocks until the broker said
	// so, and answers [ErrRebalanced] where that is no longer this consumer's
	// to say.
	Commit(ctx context.Context, recs ...Record) error
}

// Log is a topic of one partition that has one consumer at a time, who chooses
// where to read. Others that claim it stand by.
type Log interface {
	// Claim blocks until the log is this consumer's alone and gives the offset
	// after the last committed record, 0 where there is none.
	Claim(ctx context.Context) (committed int64, err error)
	// SetOffset makes the next Fetch begin at offset. Call it after each Claim.
	SetOffset(offset int64)
	// Fetch and Commit: see [Source]. After ErrRebalanced comes another Claim.
	Source
}

// Partitions is a topic whose partitions its consumers share, each of them choosing
// where to read on in those that it is given.
type Partitions interface {
	// OnAssign sets what is asked, in Fetch and with its ctx, when this consumer was
	// given partitions, all that it has from then on and before any of them is read.
	// An error ends the Fetch. Call it before the first Fetch.
	OnAssign(func(ctx context.Context, given []Assignment) error)
	// Fetch and Commit: see [Source].
	Source
}

// Assignment is a partition that a consumer was given.
type Assignment struct {
	Partition int
	// First is the offset of its first record, Committed the one after the last
	// committed record, or First.
	First, Committed int64
	// From is where to read on, for the consumer to set.
	From int64
}

// Reader reads a topic's only partition from where the caller wants. It is no
// member of a group. Not for concurrent use.
type Reader interface {
	// SetOffset makes the next Fetch begin at offset.
	SetOffset(offset int64)
	// Fetch blocks until records are there and returns up to a batch of them.
	Fetch(ctx context.Context) ([]Record, error)
	// End is the offset after the last record.
	End(ctx context.Context) (int64, error)
}

// Tail shows the last record of a topic of one partition.
type Tail interface {
	// Last gives the last record; ok is false where the topic is empty.
	Last(ctx context.Context) (rec Record, ok bool, err error)
}

// Sink takes records for one topic. It chooses the partition: by Key where there
// is one, else in turn.
type Sink interface {
	// Write appends recs, in order for each partition, and returns nil only
	// when the topic has them durably (all in-sync replicas). After an error
	// some may be there: on each partition a leading part, or all. A record
	// that is too large for the topic gives [ErrTooLarge], and then none is
	// there. It is safe for concurrent use and keeps nothing of recs.
	Write(ctx context.Context, recs []Record) error
}

// Batch is what the writer hands to a Store: consecutive events with the rows of
// those that assign a report.
type Batch struct {
	// Events in order of Seq.
	Events []*record.Event
	// Rows[i] belongs to Events[i] where that is an EventAssigned (and is then
	// never nil); else nil.
	Rows []*record.Row
}

// Store keeps batches for analysts.
type Store interface {
	// Insert stores b and returns nil only when all of it is durable. Storing
	// the same events again, whole or in other batches, changes no figure that
	// a view shows. Not for concurrent use.
	Insert(ctx context.Context, b Batch) error
}
