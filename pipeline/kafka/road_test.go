package kafka_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/record"
	"shoal/pipeline/snapshot"
)

// TestRoadSurvivesKills runs the three stages on a real broker and ends the
// process right before and right after each of their writes and commits. Then a
// new one goes on. Every report is stored once, and every event is published once.
func TestRoadSurvivesKills(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		r := newRoad(t, b)
		r.run(gate{})
		for _, op := range []string{"features.write", "reports.commit", "events.write", "features.commit", "store.insert", "events.commit"} {
			for _, after := range []bool{false, true} {
				r.run(gate{op: op, nth: 1, after: after})
				r.run(gate{})
				r.check(fmt.Sprintf("killed at %s (after it: %v)", op, after))
			}
		}
	})
}

// TestRoadSurvivesItsBroker stops the broker in the middle and starts it again.
func TestRoadSurvivesItsBroker(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		r := newRoad(t, b)
		r.run(gate{})
		for _, op := range []string{"features.write", "events.write", "events.commit"} {
			r.run(gate{op: op, nth: 1, instead: func() {
				if k, ok := b.(interface{ Kill(testing.TB) }); ok {
					k.Kill(t)
				} else {
					b.Stop(t)
				}
				b.Start(t)
			}})
			r.check("broker ended at " + op)
		}
	})
}

// gate ends the process (or does something instead) at the nth time of op.
type gate struct {
	op      string
	nth     int
	after   bool
	instead func()
}

// road is what outlives a process.
type road struct {
	t         *testing.T
	b         broker
	sent      int
	snapshots *snapshot.Dir

	mu     sync.Mutex
	rows   map[string]int
	events map[uint64]string
}

func newRoad(t *testing.T, b broker) *road {
	topics(t, newClient(t, b.Addr()), 2)
	return &road{t: t, b: b, snapshots: snapshot.NewDir(t.TempDir(), testLog(t)),
		rows: make(map[string]int), events: make(map[uint64]string)}
}

var errKilled = errors.New("killed")

// life is one process.
type life struct {
	*road
	gate  gate
	count int
	dead  bool
	kill  context.CancelCauseFunc
}

// run sends twenty reports and lives until they are stored or the gate ends it.
func (r *road) run(g gate) {
	r.t.Helper()
	c := newClient(r.t, r.b.Addr())
	defer c.Close()
	for range 20 {
		write(r.t, c, pipeline.TopicReports, pipeline.Record{Value: fmt.Appendf(nil, "r%d", r.sent)})
		r.sent++
	}
	ctx, kill := context.WithCancelCause(within(r.t))
	l := &life{road: r, gate: g, kill: kill}
	stages := make(chan error, 1)
	go func() { stages <- l.stages(ctx, c) }()
	err := pipeline.Drain(ctx, c, 20*time.Millisecond)
	kill(errKilled)
	if stageErr := <-stages; stageErr != nil {
		r.t.Errorf("stages ended with %v", stageErr)
	}
	if killed := g.op != "" && g.instead == nil; killed != (err != nil) {
		r.t.Errorf("gate %q: drained with %v", g.op, err)
	}
}

func (l *life) stages(ctx context.Context, c *kafka.Client) error {
	cfg := pipeline.StageConfig{Log: testLog(l.t), Retry: pipeline.Retry{First: 20 * time.Millisecond, Max: time.Second}, Grace: time.Second}
	reports, features, events := c.NewGroup(pipeline.GroupWorker, pipeline.TopicReports),
		c.NewLog(pipeline.GroupClusterer, pipeline.TopicFeatures), c.NewGroup(pipeline.GroupWriter, pipeline.TopicEvents)
	dead := c.NewSink(pipeline.TopicDead)
	worker := pipeline.NewWorker(pipeline.WorkerConfig{StageConfig: cfg, Source: gatedSource{l, reports, "reports"},
		Features: gatedSink{l, c.NewSink(pipeline.TopicFeatures), "features"}, Dead: dead, Extract: extract})
	clusterer := pipeline.NewClusterer(pipeline.ClustererConfig{StageConfig: cfg, Features: gatedLog{gatedSource{l, features, "features"}, features},
		Events: gatedSink{l, c.NewSink(pipeline.TopicEvents), "events"}, EventsTail: c.NewReader(pipeline.TopicEvents), History: c.NewReader(pipeline.TopicEvents),
		Dead: dead, Snapshots: l.snapshots, NewEngine: func() pipeline.Engine { return newEngine() }, SnapshotRecords: 15})
	writer := pipeline.NewWriter(pipeline.WriterConfig{StageConfig: cfg, Events: gatedSource{l, events, "events"},
		Features: c.NewReader(pipeline.TopicFeatures), Dead: dead, Store: gatedStore{l}, MaxEvents: 7, Linger: 10 * time.Millisecond})
	var group errgroup.Group
	for _, f := range []func(context.Context) error{worker.Run, clusterer.Run, writer.Run} {
		group.Go(func() error { return f(ctx) })
	}
	err := group.Wait()
	return errors.Join(err, reports.Close(), features.Close(), events.Close())
}

// pass carries out one operation, unless the process is dead or dies of it.
func (l *life) pass(op string, f func() error) error {
	l.mu.Lock()
	if l.dead {
		l.mu.Unlock()
		return errKilled
	}
	here := false
	if l.gate.op == op {
		l.count++
		here = l.count == l.gate.nth
	}
	l.dead = here && l.gate.instead == nil
	l.mu.Unlock()
	if !here {
		return f()
	}
	if l.gate.instead != nil {
		l.gate.instead()
		return f()
	}
	if l.gate.after {
		if err := f(); err != nil {
			l.t.Errorf("%s: %v", op, err)
		}
	}
	l.kill(errKilled)
	return errKilled
}

type gatedSink struct {
	l    *life
	sink pipeline.Sink
	name string
}

func (s gatedSink) Write(ctx context.Context, recs []pipeline.Record) error {
	return s.l.pass(s.name+".write", func() error { return s.sink.Write(ctx, recs) })
}

type gatedSource struct {
	l *life
	pipeline.Source
	name string
}

func (s gatedSource) Commit(ctx context.Context, recs ...pipeline.Record) error {
	return s.l.pass(s.name+".commit", func() error { return s.Source.Commit(ctx, recs...) })
}

type gatedLog struct {
	gatedSource
	log pipeline.Log
}

func (l gatedLog) Claim(ctx context.Context) (int64, error) { return l.log.Claim(ctx) }
func (l gatedLog) SetOffset(offset int64)                   { l.log.SetOffset(offset) }

// gatedStore counts what it stores.
type gatedStore struct{ l *life }

func (s gatedStore) Insert(_ context.Context, b pipeline.Batch) error {
	return s.l.pass("store.insert", func() error {
		s.l.mu.Lock()
		defer s.l.mu.Unlock()
		for i, ev := range b.Events {
			text := ev.String()
			old, repeat := s.l.events[ev.GetSeq()]
			if repeat && old != text {
				s.l.t.Errorf("event %d is %s and %s", ev.GetSeq(), old, text)
			}
			s.l.events[ev.GetSeq()] = text
			if !repeat && ev.GetKind() == uint32(cluster.EventAssigned) {
				s.l.rows[b.Rows[i].GetName()]++
			}
		}
		return nil
	})
}

// check wants every report stored once, and every event published once.
func (r *road) check(when string) {
	r.t.Helper()
	for i := range r.sent {
		if n := r.rows[fmt.Sprintf("r%d", i)]; n != 1 {
			r.t.Errorf("%s: report r%d is stored %d times", when, i, n)
		}
	}
	if len(r.rows) != r.sent {
		r.t.Errorf("%s: %d reports stored, %d sent", when, len(r.rows), r.sent)
	}
	c := newClient(r.t, r.b.Addr())
	defer c.Close()
	reader := c.NewReader(pipeline.TopicEvents)
	end, err := reader.End(within(r.t))
	if err != nil {
		r.t.Fatal(err)
	}
	for next := int64(0); next < end; {
		recs, err := reader.Fetch(within(r.t))
		if err != nil {
			r.t.Fatal(err)
		}
		for _, rec := range recs {
			next = rec.Offset + 1
			if ev, err := record.UnmarshalEvent(rec.Value); err != nil || ev.GetSeq() != uint64(next) {
				r.t.Errorf("%s: event %d stands at offset %d: %v", when, ev.GetSeq(), rec.Offset, err)
			}
		}
	}
}

func extract(_ context.Context, rec pipeline.Record) ([][]byte, error) {
	sum := sha256.Sum256(rec.Value)
	f := &cluster.Features{}
	copy(f.Report[:], sum[:])
	b, err := record.MarshalReport(f, &record.Row{Name: string(rec.Value)})
	return [][]byte{b}, err
}

// engine assigns each report once.
type engine struct {
	S    uint64
	O    int64
	Seen map[string]bool
}

func newEngine() *engine           { return &engine{O: -1, Seen: make(map[string]bool)} }
func (e *engine) Seq() uint64      { return e.S }
func (e *engine) Offset() int64    { return e.O }
func (e *engine) Snapshot() []byte { b, _ := json.Marshal(e); return b }

func (e *engine) Restore(b []byte) error { return json.Unmarshal(b, e) }

func (e *engine) Step(in cluster.Entry) []cluster.Event {
	e.O = in.Offset
	e.S++
	ev := cluster.Event{Seq: e.S, Offset: in.Offset, Kind: cluster.EventAssigned, Report: in.Features.Report}
	if e.Seen[ev.Report.String()] {
		ev.Kind = cluster.EventRepeat
	}
	e.Seen[ev.Report.String()] = true
	return []cluster.Event{ev}
}

// Follow implements pipeline.Engine: an entry has one event, so it decides the same.
func (e *engine) Follow(in cluster.Entry, published []cluster.Event, _ bool) []cluster.Event {
	if in.Features == nil {
		e.O, e.S = in.Offset, published[len(published)-1].Seq
		return nil
	}
	e.S = published[len(published)-1].Seq - 1
	e.Step(in)
	return nil
}
