package pipeline

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// handSource counts what was fetched and is not committed yet: what a stage has
// in memory.
type handSource struct {
	*memSource
	hand, most atomic.Int64
}

func (s *handSource) Fetch(ctx context.Context) ([]Record, error) {
	recs, err := s.memSource.Fetch(ctx)
	n := s.hand.Add(int64(len(recs)))
	s.most.Store(max(s.most.Load(), n))
	return recs, err
}

// Commit stands for all before a record too: of one partition, all that is in hand
// up to it.
func (s *handSource) Commit(ctx context.Context, recs ...Record) error {
	before := s.committed()
	err := s.memSource.Commit(ctx, recs...)
	s.hand.Add(before - s.committed())
	return err
}

func (s *handSource) committed() int64 {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return s.w.committed[s.stage.Group][0]
}

// slowStore takes a second for each insert.
type slowStore struct{ memStore }

func (s slowStore) Insert(ctx context.Context, b Batch) error {
	if !sleep(ctx, time.Second) {
		return ctx.Err()
	}
	return s.memStore.Insert(ctx, b)
}

// TestOverload: what comes in at ten times the rate at which a stage's output
// takes it stays in the topic. The stage has a few batches in memory, does not
// fail, and catches up in order.
func TestOverload(t *testing.T) {
	const batch, second, seconds = 10, 100, 10
	for _, c := range []struct {
		name  string
		stage Stage
		most  int64 // records in hand
		took  time.Duration
		put   func(w *world, i int)
		start func(ctx context.Context, w *world, s Source) error
		got   func(w *world) []string
	}{
		{
			// One batch is written, one waits for that, one is extracted or fetched.
			name: "worker", stage: Stages()[0], most: 3 * batch, took: second * seconds / batch * time.Second,
			put: func(w *world, i int) { w.produce(fmt.Sprintf("a%d", i)) },
			start: func(ctx context.Context, w *world, s Source) error {
				return NewWorker(WorkerConfig{Source: s, Features: slowSink{memSink{w: w, topic: TopicFeatures}},
					Dead: memSink{w: w, topic: TopicDead}, Extract: echo}).Run(ctx)
			},
			got: func(w *world) (out []string) {
				for _, r := range w.topics[TopicFeatures].parts[0] {
					out = append(out, string(r.Value))
				}
				return out
			},
		},
		{
			// A batch that is stored, beside one fetch that waits for it and one that
			// it began with.
			name: "writer", stage: Stages()[2], most: 4 * batch, took: second * seconds / (2 * batch) * time.Second,
			put: func(w *world, i int) {
				b, err := record.MarshalEvent(&cluster.Event{Seq: uint64(i) + 1, Kind: cluster.EventCreated, Campaign: cluster.CampaignID(fmt.Sprintf("a%d", i))})
				if err != nil {
					t.Fatal(err)
				}
				w.mu.Lock()
				defer w.mu.Unlock()
				w.append(TopicEvents, 0, Record{Value: b})
				w.changed()
			},
			start: func(ctx context.Context, w *world, s Source) error {
				return NewWriter(WriterConfig{Events: s, Features: &memSource{w: w, stage: Stages()[1]},
					Dead: memSink{w: w, topic: TopicDead}, Store: slowStore{memStore{w, 0}}, MaxEvents: 2 * batch}).Run(ctx)
			},
			got: func(w *world) (out []string) {
				for seq := range uint64(second * seconds) {
					if w.stored[seq+1] != "" {
						out = append(out, fmt.Sprintf("a%d", seq))
					}
				}
				return out
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1)
				src := &handSource{memSource: &memSource{w: w, stage: c.stage, batch: batch, police: func([]Record) {}}}
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- c.start(ctx, w, src) }()
				began := time.Now()
				var want []string
				for i := range second * seconds {
					c.put(w, i)
					want = append(want, fmt.Sprintf("a%d", i))
					time.Sleep(time.Second / second)
				}
				if n := src.committed(); n > second*seconds/2 {
					t.Errorf("%d records are done by then: that is no overload", n)
				}
				if err := drainStage(ctx, w, c.stage, time.Second); err != nil {
					t.Fatal(err)
				}
				took := time.Since(began)
				stop()
				if err := <-done; err != nil {
					t.Errorf("Run = %v, want nil", err)
				}
				if most := src.most.Load(); most > c.most {
					t.Errorf("%d records in hand, want at most %d", most, c.most)
				}
				if took > c.took+5*time.Second {
					t.Errorf("caught up after %v, want about %v", took, c.took)
				}
				if got := c.got(w); !slices.Equal(got, want) {
					t.Errorf("%d came out, want %d in order", len(got), len(want))
				}
			})
		})
	}
}

// echo extracts a record's own value.
func echo(_ context.Context, rec Record) ([][]byte, error) { return [][]byte{rec.Value}, nil }
