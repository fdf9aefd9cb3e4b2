package intake

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"shoal/pipeline"
)

// memSink is topic "reports" in memory. It polices what a Handler promises of
// its writes: one at a time, bounded in time, never empty, to one topic.
type memSink struct {
	t  *testing.T
	mu sync.Mutex
	// fail, if set, says how write number n (from 1) ends, and whether its
	// records were stored all the same.
	fail func(n int, recs []pipeline.Record) (err error, stored bool)
	// gate, if set, is read from before each write.
	gate chan struct{}

	writing bool
	writes  int
	sizes   []int
	stored  map[string]int // report id to times
}

func (s *memSink) Write(ctx context.Context, recs []pipeline.Record) error {
	s.begin(ctx, recs)
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing = false
	s.writes++
	s.sizes = append(s.sizes, len(recs))
	var err error
	stored := true
	if s.fail != nil {
		err, stored = s.fail(s.writes, recs)
	}
	if !stored {
		return err
	}
	for _, rec := range recs {
		rec.Value = bytes.Clone(rec.Value)
		r := FromRecord(rec)
		for _, u := range Unwrap(&r) {
			s.stored[u.ID().String()]++
		}
	}
	return err
}

func (s *memSink) begin(ctx context.Context, recs []pipeline.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writing {
		s.t.Error("two writes at a time")
	}
	s.writing = true
	if _, bounded := ctx.Deadline(); !bounded {
		s.t.Error("a write without a deadline")
	}
	if len(recs) == 0 {
		s.t.Error("an empty write")
	}
	for i := range recs {
		if recs[i].Topic != pipeline.TopicReports || len(recs[i].Value) == 0 {
			s.t.Errorf("record for topic %q of %d bytes", recs[i].Topic, len(recs[i].Value))
		}
	}
}

func (s *memSink) has(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stored[id]
}
