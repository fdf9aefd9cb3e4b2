package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// outcome is what becomes of one operation on something durable.
type outcome int

const (
	goesWell       outcome = iota
	failsUndone            // an error, and nothing happened
	failsDone              // an error, and it happened all the same
	diesUndone             // the process is killed before it happens
	diesDone               // the process is killed after it happened
	takenAway              // the partitions go to another consumer
	failsForAWhile         // an error forty times over (minutes), and nothing happened
)

func (o outcome) String() string {
	return [...]string{"goes well", "fails undone", "fails done", "dies undone", "dies done", "taken away", "fails for a while"}[o]
}

var (
	errFault  = errors.New("injected fault")
	errKilled = errors.New("killed")
)

// fault strikes the nth time (from 1) that operation op happens.
type fault struct {
	op   string
	nth  int
	what outcome
}

// world is a broker, a store and snapshots in memory. It outlives the processes
// that use it, and it polices them: whoever commits before what follows is
// durable fails the test.
type world struct {
	t  *testing.T
	mu sync.Mutex

	topics    map[string]*memTopic
	committed map[string][]int64 // by group
	rows      map[string]int     // by report: how many assignments
	stored    map[uint64]string  // by event number: the event
	snapshots [][]byte
	trimmed   map[string]int64 // by topic: what retention took, up to there

	newEngine func() Engine
	clock     func(n int) time.Duration // by how much the broker's is off at a topic's nth record; nil for never
	faults    []fault
	counts    map[string]int
	life      int // number of the process that may act
	kill      context.CancelCauseFunc
	change    chan struct{} // closed and made anew when anything changes
}

type memTopic struct{ parts [][]Record }

func newWorld(t *testing.T, partitions int) *world {
	w := &world{
		t: t, topics: make(map[string]*memTopic), committed: make(map[string][]int64),
		rows: make(map[string]int), stored: make(map[uint64]string),
		counts: make(map[string]int), change: make(chan struct{}), trimmed: make(map[string]int64), newEngine: newToy,
	}
	for name, n := range map[string]int{TopicReports: partitions, TopicFeatures: 1, TopicEvents: 1, TopicDead: 1} {
		w.topics[name] = &memTopic{parts: make([][]Record, n)}
	}
	for _, s := range Stages() {
		w.committed[s.Group] = make([]int64, len(w.topics[s.Topic].parts))
	}
	return w
}

// do carries out one operation of the process of that life, under the lock,
// with the outcome that the fault wants.
func (w *world) do(ctx context.Context, life int, op string, f func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if life != w.life {
		return errKilled
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	w.counts[op]++
	switch w.outcome(op) {
	case failsUndone, failsForAWhile:
		return errFault
	case failsDone:
		f()
		w.changed()
		return errFault
	case diesUndone:
		w.die()
		return errKilled
	case diesDone:
		f()
		w.die()
		return errKilled
	case takenAway:
		return ErrRebalanced
	}
	f()
	if !reads(op) {
		w.changed()
	}
	return nil
}

// reads says whether op changes nothing.
func reads(op string) bool {
	switch op[strings.LastIndex(op, "."):] {
	case ".fetch", ".claim", ".last", ".load":
		return true
	}
	return false
}

func (w *world) outcome(op string) outcome {
	for _, f := range w.faults {
		n := w.counts[op] - f.nth
		if f.op == op && (n == 0 || f.what == failsForAWhile && n > 0 && n < 40) {
			return f.what
		}
	}
	return goesWell
}

func (w *world) die() {
	w.life++
	w.kill(errKilled)
	w.changed()
}

func (w *world) changed() {
	close(w.change)
	w.change = make(chan struct{})
}

func (w *world) append(topic string, part int, r Record) {
	p := &w.topics[topic].parts[part]
	r.Topic, r.Partition, r.Offset = topic, part, int64(len(*p))
	r.Time = time.Now()
	if w.clock != nil {
		r.Time = r.Time.Add(w.clock(len(*p)))
	}
	*p = append(*p, r)
}

// produce puts reports into the world, one partition after the other.
func (w *world) produce(values ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.topics[TopicReports].parts)
	for i, v := range values {
		w.append(TopicReports, i%n, Record{Value: []byte(v), Headers: []Header{{"source", []byte("user")}}})
	}
	w.changed()
}

// memSink is a Sink, memTail a Tail.
type memSink struct {
	w     *world
	life  int
	topic string
	limit int
}

func (s memSink) Write(ctx context.Context, recs []Record) error {
	for _, r := range recs {
		if s.limit > 0 && len(r.Value) > s.limit {
			return fmt.Errorf("%d bytes: %w", len(r.Value), ErrTooLarge)
		}
	}
	return s.w.do(ctx, s.life, s.topic+".write", func() {
		for _, r := range recs {
			r.Value, r.Headers = slices.Clone(r.Value), slices.Clone(r.Headers)
			s.w.append(s.topic, 0, r)
		}
	})
}

func (s memSink) Last(ctx context.Context) (rec Record, ok bool, err error) {
	err = s.w.do(ctx, s.life, s.topic+".last", func() {
		if p := s.w.topics[s.topic].parts[0]; len(p) > 0 {
			rec, ok = p[len(p)-1], true
		}
	})
	return rec, ok, err
}

// memSource is a Source, a Log and a Reader.
type memSource struct {
	w        *world
	life     int
	stage    Stage // no group: a Reader
	batch    int
	at       []int64
	police   func(recs []Record)
	assigned bool
	lost     bool // a commit said so; the next Fetch says it too
}

func (s *memSource) parts() [][]Record { return s.w.topics[s.stage.Topic].parts }

func (s *memSource) Claim(ctx context.Context) (committed int64, err error) {
	err = s.w.do(ctx, s.life, s.stage.Topic+".claim", func() {
		committed = s.w.committed[s.stage.Group][0]
		s.at, s.assigned = []int64{committed}, true
	})
	return committed, err
}

func (s *memSource) SetOffset(offset int64) { s.at = []int64{offset} }

// slice gives up to a batch from where the source stands. What is gone, or beyond
// the end, is passed over as package kafka does.
func (s *memSource) slice(p int, all []Record) []Record {
	first := s.w.trimmed[s.stage.Topic]
	if s.at[p] < first || s.at[p] > int64(len(all)) {
		s.at[p] = first
	}
	n := min(int(s.at[p])+s.batch, len(all))
	out := all[s.at[p]:n]
	s.at[p] = int64(n)
	return out
}

func (s *memSource) End(context.Context) (int64, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return int64(len(s.parts()[0])), nil
}

func (s *memSource) Fetch(ctx context.Context) ([]Record, error) {
	for {
		var recs []Record
		var change chan struct{}
		if s.isLost() {
			return nil, ErrRebalanced
		}
		err := s.w.do(ctx, s.life, s.stage.Topic+s.stage.Name+".fetch", func() {
			if !s.assigned {
				s.at, s.assigned = slices.Clone(s.w.committed[s.stage.Group]), true
			}
			for p, all := range s.parts() {
				recs = append(recs, s.slice(p, all)...)
			}
		})
		switch {
		case errors.Is(err, ErrRebalanced):
			s.assigned = false
			return nil, err
		case errors.Is(err, errFault):
			continue // a Source never fails for now
		case err != nil:
			<-ctx.Done() // killed
			return nil, ctx.Err()
		case len(recs) > 0:
			return recs, nil
		}
		s.w.mu.Lock()
		s.w.counts[s.stage.Topic+s.stage.Name+".fetch"]-- // looking in vain does not count
		change = s.w.change
		if s.news() {
			change = nil
		}
		s.w.mu.Unlock()
		if change == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-change:
		}
	}
}

func (s *memSource) news() bool {
	for p, all := range s.parts() {
		if int(s.at[p]) < len(all) {
			return true
		}
	}
	return false
}

func (s *memSource) Commit(ctx context.Context, recs ...Record) error {
	err := s.w.do(ctx, s.life, s.stage.Topic+".commit", func() {
		s.police(recs)
		to := make(map[int]int64)
		for _, r := range recs {
			to[r.Partition] = max(to[r.Partition], r.Offset+1)
		}
		for p, offset := range to {
			c := &s.w.committed[s.stage.Group][p]
			if offset < *c {
				s.w.t.Errorf("%s takes its commit back from %d to %d", s.stage.Topic, *c, offset)
			}
			*c = offset
		}
	})
	if errors.Is(err, ErrRebalanced) {
		s.w.mu.Lock()
		defer s.w.mu.Unlock()
		s.lost = true
	}
	return err
}

func (s *memSource) isLost() bool {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	lost := s.lost
	if lost {
		s.lost, s.assigned = false, false
	}
	return lost
}

// memSnapshots is a Snapshots.
type memSnapshots struct {
	w    *world
	life int
}

func (s memSnapshots) Load(ctx context.Context) (b []byte, ok bool, err error) {
	err = s.w.do(ctx, s.life, "snapshot.load", func() {
		if n := len(s.w.snapshots); n > 0 {
			b, ok = s.w.snapshots[n-1], true
		}
	})
	return b, ok, err
}

func (s memSnapshots) Save(ctx context.Context, b []byte) error {
	return s.w.do(ctx, s.life, "snapshot.save", func() {
		s.w.snapshots = append(s.w.snapshots, slices.Clone(b))
	})
}

// End and Committed make the world an Offsets.
func (w *world) End(_ context.Context, topic string) (ends []int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.topics[topic].parts {
		ends = append(ends, int64(len(p)))
	}
	return ends, nil
}

func (w *world) Committed(_ context.Context, group, _ string) ([]int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.committed[group]), nil
}
