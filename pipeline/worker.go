package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Extract gives the values of the "features" records that follow from a record
// of "reports", in order. It returns a [DeadError] for a record that can never
// be used; any other error is temporary, and the call is repeated. It is called
// from several goroutines, and may keep nothing of rec.
type Extract func(ctx context.Context, rec Record) ([][]byte, error)

// WorkerConfig is what a [Worker] needs.
type WorkerConfig struct {
	StageConfig
	Source   Source // of "reports"
	Features Sink
	Dead     Sink
	Extract  Extract
	// Parallel is how many records are extracted at a time; zero for one on
	// each processor.
	Parallel int
}

// Worker extracts: "reports" in, "features" out. While one batch is written the
// next is extracted; a third waits at most. Any number of workers share the
// partitions of "reports", and each keeps the order within a partition.
type Worker struct {
	cfg      WorkerConfig
	progress Progress
	metrics  *stageMetrics
	dead     mortician
}

// NewWorker returns a worker that does nothing yet.
func NewWorker(cfg WorkerConfig) *Worker {
	cfg.StageConfig = cfg.withDefaults()
	if cfg.Parallel <= 0 {
		cfg.Parallel = runtime.GOMAXPROCS(0)
	}
	w := &Worker{cfg: cfg}
	w.metrics = newStageMetrics("worker", cfg.Registerer, &w.progress)
	w.dead = mortician{cfg.Dead, cfg.Retry, cfg.Log, w.metrics}
	return w
}

// Progress counts what the worker has done.
func (w *Worker) Progress() *Progress { return &w.progress }

// Run works until ctx ends, and then finishes what it has in hand within
// [StageConfig.Grace]. It returns nil on such a stop.
func (w *Worker) Run(ctx context.Context) error {
	for {
		err := w.session(ctx)
		if ctx.Err() != nil {
			if err != nil {
				w.cfg.Log.Warn("stopped before the last batch was durable: it will be extracted again", "err", err)
			}
			return nil
		}
		if !errors.Is(err, ErrRebalanced) {
			return fmt.Errorf("worker: %w", err)
		}
		w.metrics.rebalances.Inc()
	}
}

// batch is what is extracted from records that were fetched together.
type batch struct {
	from           []Record
	features, dead []Record
}

// session works until ctx ends or partitions are taken away.
func (w *Worker) session(ctx context.Context) error {
	hard, cancel := graceful(ctx, w.cfg.Grace)
	defer cancel()
	group, hard := errgroup.WithContext(hard)
	batches := make(chan batch)
	group.Go(func() error { return w.extractAll(ctx, hard, batches) })
	group.Go(func() error {
		for {
			select {
			case b, more := <-batches:
				if !more {
					return nil
				}
				if err := w.deliver(hard, b); err != nil {
					return err
				}
			case <-hard.Done():
				return context.Cause(hard)
			}
		}
	})
	return group.Wait()
}

// extractAll fetches until ctx ends; what it has fetched by then it still
// extracts, until hard ends. It closes out only then: after an error what is in
// hand is dropped.
func (w *Worker) extractAll(ctx, hard context.Context, out chan<- batch) error {
	fetching, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(hard, cancel)()
	for {
		recs, err := w.cfg.Source.Fetch(fetching)
		switch {
		case ctx.Err() != nil && len(recs) == 0:
			close(out)
			return nil
		case hard.Err() != nil:
			return context.Cause(hard)
		case err != nil:
			return fmt.Errorf("fetch reports: %w", err)
		}
		b, err := w.extract(hard, recs)
		if err != nil {
			return err
		}
		select {
		case out <- b:
		case <-hard.Done():
			return context.Cause(hard)
		}
	}
}

// extract does a batch in parallel and puts it together in order.
func (w *Worker) extract(ctx context.Context, recs []Record) (batch, error) {
	values := make([][][]byte, len(recs))
	dead := make([]*DeadError, len(recs))
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(w.cfg.Parallel, len(recs)) {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < len(recs); i = int(next.Add(1)) - 1 {
				var err error
				values[i], err = w.extractOne(ctx, recs[i])
				if err != nil && !errors.As(err, &dead[i]) {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return batch{}, err
	}
	b := batch{from: recs}
	for i := range recs {
		if dead[i] != nil {
			b.dead = append(b.dead, letter(recs[i], dead[i]))
			continue
		}
		for _, v := range values[i] {
			b.features = append(b.features, Record{Topic: recs[i].Topic, Partition: recs[i].Partition, Offset: recs[i].Offset, Value: v})
		}
	}
	return b, nil
}

func (w *Worker) extractOne(ctx context.Context, rec Record) (values [][]byte, err error) {
	if len(rec.Value) == 0 {
		return nil, Dead(ReasonEmpty, nil)
	}
	err = w.cfg.Retry.do(ctx, w.cfg.Log, "extract", func(ctx context.Context) error {
		values, err = w.caught(ctx, rec)
		return err
	}, w.metrics.failed)
	return values, err
}

// caught turns a panic of an Extract into a dead letter: one message must not
// stop the others. The stack is logged, without the panic's value, which can
// hold a piece of the message.
func (w *Worker) caught(ctx context.Context, rec Record) (values [][]byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.cfg.Log.Error("extraction panicked", "topic", rec.Topic, "partition", rec.Partition, "offset", rec.Offset,
				"stack", string(debug.Stack()))
			values, err = nil, Dead(ReasonPanic, fmt.Errorf("panic of type %T", p))
		}
	}()
	return w.cfg.Extract(ctx, rec)
}

// deliver makes durable what followed from a batch, and then commits it.
func (w *Worker) deliver(ctx context.Context, b batch) error {
	began := time.Now()
	tooLarge, err := w.writeFeatures(ctx, b)
	if err != nil {
		return err
	}
	if err := w.dead.bury(ctx, append(b.dead, tooLarge...)); err != nil {
		return err
	}
	err = w.cfg.Retry.do(ctx, w.cfg.Log, "commit reports", func(ctx context.Context) error {
		return w.cfg.Source.Commit(ctx, b.from...)
	}, w.metrics.failed)
	if err != nil {
		return fmt.Errorf("commit %d reports: %w", len(b.from), err)
	}
	w.metrics.done(b.from, time.Since(began))
	extracted(w.cfg.Log, b.features)
	return nil
}

// writeFeatures writes what a batch gave. It returns letters for the reports
// whose features the topic does not take.
func (w *Worker) writeFeatures(ctx context.Context, b batch) (letters []Record, err error) {
	err = w.writeAll(ctx, b.features)
	if !errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	for i := range b.features {
		err := w.writeAll(ctx, b.features[i:i+1])
		if errors.Is(err, ErrTooLarge) {
			letters = append(letters, letter(origin(b.from, &b.features[i]), &DeadError{ReasonTooLarge, errors.New("features record")}))
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return letters, nil
}

// origin finds the record that a features record was extracted from.
func origin(from []Record, of *Record) Record {
	for _, r := range from {
		if r.Offset == of.Offset && r.Partition == of.Partition {
			return r
		}
	}
	return *of
}

func (w *Worker) writeAll(ctx context.Context, recs []Record) error {
	if len(recs) == 0 {
		return nil
	}
	err := w.cfg.Retry.do(ctx, w.cfg.Log, "write features", func(ctx context.Context) error {
		return w.cfg.Features.Write(ctx, recs)
	}, w.metrics.failed)
	if err != nil {
		return fmt.Errorf("write %d features: %w", len(recs), err)
	}
	w.progress.Written.Add(int64(len(recs)))
	return nil
}
