package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// WriterConfig is what a [Writer] needs.
type WriterConfig struct {
	StageConfig
	Events   Source // of "events"
	Features Reader // of "features", for the rows
	Dead     Sink
	Store    Store
	// MaxEvents and MaxBytes bound a batch; zero for 20,000 and 32 MiB.
	MaxEvents, MaxBytes int
	// Linger is how long a batch waits for more, counted from when its first event
	// was there; zero for half a second. Where that waited for the batch before it
	// to be stored, a quarter of Linger is left to it for what came meanwhile.
	//
	// Reports that come later than four times Linger after they were received wait
	// half as long again, at most ten times Linger, while more come: of a backlog
	// large batches are stored, which cost less.
	Linger time.Duration
}

// Writer stores: "events" in, rows and assignments out. It reads "features"
// beside "events", both being in the same order, to give each report's first
// assignment its row.
type Writer struct {
	cfg      WriterConfig
	progress Progress
	metrics  *stageMetrics
	dead     mortician
	rows     rows
	last     uint64 // number of the last event taken, 0 for none yet
	gaps     counter
	repeats  counter
	lost     counter
}

// NewWriter returns a writer that does nothing yet.
func NewWriter(cfg WriterConfig) *Writer {
	cfg.StageConfig = cfg.withDefaults()
	if cfg.MaxEvents <= 0 {
		cfg.MaxEvents = 20_000
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = 32 << 20
	}
	if cfg.Linger <= 0 {
		cfg.Linger = 500 * time.Millisecond
	}
	w := &Writer{cfg: cfg, rows: rows{from: cfg.Features}}
	w.metrics = newStageMetrics("writer", cfg.Registerer, &w.progress)
	w.dead = mortician{cfg.Dead, cfg.Retry, cfg.Log, w.metrics}
	w.gaps = newCounter(cfg.Registerer, "writer", "missing_events_total", "Event numbers that were never seen.")
	w.repeats = newCounter(cfg.Registerer, "writer", "repeated_events_total", "Events that came again and were skipped.")
	w.lost = newCounter(cfg.Registerer, "writer", "lost_rows_total", "Reports stored without their row, since the features record was gone.")
	return w
}

// Progress counts what the writer has done.
func (w *Writer) Progress() *Progress { return &w.progress }

// Run stores until ctx ends, and then stores and commits what it has in hand
// within [StageConfig.Grace]. It returns nil on such a stop.
func (w *Writer) Run(ctx context.Context) error {
	for {
		w.last = 0
		err := w.session(ctx)
		if ctx.Err() != nil {
			if err != nil {
				w.cfg.Log.Warn("stopped before the last batch was stored: it will be stored again", "err", err)
			}
			return nil
		}
		if !errors.Is(err, ErrRebalanced) {
			return fmt.Errorf("writer: %w", err)
		}
		w.metrics.rebalances.Inc()
	}
}

// session stores until ctx ends or the partition is taken away.
func (w *Writer) session(ctx context.Context) error {
	hard, cancel := graceful(ctx, w.cfg.Grace)
	defer cancel()
	group, hard := errgroup.WithContext(hard)
	fetched := make(chan arrival)
	group.Go(func() error { return w.fetchAll(ctx, hard, fetched) })
	group.Go(func() error { return w.collect(hard, fetched) })
	return group.Wait()
}

// arrival is what one fetch gave, and when.
type arrival struct {
	recs []Record
	at   time.Time
}

func (w *Writer) fetchAll(ctx, hard context.Context, out chan<- arrival) error {
	fetching, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(hard, cancel)()
	for {
		recs, err := w.cfg.Events.Fetch(fetching)
		switch {
		case ctx.Err() != nil && len(recs) == 0:
			close(out)
			return nil
		case hard.Err() != nil:
			return context.Cause(hard)
		case err != nil:
			return fmt.Errorf("fetch events: %w", err)
		}
		select {
		case out <- arrival{recs, time.Now()}:
		case <-hard.Done():
			return context.Cause(hard)
		}
	}
}

// pending is a batch in the making.
type pending struct {
	batch   Batch
	from    []Record
	letters []Record
	bytes   int
	// first is when its first event was there, taken when that was taken; newest
	// is when the newest of its reports was received, in Unix milliseconds.
	first, taken time.Time
	newest       int64
}

// patience is how long a batch waits for the next event.
func (w *Writer) patience(p *pending) time.Duration {
	wait := w.cfg.Linger
	if late := time.Since(time.UnixMilli(p.newest)); p.newest > 0 && late > 4*wait {
		wait = min(late/2, 10*wait)
	}
	left := max(wait-time.Since(p.first), w.cfg.Linger/4-time.Since(p.taken))
	return max(0, min(left, w.cfg.Linger))
}

// collect makes batches. One is flushed when it is full, when its first event has
// waited for long enough or none came for Linger, and at the end.
func (w *Writer) collect(ctx context.Context, fetched <-chan arrival) error {
	var p pending
	linger := time.NewTimer(w.cfg.Linger)
	defer linger.Stop()
	linger.Stop()
	flush := func() error {
		linger.Stop()
		err := w.flush(ctx, &p)
		p = pending{}
		return err
	}
	for {
		select {
		case came, more := <-fetched:
			if !more {
				return flush()
			}
			for _, rec := range came.recs {
				if len(p.from) == 0 {
					p.first, p.taken = came.at, time.Now()
				}
				if err := w.add(ctx, &p, rec); err != nil {
					return err
				}
				if len(p.batch.Events) >= w.cfg.MaxEvents || p.bytes >= w.cfg.MaxBytes {
					if err := flush(); err != nil {
						return err
					}
				}
			}
			if len(p.from) > 0 {
				linger.Reset(w.patience(&p))
			}
		case <-linger.C:
			if err := flush(); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// add takes one event into a batch, with its row.
func (w *Writer) add(ctx context.Context, p *pending, rec Record) error {
	p.from = append(p.from, rec)
	p.bytes += len(rec.Value)
	ev, err := record.UnmarshalEvent(rec.Value)
	if errors.Is(err, record.ErrVersion) {
		return fmt.Errorf("event at offset %d: %w", rec.Offset, err)
	}
	if err != nil {
		p.letters = append(p.letters, letter(rec, &DeadError{ReasonUnreadable, err}))
		return nil
	}
	if !w.inOrder(ev.GetSeq()) {
		return nil
	}
	var row *record.Row
	if ev.GetKind() == uint32(cluster.EventAssigned) {
		var size int
		if row, size, err = w.row(ctx, ev); err != nil {
			return err
		}
		p.bytes += size
		p.newest = max(p.newest, row.GetReceivedAtMs())
	}
	p.batch.Events = append(p.batch.Events, ev)
	p.batch.Rows = append(p.batch.Rows, row)
	return nil
}

// repeatWindow is how far back an event's number may lie and be a repeat. A
// number further back is the begin of another log.
const repeatWindow = 10_000_000

// inOrder says whether the event of that number is to be stored: it is new.
func (w *Writer) inOrder(seq uint64) bool {
	last := w.last
	switch {
	case last == 0 || seq == last+1:
	case seq <= last && last-seq < repeatWindow:
		w.repeats.Inc()
		return false
	case seq > last:
		w.gaps.Add(float64(seq - last - 1))
		w.cfg.Log.Error("events are missing", "after", last, "next", seq)
	default:
		w.cfg.Log.Error("event numbers begin anew", "after", last, "next", seq)
	}
	w.last = seq
	return true
}

// flush stores a batch and then commits it.
func (w *Writer) flush(ctx context.Context, p *pending) error {
	if len(p.from) == 0 {
		return nil
	}
	began := time.Now()
	if len(p.batch.Events) > 0 {
		err := w.cfg.Retry.do(ctx, w.cfg.Log, "store", func(ctx context.Context) error {
			return w.cfg.Store.Insert(ctx, p.batch)
		}, w.metrics.failed)
		if err != nil {
			return fmt.Errorf("store %d events: %w", len(p.batch.Events), err)
		}
	}
	if err := w.dead.bury(ctx, p.letters); err != nil {
		return err
	}
	err := w.cfg.Retry.do(ctx, w.cfg.Log, "commit events", func(ctx context.Context) error {
		return w.cfg.Events.Commit(ctx, p.from[len(p.from)-1])
	}, w.metrics.failed)
	if err != nil {
		return fmt.Errorf("commit %d events: %w", len(p.from), err)
	}
	w.progress.Written.Add(int64(len(p.batch.Events)))
	w.metrics.done(p.from, time.Since(began))
	followed(w.cfg.Log, trailStored, p.batch.Events)
	return nil
}
