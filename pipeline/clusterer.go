package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/pipeline/record"
)

// Engine is what a [Clusterer] steps: cluster.Engine. The same entries give the
// same events, numbered from 1 without gaps.
type Engine interface {
	// Step takes the next entry. The events are valid until the next call.
	Step(cluster.Entry) []cluster.Event
	// Follow takes the next entry as the events of it that were published say; it
	// returns those that are missing where they are not all.
	Follow(entry cluster.Entry, published []cluster.Event, all bool) []cluster.Event
	// Snapshot serialises the state; Restore replaces it by a snapshot's, or
	// leaves it alone and says why not.
	Snapshot() []byte
	Restore([]byte) error
	// Seq is the number of the last event, Offset that of the last entry (-1
	// before the first).
	Seq() uint64
	Offset() int64
}

// Skimmer is an [Engine] that does without the features of reports on which a local
// clusterer found out enough: federation.Global.
type Skimmer interface {
	// Knows says whether copies of a report need not be looked at.
	Knows(cluster.ReportID) bool
}

var (
	_ Engine  = (*cluster.Engine)(nil)
	_ Engine  = (*federation.Global)(nil)
	_ Skimmer = (*federation.Global)(nil)
)

// Snapshots keeps states of an [Engine].
type Snapshots interface {
	// Load gives the newest whole snapshot; ok is false where there is none.
	Load(ctx context.Context) (snapshot []byte, ok bool, err error)
	// Save keeps a snapshot and returns when it is durable. It keeps nothing of
	// the slice.
	Save(ctx context.Context, snapshot []byte) error
}

// ClustererConfig is what a [Clusterer] needs.
type ClustererConfig struct {
	StageConfig
	Features   Log // of "features"
	Events     Sink
	EventsTail Tail
	History    Reader // of "events"
	Dead       Sink
	Snapshots  Snapshots
	// NewEngine returns an engine with empty state.
	NewEngine func() Engine
	// SnapshotRecords and SnapshotEvery say after how many entries or how long
	// a snapshot is due; zero for 200,000 and five minutes. One is taken on a
	// clean stop as well.
	SnapshotRecords int64
	SnapshotEvery   time.Duration
}

// Clusterer runs the engine over "features" and publishes its events, each once
// and in order, wherever it was killed: it starts from a snapshot, looks up the
// last event published, and takes the engine up to there by what was published, not
// by deciding again: another version, or other weights, would decide otherwise. From
// there on it steps and publishes. One works at a time; others stand by.
//
// A record at which the engine panics goes to the dead letter. The engine, which may
// have been left half changed, is made again from the snapshot and history, and a
// later replay finds no events of that record and passes over it too.
type Clusterer struct {
	cfg      ClustererConfig
	progress Progress
	metrics  *stageMetrics
	dead     mortician
	told     *clustererMetrics

	engine    Engine
	history   history
	poison    map[int64]bool // offsets at which the engine panicked
	published uint64         // number of the last event that is durable
	reached   int64          // offset of the entry that it follows from
	committed int64          // features before this are done with
	savedAt   time.Time      // when the last snapshot was due
	savedTo   int64          // offset of it
}

// NewClusterer returns a clusterer that does nothing yet.
func NewClusterer(cfg ClustererConfig) *Clusterer {
	cfg.StageConfig = cfg.withDefaults()
	if cfg.SnapshotRecords <= 0 {
		cfg.SnapshotRecords = 200_000
	}
	if cfg.SnapshotEvery <= 0 {
		cfg.SnapshotEvery = 5 * time.Minute
	}
	c := &Clusterer{cfg: cfg, history: history{from: cfg.History}, poison: make(map[int64]bool)}
	c.metrics = newStageMetrics("clusterer", cfg.Registerer, &c.progress)
	c.told = newClustererMetrics(cfg.Registerer)
	c.dead = mortician{cfg.Dead, cfg.Retry, cfg.Log, c.metrics}
	return c
}

// Progress counts what the clusterer has done.
func (c *Clusterer) Progress() *Progress { return &c.progress }

// Run clusters until ctx ends, and then publishes, commits and saves what it has
// within [StageConfig.Grace]. It returns nil on such a stop.
func (c *Clusterer) Run(ctx context.Context) error {
	for {
		err := c.reign(ctx)
		if ctx.Err() != nil {
			if err != nil {
				c.cfg.Log.Warn("stopped in the middle: the rest will be clustered again", "err", err)
			}
			return nil
		}
		if !errors.Is(err, ErrRebalanced) {
			return fmt.Errorf("clusterer: %w", err)
		}
		c.metrics.rebalances.Inc()
	}
}

// reign works for as long as the log is ours.
func (c *Clusterer) reign(ctx context.Context) error {
	var err error
	if c.committed, err = c.cfg.Features.Claim(ctx); err != nil {
		return stopped(ctx, fmt.Errorf("claim features: %w", err))
	}
	if err := c.prepare(ctx); err != nil {
		return stopped(ctx, err)
	}
	hard, cancel := graceful(ctx, c.cfg.Grace)
	defer cancel()
	if err := c.commitLate(hard); err != nil {
		return err
	}
	for {
		recs, err := c.cfg.Features.Fetch(ctx)
		if ctx.Err() != nil && len(recs) == 0 {
			return c.save(hard)
		}
		if err != nil {
			return fmt.Errorf("fetch features: %w", err)
		}
		err = c.advance(hard, recs)
		if errors.Is(err, errPanicked) {
			err = c.prepare(hard)
			c.savedAt = time.Time{} // so that the next one costs less
		}
		if err != nil {
			return err
		}
	}
}

// commitLate commits what was durable when the log was taken away: no further
// record may come to do it.
func (c *Clusterer) commitLate(ctx context.Context) error {
	if c.engine.Offset() < c.committed || c.engine.Seq() > c.published {
		return nil
	}
	return c.commit(ctx, Record{Topic: TopicFeatures, Offset: c.engine.Offset()})
}

// stopped makes an error that came of ctx's end none.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// prepare brings the engine to a state from which the log can be continued
// without a gap in what is published.
func (c *Clusterer) prepare(ctx context.Context) error {
	if err := c.lookUpPublished(ctx); err != nil {
		return err
	}
	if c.engine == nil || c.engine.Seq() > c.published {
		if err := c.restore(ctx); err != nil {
			return err
		}
	}
	c.savedAt, c.savedTo = time.Now(), c.engine.Offset()
	c.told.saved(c.savedAt)
	c.history.begin(c.engine.Seq(), c.published, c.reached)
	c.cfg.Features.SetOffset(c.engine.Offset() + 1)
	c.cfg.Log.Info("clustering", "from offset", c.engine.Offset()+1, "engine at event", c.engine.Seq(), "published", c.published)
	return nil
}

// lookUpPublished reads the number of the last event in "events", and of which entry
// it is.
func (c *Clusterer) lookUpPublished(ctx context.Context) error {
	err := c.cfg.Retry.do(ctx, c.cfg.Log, "look up the last event", func(ctx context.Context) error {
		last, ok, err := c.cfg.EventsTail.Last(ctx)
		if err != nil || !ok {
			c.published, c.reached = 0, -1
			return err
		}
		ev, err := record.UnmarshalEvent(last.Value)
		if err != nil {
			return fmt.Errorf("event at offset %d: %w", last.Offset, err)
		}
		c.published, c.reached = ev.GetSeq(), ev.GetOffset()
		if last.Offset >= int64(c.published) { // event n is at n-1, unless some are there twice
			return c.lookBack(ctx, last.Offset)
		}
		return nil
	}, c.metrics.failed)
	if err != nil {
		return fmt.Errorf("look up the last event: %w", err)
	}
	return nil
}

// restore makes an engine from the newest snapshot, or an empty one where there
// is none that serves: then the log is followed from its beginning.
func (c *Clusterer) restore(ctx context.Context) error {
	var snapshot []byte
	var ok bool
	err := c.cfg.Retry.do(ctx, c.cfg.Log, "load the snapshot", func(ctx context.Context) (err error) {
		snapshot, ok, err = c.cfg.Snapshots.Load(ctx)
		return err
	}, c.metrics.failed)
	if err != nil {
		return fmt.Errorf("load the snapshot: %w", err)
	}
	c.engine = c.cfg.NewEngine()
	if !ok {
		return nil
	}
	if err := c.engine.Restore(snapshot); err != nil {
		c.cfg.Log.Error("snapshot refused, following the log from its beginning", "err", err)
		c.engine = c.cfg.NewEngine()
		return nil
	}
	if seq := c.engine.Seq(); seq > c.published {
		c.cfg.Log.Error("snapshot is of another log, following this one from its beginning", "snapshot at event", seq, "published", c.published)
		c.engine = c.cfg.NewEngine()
	}
	return nil
}
