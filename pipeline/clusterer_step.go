package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/pipeline/record"
)

// advance steps the engine through recs, makes what follows durable, commits and
// takes a snapshot if one is due.
func (c *Clusterer) advance(ctx context.Context, recs []Record) error {
	began := time.Now()
	var out outgoing
	var letters []Record
	for i := range recs {
		err := c.step(ctx, recs[i], &out)
		var dead *DeadError
		if errors.As(err, &dead) {
			// Replaying what was committed buries nobody a second time.
			if recs[i].Offset >= c.committed {
				letters = append(letters, letter(recs[i], dead))
			}
			continue
		}
		if err != nil {
			c.engine = nil
			return err
		}
	}
	err := c.publish(ctx, &out)
	if err == nil {
		err = c.dead.bury(ctx, letters)
	}
	if err != nil {
		c.engine = nil // it is ahead of what is durable
		return err
	}
	if err := c.commit(ctx, recs[len(recs)-1]); err != nil {
		return err
	}
	c.metrics.done(recs, time.Since(began))
	return c.saveIfDue(ctx)
}

// outgoing are events that are not published yet.
type outgoing struct {
	recs  []Record
	seqs  []uint64
	kinds []cluster.EventKind
}

func (c *Clusterer) step(ctx context.Context, rec Record, out *outgoing) error {
	entry, bad := c.read(rec)
	if errors.Is(bad, record.ErrVersion) {
		return bad
	}
	if bad == nil && c.poison[rec.Offset] {
		bad = Dead(ReasonPanic, nil)
	}
	evs, bad := c.caught(ctx, rec, entry, bad)
	for i := range evs {
		value, err := record.MarshalEvent(&evs[i])
		if err != nil {
			return fmt.Errorf("marshal event %d: %w", evs[i].Seq, err)
		}
		out.recs = append(out.recs, Record{Value: value})
		out.seqs, out.kinds = append(out.seqs, evs[i].Seq), append(out.kinds, evs[i].Kind)
	}
	return bad
}

// errPanicked says that the engine is not to be used any more, and the record at
// which it panicked is known.
var errPanicked = errors.New("the engine panicked")

// caught takes a record through the engine. A panic makes the record one to pass
// over; a second one at the same record would go on for ever and is returned. The
// stack is logged without the panic's value, which can hold a piece of a message.
func (c *Clusterer) caught(ctx context.Context, rec Record, entry cluster.Entry, bad error) (evs []cluster.Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.cfg.Log.Error("clustering panicked", "topic", rec.Topic, "offset", rec.Offset, "stack", string(debug.Stack()))
			evs, err = nil, errPanicked
			if c.poison[rec.Offset] {
				err = fmt.Errorf("features at offset %d: panic of type %T, again", rec.Offset, p)
			}
			c.poison[rec.Offset] = true
		}
	}()
	if !c.history.over() {
		evs, live, err := c.follow(ctx, rec, entry, bad)
		if !live {
			return evs, err
		}
	}
	if bad != nil {
		return nil, bad
	}
	return c.engine.Step(entry), nil
}

// read reads a record, whole unless a local clusterer found out enough.
func (c *Clusterer) read(rec Record) (cluster.Entry, error) {
	if g, ok := c.engine.(Skimmer); ok && c.history.over() {
		entry, err := record.UnmarshalFinding(rec.Value)
		if err == nil && federation.Light(&entry, g.Knows) {
			entry.Offset = rec.Offset
			return entry, nil
		}
	}
	return readEntry(rec)
}

// readEntry gives a DeadError for what can never be read. A record of a newer
// version is not dead: it waits for a newer program.
func readEntry(rec Record) (cluster.Entry, error) {
	entry, err := record.UnmarshalEntry(rec.Value)
	if errors.Is(err, record.ErrVersion) {
		return entry, fmt.Errorf("features at offset %d: %w", rec.Offset, err)
	}
	if err != nil {
		return entry, Dead(ReasonUnreadable, err)
	}
	if entry.Features != nil {
		if err := entry.Features.Validate(); err != nil {
			return entry, Dead(ReasonInvalid, err)
		}
	}
	if err := federation.Validate(&entry); err != nil {
		return entry, Dead(ReasonInvalid, err)
	}
	entry.Offset = rec.Offset
	return entry, nil
}

// publish writes events. After a failure it looks up which of them are there,
// since a write can succeed and its answer be lost.
func (c *Clusterer) publish(ctx context.Context, out *outgoing) error {
	unsure := false
	err := c.cfg.Retry.do(ctx, c.cfg.Log, "publish events", func(ctx context.Context) error {
		if unsure {
			if err := c.lookUpPublished(ctx); err != nil {
				return err
			}
			c.told.published(out.dropTo(c.published))
		}
		if len(out.recs) == 0 {
			return nil
		}
		unsure = true
		if err := c.cfg.Events.Write(ctx, out.recs); err != nil {
			return err
		}
		c.published = out.seqs[len(out.seqs)-1]
		c.progress.Written.Add(int64(len(out.recs)))
		c.told.published(out.kinds)
		clustered(c.cfg.Log, out.recs)
		return nil
	}, c.metrics.failed)
	if err != nil {
		return fmt.Errorf("publish %d events: %w", len(out.recs), err)
	}
	return nil
}

// dropTo forgets the events up to number seq, and gives their kinds.
func (o *outgoing) dropTo(seq uint64) []cluster.EventKind {
	n := 0
	for n < len(o.seqs) && o.seqs[n] <= seq {
		n++
	}
	gone := o.kinds[:n]
	o.seqs, o.recs, o.kinds = o.seqs[n:], o.recs[n:], o.kinds[n:]
	return gone
}

func (c *Clusterer) commit(ctx context.Context, last Record) error {
	if last.Offset < c.committed {
		return nil // a replay must not take the mark back
	}
	err := c.cfg.Retry.do(ctx, c.cfg.Log, "commit features", func(ctx context.Context) error {
		return c.cfg.Features.Commit(ctx, last)
	}, c.metrics.failed)
	if err != nil {
		return fmt.Errorf("commit features to %d: %w", last.Offset, err)
	}
	c.committed = last.Offset + 1
	return nil
}

func (c *Clusterer) saveIfDue(ctx context.Context) error {
	if c.engine.Offset()-c.savedTo < c.cfg.SnapshotRecords && time.Since(c.savedAt) < c.cfg.SnapshotEvery {
		return nil
	}
	return c.save(ctx)
}

// save takes a snapshot. Everything that the engine has said is durable by now,
// which is what makes a snapshot safe to start from. A snapshot that cannot be
// kept delays nothing: the next one is tried when it is due.
func (c *Clusterer) save(ctx context.Context) error {
	if c.engine == nil || c.engine.Offset() <= c.savedTo || c.engine.Seq() > c.published {
		return nil
	}
	began := time.Now()
	c.savedAt, c.savedTo = began, c.engine.Offset()
	snapshot := c.engine.Snapshot()
	if err := c.cfg.Snapshots.Save(ctx, snapshot); err != nil {
		c.metrics.failed()
		c.cfg.Log.Error("snapshot not kept, a restart will replay more", "offset", c.savedTo, "err", err)
		return nil
	}
	c.told.saved(time.Now())
	maps.DeleteFunc(c.poison, func(offset int64, _ bool) bool { return offset <= c.savedTo })
	c.cfg.Log.Info("snapshot kept", "offset", c.savedTo, "bytes", len(snapshot), "took", time.Since(began))
	return nil
}
