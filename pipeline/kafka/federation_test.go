package kafka_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/cluster/simulate"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/record"
	"shoal/pipeline/snapshot"
)

// TestFederation runs local clusterers, a global one and a writer on a real broker.
// Processes are killed, added and stopped in the middle. In the end every report is
// stored once, with its row, in the campaign and under the id that one global
// clusterer in memory gives it that reads the same log of findings; and those findings
// are, for each partition, those of a local clusterer in memory that nobody killed.
func TestFederation(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		f := newFed(t, b, 600)
		rng := rand.New(rand.NewPCG(1, 1))
		global, locals := f.start(f.global), []*fedLife{f.start(f.locals)}
		for part := range 4 {
			f.send(len(f.reports) / 4 * part)
			switch part {
			case 0: // a second process of locals
				locals = append(locals, f.start(f.locals))
			case 1: // one is killed at some write or commit, and another one comes
				locals[0].arm(1 + rng.IntN(4))
				<-locals[0].ended
				locals[0] = f.start(f.locals)
			case 2: // the global one is killed, then stopped
				global.arm(1 + rng.IntN(3))
				<-global.ended
				global = f.start(f.global)
			case 3: // one fewer
				locals[1].stop()
				locals = locals[:1]
			}
		}
		f.drain()
		for _, l := range append(locals, global) {
			l.stop()
		}
		f.check()
	})
}

// fed is what outlives the processes of a federation.
type fed struct {
	t       *testing.T
	b       broker
	c       *kafka.Client
	reports []*cluster.Features
	dir     string

	mu    sync.Mutex
	names map[cluster.ReportID]string // of each stored row
	at    map[cluster.ReportID]string
	gone  map[string]string
	last  uint64
}

// fedPartitions of each round.
const fedPartitions = 3

func newFed(t *testing.T, b broker, n int) *fed {
	f := &fed{t: t, b: b, c: newClient(t, b.Addr()), dir: t.TempDir(), names: map[cluster.ReportID]string{},
		at: map[cluster.ReportID]string{}, gone: map[string]string{}}
	topics := kafka.DefaultTopics()
	topics.Partitions, topics.Locals = 1, fedPartitions
	if err := f.c.EnsureTopics(within(t), topics); err != nil {
		t.Fatal(err)
	}
	stream, err := simulate.Features(simulate.Default(n, 7))
	if err != nil {
		t.Fatal(err)
	}
	for l := range stream {
		f.reports = append(f.reports, l.Features)
	}
	return f
}

// send writes a quarter of the reports as workers do, and some of them twice.
func (f *fed) send(from int) {
	f.t.Helper()
	sink := pipeline.Routed{Sink: f.c.NewSink(pipeline.TopicRound(0))}
	var recs []pipeline.Record
	for i := from; i < from+len(f.reports)/4; i++ {
		value, err := record.MarshalReport(f.reports[i], &record.Row{Name: fmt.Sprint(i)})
		if err != nil {
			f.t.Fatal(err)
		}
		for range 1 + (i%50)/49 {
			recs = append(recs, pipeline.Record{Value: value})
		}
	}
	for part := range slices.Chunk(recs, 40) {
		if err := sink.Write(within(f.t), part); err != nil {
			f.t.Fatal(err)
		}
	}
}

// fedLife is one process. Armed, it dies right after a write and before what follows.
type fedLife struct {
	t     testing.TB
	kill  context.CancelCauseFunc
	quit  context.CancelFunc
	ended chan struct{}

	mu   sync.Mutex
	left int // writes until it dies; 0 for never
	dead bool
}

func (f *fed) start(run func(context.Context, *fedLife, *kafka.Client) error) *fedLife {
	hard, kill := context.WithCancelCause(within(f.t))
	ctx, quit := context.WithCancel(hard)
	l := &fedLife{t: f.t, kill: kill, quit: quit, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		c := newClient(f.t, f.b.Addr())
		defer c.Close()
		if err := run(ctx, l, c); err != nil {
			f.t.Errorf("a process ended with %v", err)
		}
	}()
	return l
}

func (l *fedLife) stop() {
	l.quit()
	<-l.ended
}

func (l *fedLife) arm(writes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = writes
}

// pass lets a write or commit through, and nothing after the one at which it dies.
func (l *fedLife) pass(do func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errKilled
	}
	err := do()
	if l.left == 0 || err != nil {
		return err
	}
	if l.left--; l.left > 0 {
		return nil
	}
	l.dead = true
	l.kill(errKilled)
	return errKilled
}

type mortalSink struct {
	l *fedLife
	pipeline.Sink
}

func (s mortalSink) Write(ctx context.Context, recs []pipeline.Record) error {
	return s.l.pass(func() error { return s.Sink.Write(ctx, recs) })
}

type mortalParts struct {
	l *fedLife
	*kafka.Group
}

func (s mortalParts) Commit(ctx context.Context, recs ...pipeline.Record) error {
	return s.l.pass(func() error { return s.Group.Commit(ctx, recs...) })
}

func fedConfig(t testing.TB) pipeline.StageConfig {
	return pipeline.StageConfig{Log: testLog(t), Retry: pipeline.Retry{First: 20 * time.Millisecond, Max: time.Second}, Grace: 5 * time.Second}
}

// engineConfig has tables that suit a test.
func engineConfig() cluster.Config {
	cfg := cluster.DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits = 14, 16
	return cfg
}

func localEngine(round int) *federation.Local {
	return federation.NewLocal(federation.DefaultConfig(engineConfig(), round, fedPartitions))
}

func (f *fed) locals(ctx context.Context, l *fedLife, c *kafka.Client) error {
	var all errgroup.Group
	for round := range federation.Rounds {
		group := c.NewGroup(pipeline.LocalStage(round).Group, pipeline.TopicRound(round))
		cfg := pipeline.LocalConfig{
			StageConfig: fedConfig(f.t), Round: round, Reports: mortalParts{l, group},
			Features: mortalSink{l, c.NewSink(pipeline.TopicFeatures)}, SnapshotRecords: 30,
			Snapshots: func(part int) pipeline.Snapshots {
				return snapshot.NewDir(filepath.Join(f.dir, fmt.Sprint(round, "-", part)), testLog(f.t))
			},
			NewEngine: func() pipeline.LocalEngine { return localEngine(round) },
		}
		if round+1 < federation.Rounds {
			cfg.Next = mortalSink{l, c.NewSink(pipeline.TopicRound(round + 1))}
		}
		stage := pipeline.NewLocal(cfg)
		all.Go(func() error { return errors.Join(stage.Run(ctx), group.Close()) })
	}
	return all.Wait()
}

func (f *fed) global(ctx context.Context, l *fedLife, c *kafka.Client) error {
	features := c.NewLog(pipeline.GroupClusterer, pipeline.TopicFeatures)
	events := c.NewGroup(pipeline.GroupWriter, pipeline.TopicEvents)
	dead := c.NewSink(pipeline.TopicDead)
	clusterer := pipeline.NewClusterer(pipeline.ClustererConfig{
		StageConfig: fedConfig(f.t), Features: features, Events: mortalSink{l, c.NewSink(pipeline.TopicEvents)},
		EventsTail: c.NewReader(pipeline.TopicEvents), History: c.NewReader(pipeline.TopicEvents), Dead: dead,
		Snapshots: snapshot.NewDir(filepath.Join(f.dir, "global"), testLog(f.t)), SnapshotRecords: 100,
		NewEngine: func() pipeline.Engine { return federation.NewGlobal(engineConfig()) },
	})
	writer := pipeline.NewWriter(pipeline.WriterConfig{
		StageConfig: fedConfig(f.t), Events: events, Features: c.NewReader(pipeline.TopicFeatures), Dead: dead, Store: f, Linger: 10 * time.Millisecond,
	})
	var all errgroup.Group
	all.Go(func() error { return clusterer.Run(ctx) })
	all.Go(func() error { return writer.Run(ctx) })
	err := all.Wait()
	return errors.Join(err, features.Close(), events.Close())
}

// Insert implements pipeline.Store. An event that was stored before changes nothing.
func (f *fed) Insert(_ context.Context, b pipeline.Batch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, ev := range b.Events {
		if ev.GetSeq() <= f.last {
			continue
		}
		if f.last++; ev.GetSeq() != f.last {
			f.t.Errorf("event %d after %d", ev.GetSeq(), f.last-1)
		}
		switch cluster.EventKind(ev.GetKind()) {
		case cluster.EventAssigned:
			id := cluster.ReportID(ev.GetReportId())
			if name, twice := f.names[id]; twice {
				f.t.Errorf("report %v (%s) is stored twice", id, name)
			}
			f.names[id], f.at[id] = b.Rows[i].GetName(), ev.GetCampaign()
		case cluster.EventMerged:
			f.gone[ev.GetOther()] = ev.GetCampaign()
		}
	}
	return nil
}

// drain waits until nothing is left in any topic of the road.
func (f *fed) drain() {
	f.t.Helper()
	stages := append(pipeline.LocalStages(), pipeline.Stages()[1:]...)
	if err := pipeline.DrainThrough(within(f.t), f.c, 30*time.Millisecond, stages...); err != nil {
		f.t.Fatal(err)
	}
}

// check: see [TestFederation].
func (f *fed) check() {
	f.t.Helper()
	for i, r := range f.reports {
		if got := f.names[r.Report]; got != fmt.Sprint(i) {
			f.t.Errorf("report %d is stored with the row %q", i, got)
		}
	}
	want := map[cluster.ReportID]string{}
	gone := map[string]string{}
	g := federation.NewGlobal(engineConfig())
	findings := findings{}
	for _, rec := range f.all(pipeline.TopicFeatures, 0) {
		entry, err := record.UnmarshalEntry(rec.Value)
		if err != nil {
			f.t.Fatal(err)
		}
		entry.Offset = rec.Offset
		r := entry.Features.Report
		findings.add(r, *entry.Finding)
		for _, ev := range g.Step(entry) {
			switch ev.Kind {
			case cluster.EventAssigned:
				want[ev.Report] = string(ev.Campaign)
			case cluster.EventMerged:
				gone[string(ev.Other)] = string(ev.Campaign)
			}
		}
	}
	if diff := gocmp.Diff(resolve(want, gone), resolve(f.at, f.gone)); diff != "" {
		f.t.Errorf("campaigns (-in memory +stored):\n%s", diff)
	}
	if diff := gocmp.Diff(f.undisturbed().sorted(), findings.sorted()); diff != "" {
		f.t.Errorf("findings (-undisturbed +those in the log):\n%s", diff)
	}
}

// undisturbed is what locals in memory say of what the topics of the rounds hold.
func (f *fed) undisturbed() findings {
	out := findings{}
	for round := range federation.Rounds {
		for part := range fedPartitions {
			l := localEngine(round)
			for _, rec := range f.all(pipeline.TopicRound(round), part) {
				entry, err := record.UnmarshalEntry(rec.Value)
				if err != nil {
					f.t.Fatal(err)
				}
				take := l.Step
				if entry.Finding != nil {
					take = l.Learn
				}
				for _, e := range take(rec.Offset, entry.Features).Entries {
					found := *e.Finding
					found.Score, found.Content = float64(float32(found.Score)), float64(float32(found.Content))
					for i := range found.Evidence {
						v := &found.Evidence[i]
						v.Score, v.Weight = float64(float32(v.Score)), float64(float32(v.Weight))
					}
					out.add(e.Features.Report, found)
				}
			}
		}
	}
	return out
}

// all are the records of a partition.
func (f *fed) all(topic string, part int) (recs []pipeline.Record) {
	f.t.Helper()
	ends, err := f.c.End(within(f.t), topic)
	if err == nil {
		err = f.c.Each(within(f.t), topic, part, 0, ends[part], func(rec pipeline.Record) error {
			recs = append(recs, rec)
			return nil
		})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return recs
}

func resolve(at map[cluster.ReportID]string, gone map[string]string) map[string]string {
	out := map[string]string{}
	for r, id := range at {
		for next, ok := gone[id]; ok; next, ok = gone[id] {
			id = next
		}
		out[r.String()] = id
	}
	return out
}

// findings are what was found out about each report, each once.
type findings map[cluster.ReportID][]cluster.Finding

func (all findings) add(r cluster.ReportID, f cluster.Finding) {
	if !slices.ContainsFunc(all[r], func(x cluster.Finding) bool { return gocmp.Equal(x, f) }) {
		all[r] = append(all[r], f)
	}
}

// sorted gives the findings on each report in an order.
func (all findings) sorted() map[string][]cluster.Finding {
	out := map[string][]cluster.Finding{}
	for r, fs := range all {
		out[r.String()] = slices.SortedFunc(slices.Values(fs), func(a, b cluster.Finding) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Of.String(), b.Of.String()))
		})
	}
	return out
}
