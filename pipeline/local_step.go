package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/pipeline/record"
)

// findings are what follows from the records of one partition.
type findings struct {
	features, next []Record
	verdicts       []federation.Verdict
}

// advance steps the engines through recs, makes what follows durable, and commits. The
// log comes before the next round: what that one says is of reports that are there.
func (l *Local) advance(ctx context.Context, recs []Record) error {
	began := time.Now()
	all, err := l.find(recs)
	if err != nil {
		return err
	}
	err = l.publish(ctx, l.cfg.Features, all.features)
	if err == nil && l.cfg.Next != nil {
		err = l.publish(ctx, l.cfg.Next, all.next)
	}
	if err != nil {
		clear(l.parts) // the engines are ahead of what is durable
		return err
	}
	if err := l.commit(ctx, recs); err != nil {
		return err
	}
	l.progress.Written.Add(int64(len(all.features)))
	l.told.done(all.verdicts)
	l.metrics.done(recs, time.Since(began))
	l.saveDue(ctx)
	return nil
}

// find takes each partition's records through its engine, all partitions at a time.
func (l *Local) find(recs []Record) (findings, error) {
	by := map[int][]Record{}
	for _, rec := range recs {
		by[rec.Partition] = append(by[rec.Partition], rec)
	}
	parts := slices.Sorted(maps.Keys(by))
	found := make([]findings, len(parts))
	var group errgroup.Group
	for i, number := range parts {
		p := l.parts[number]
		if p == nil {
			return findings{}, fmt.Errorf("partition %d was not assigned", number)
		}
		group.Go(func() (err error) {
			found[i], err = l.findIn(p, by[number])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		clear(l.parts)
		return findings{}, err
	}
	var all findings
	for _, f := range found {
		all.features, all.next = append(all.features, f.features...), append(all.next, f.next...)
		all.verdicts = append(all.verdicts, f.verdicts...)
	}
	return all, nil
}

func (l *Local) findIn(p *localPart, recs []Record) (out findings, err error) {
	for _, rec := range recs {
		entry, bad := readEntry(rec)
		if errors.Is(bad, record.ErrVersion) {
			return out, bad
		}
		var found federation.Output
		whole := bad == nil && entry.Features != nil
		if whole {
			found, whole = l.step(p, rec, entry)
		}
		if rec.Offset < p.committed {
			continue // read again to know what was known
		}
		if !whole {
			if l.cfg.Round == 0 {
				out.features = append(out.features, Record{Value: rec.Value})
			}
			continue
		}
		if err := l.tell(&out, rec, found); err != nil {
			return out, fmt.Errorf("record at offset %d: %w", rec.Offset, err)
		}
	}
	return out, nil
}

// step takes a report through a partition's engine; not ok where that panicked. The
// engine, which may have been left half changed, then begins anew.
func (l *Local) step(p *localPart, rec Record, entry cluster.Entry) (out federation.Output, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			l.cfg.Log.Error("clustering panicked", "topic", rec.Topic, "partition", rec.Partition, "offset", rec.Offset, "stack", string(debug.Stack()))
			l.told.panics.Inc()
			p.engine = l.cfg.NewEngine()
			out, ok = federation.Output{}, false
		}
	}()
	take := p.engine.Step
	if entry.Finding != nil {
		take = p.engine.Learn
	}
	return take(rec.Offset, entry.Features), true
}

// tell makes the records of what an engine found.
func (l *Local) tell(out *findings, rec Record, found federation.Output) error {
	out.verdicts = append(out.verdicts, found.Verdict)
	for i := range found.Entries {
		entry, value := &found.Entries[i], slices.Clip(rec.Value)
		if entry.Finding.Again {
			var err error
			if value, err = record.MarshalReport(entry.Features, new(record.Row)); err != nil {
				return err
			}
		}
		value, err := record.AppendFinding(value, entry)
		if err != nil {
			return err
		}
		out.features = append(out.features, Record{Value: value})
	}
	if found.Next == nil {
		return nil
	}
	value, err := record.MarshalReport(found.Next, new(record.Row))
	if err == nil && found.Sketched {
		value, err = record.AppendFinding(value, &cluster.Entry{Finding: &cluster.Finding{Kind: cluster.FindingNews, Again: true}})
	}
	out.next = append(out.next, Record{Key: routeKey(found.Next, l.cfg.Round+1), Value: value})
	return err
}

// routeKey is the key by which a report finds its partition in a round.
func routeKey(f *cluster.Features, round int) []byte {
	return binary.BigEndian.AppendUint64(nil, federation.Route(f, round))
}

func (l *Local) publish(ctx context.Context, to Sink, recs []Record) error {
	if len(recs) == 0 {
		return nil
	}
	err := l.cfg.Retry.do(ctx, l.cfg.Log, "publish", func(ctx context.Context) error {
		return to.Write(ctx, recs)
	}, l.metrics.failed)
	if err != nil {
		return fmt.Errorf("publish %d records: %w", len(recs), err)
	}
	return nil
}

// commit commits what is beyond what was: reading again must not take the mark back.
func (l *Local) commit(ctx context.Context, recs []Record) error {
	last := map[int]Record{}
	for _, rec := range recs {
		if rec.Offset >= l.parts[rec.Partition].committed {
			last[rec.Partition] = rec
		}
	}
	if len(last) == 0 {
		return nil
	}
	marks := slices.Collect(maps.Values(last))
	err := l.cfg.Retry.do(ctx, l.cfg.Log, "commit", func(ctx context.Context) error {
		return l.cfg.Reports.Commit(ctx, marks...)
	}, l.metrics.failed)
	if err != nil {
		return fmt.Errorf("commit %d partitions: %w", len(marks), err)
	}
	for number, rec := range last {
		l.parts[number].committed = rec.Offset + 1
	}
	return nil
}

// saveDue takes a snapshot of one partition that is due, the longest first: a snapshot
// takes its time.
func (l *Local) saveDue(ctx context.Context) {
	var due *localPart
	for _, p := range l.parts {
		if p.engine.Offset()-p.savedTo < l.cfg.SnapshotRecords && time.Since(p.savedAt) < l.cfg.SnapshotEvery {
			continue
		}
		if due == nil || p.savedAt.Before(due.savedAt) {
			due = p
		}
	}
	if due != nil {
		l.save(ctx, due)
	}
}

func (l *Local) saveAll(ctx context.Context) {
	for _, number := range slices.Sorted(maps.Keys(l.parts)) {
		l.save(ctx, l.parts[number])
	}
}

// save keeps a partition's state, of which all is durable. One that cannot be kept
// delays nothing.
func (l *Local) save(ctx context.Context, p *localPart) {
	if p.engine.Offset() <= p.savedTo || p.engine.Offset() >= p.committed {
		return
	}
	began := time.Now()
	p.savedAt, p.savedTo = began, p.engine.Offset()
	snapshot := p.engine.Snapshot()
	if err := p.snapshots.Save(ctx, snapshot); err != nil {
		l.metrics.failed()
		l.cfg.Log.Error("snapshot not kept, a restart will read more again", "partition", p.number, "offset", p.savedTo, "err", err)
		return
	}
	l.cfg.Log.Info("snapshot kept", "partition", p.number, "offset", p.savedTo, "bytes", len(snapshot), "took", time.Since(began))
}
