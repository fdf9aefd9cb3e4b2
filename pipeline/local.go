package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shoal/cluster"
	"shoal/cluster/federation"
)

// LocalEngine is what a [Local] steps for each partition: federation.Local. The same
// records give the same outputs.
type LocalEngine interface {
	// Step takes the next report; Learn one that the round before told the global
	// clusterer of.
	Step(offset int64, f *cluster.Features) federation.Output
	Learn(offset int64, f *cluster.Features) federation.Output
	// Snapshot, Restore and Offset: see [Engine].
	Snapshot() []byte
	Restore([]byte) error
	Offset() int64
}

var _ LocalEngine = (*federation.Local)(nil)

// LocalConfig is what a [Local] needs.
type LocalConfig struct {
	StageConfig
	// Round is that of its topic, from 0.
	Round    int
	Reports  Partitions // of the round's topic
	Features Sink
	// Next is the topic of the next round, nil after the last.
	Next Sink
	// NewEngine returns an engine with empty state.
	NewEngine func() LocalEngine
	// Snapshots are those of a partition.
	Snapshots func(partition int) Snapshots
	// SnapshotRecords and SnapshotEvery: see [ClustererConfig].
	SnapshotRecords int64
	SnapshotEvery   time.Duration
	// Warm is how many records a partition without a snapshot reads again to know what
	// it knew; zero for 100,000.
	Warm int64
}

// Local runs local clusterers, one for each partition of a round that it is given,
// and writes what they find to "features", the log of the global clusterer, and to
// the next round. Any number of processes share the partitions.
//
// A partition's state goes where its snapshots are: where there are none, its last
// records are read again, and nothing is published of those that were committed. What
// was published and not committed is published again, and a repeat to whoever reads it.
// What cannot be read goes on to the global clusterer as it is, which buries it. So
// does a record at which an engine panics (but in later rounds: the global clusterer has
// those reports); that partition's engine then begins anew, knowing nothing, which costs
// sketches and no report.
type Local struct {
	cfg      LocalConfig
	name     string
	progress Progress
	metrics  *stageMetrics
	told     *localMetrics
	parts    map[int]*localPart
}

// localPart is a partition that this process works on.
type localPart struct {
	number    int
	engine    LocalEngine
	snapshots Snapshots
	committed int64 // records before this are done with
	savedAt   time.Time
	savedTo   int64
}

// NewLocal returns a local stage that does nothing yet.
func NewLocal(cfg LocalConfig) *Local {
	cfg.StageConfig = cfg.withDefaults()
	if cfg.SnapshotRecords <= 0 {
		cfg.SnapshotRecords = 200_000
	}
	if cfg.SnapshotEvery <= 0 {
		cfg.SnapshotEvery = 5 * time.Minute
	}
	if cfg.Warm <= 0 {
		cfg.Warm = 100_000
	}
	l := &Local{cfg: cfg, name: LocalStage(cfg.Round).Name, parts: map[int]*localPart{}}
	l.metrics = newStageMetrics(l.name, cfg.Registerer, &l.progress)
	l.told = newLocalMetrics(l.name, cfg.Registerer)
	cfg.Reports.OnAssign(l.assigned)
	return l
}

// Progress counts what the stage has done.
func (l *Local) Progress() *Progress { return &l.progress }

// Run clusters until ctx ends, and then publishes, commits and saves what it has
// within [StageConfig.Grace]. It returns nil on such a stop.
func (l *Local) Run(ctx context.Context) error {
	for {
		err := l.session(ctx)
		if ctx.Err() != nil {
			if err != nil {
				l.cfg.Log.Warn("stopped in the middle: the rest will be clustered again", "err", err)
			}
			return nil
		}
		if !errors.Is(err, ErrRebalanced) {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		l.metrics.rebalances.Inc()
	}
}

// session works until ctx ends or partitions are taken away.
func (l *Local) session(ctx context.Context) error {
	hard, cancel := graceful(ctx, l.cfg.Grace)
	defer cancel()
	for {
		recs, err := l.cfg.Reports.Fetch(ctx)
		if ctx.Err() != nil && len(recs) == 0 {
			l.saveAll(hard)
			return nil
		}
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		if err := l.advance(hard, recs); err != nil {
			return err
		}
	}
}

// assigned takes partitions over, and says from where on to read each. Those that are
// another's now are let go of.
func (l *Local) assigned(ctx context.Context, given []Assignment) error {
	had := l.parts
	l.parts = make(map[int]*localPart, len(given))
	for i := range given {
		a := &given[i]
		p := had[a.Partition]
		if p == nil || p.engine.Offset()+1 != a.Committed { // not ours, or somebody's since
			p = &localPart{number: a.Partition, engine: l.cfg.NewEngine(), snapshots: l.cfg.Snapshots(a.Partition)}
			p.committed = a.Committed
			if err := l.restore(ctx, p); err != nil {
				return err
			}
			p.savedAt, p.savedTo = time.Now(), p.engine.Offset()
		}
		if a.From = p.engine.Offset() + 1; a.From == 0 {
			a.From = max(a.First, a.Committed-l.cfg.Warm)
		}
		p.committed = a.Committed
		l.parts[a.Partition] = p
		l.cfg.Log.Info("clustering", "partition", a.Partition, "from offset", a.From, "committed", a.Committed)
	}
	return nil
}

// tooOld is how many times [LocalConfig.Warm] a snapshot may lie back: where processes
// keep snapshots of their own, one can have those of a partition that it had long ago.
const tooOld = 10

// restore gives a partition the state of its newest snapshot. One that is beyond what
// is committed is of another log, or of one that somebody reads again.
func (l *Local) restore(ctx context.Context, p *localPart) error {
	var snapshot []byte
	var ok bool
	err := l.cfg.Retry.do(ctx, l.cfg.Log, "load the snapshot", func(ctx context.Context) (err error) {
		snapshot, ok, err = p.snapshots.Load(ctx)
		return err
	}, l.metrics.failed)
	if err != nil {
		return fmt.Errorf("load the snapshot of partition %d: %w", p.number, err)
	}
	if !ok {
		return nil
	}
	err = p.engine.Restore(snapshot)
	if at := p.engine.Offset(); err == nil && at < p.committed && p.committed-at <= tooOld*l.cfg.Warm {
		return nil
	}
	l.cfg.Log.Warn("snapshot not used, reading the last records again", "partition", p.number, "snapshot at", p.engine.Offset(), "committed", p.committed, "err", err)
	p.engine = l.cfg.NewEngine()
	return nil
}
