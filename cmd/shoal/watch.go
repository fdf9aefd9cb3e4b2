package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"shoal/pipeline"
	"shoal/pipeline/intake"
)

// watch shows how an import gets on: a bar on a terminal, else a line every few
// seconds.
type watch struct {
	*runner
	bar   *progressbar.ProgressBar
	began time.Time
	total int64 // bytes to read, -1 if unknown
	stop  func()
}

// watch begins to show. end ends it, and may be called again.
func (r *runner) watch(ctx context.Context, paths []string) *watch {
	w := &watch{runner: r, began: time.Now(), total: -1, stop: func() {}}
	if r.quiet || len(paths) == 0 {
		return w
	}
	every := 5 * time.Second
	if n, known := intake.Size(paths...); known {
		w.total = n
	}
	if r.terminal() {
		every = 200 * time.Millisecond
		w.bar = progressbar.NewOptions64(w.total, progressbar.OptionSetWriter(r.stderr),
			progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				w.show(ctx)
			}
		}
	})
	w.stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
		if w.bar != nil {
			_ = w.bar.Finish()
		}
	})
	return w
}

func (w *watch) end() { w.stop() }

func (w *watch) show(ctx context.Context) {
	line := w.line(ctx, time.Since(w.began))
	if w.bar == nil {
		w.say("%s", line)
		return
	}
	w.bar.Describe(line)
	_ = w.bar.Set64(w.imports.bytes.Load())
}

// line says how far it is after so long.
func (w *watch) line(ctx context.Context, after time.Duration) string {
	read, done := w.imports.read.Load(), w.tally.stored.Load()+w.tally.repeats.Load()
	rate := float64(done) / after.Seconds()
	s := fmt.Sprintf("read %d messages, stored %d, waiting %d, %.0f/s", read, done, w.waiting(ctx), rate)
	if left, ok := w.left(read, done, rate); ok {
		s += fmt.Sprintf(", about %v left", left)
	}
	return s
}

// left estimates the time to the end from the share of bytes that were read.
func (w *watch) left(read, done int64, rate float64) (time.Duration, bool) {
	bytes := w.imports.bytes.Load()
	if w.total <= 0 || bytes == 0 || rate == 0 {
		return 0, false
	}
	all := float64(read) * float64(w.total) / float64(bytes)
	return time.Duration(max(0, all-float64(done)) / rate * float64(time.Second)).Round(time.Second), true
}

// waiting is the number of records that stages have still to do.
func (w *watch) waiting(ctx context.Context) int64 {
	var sum int64
	for _, s := range pipeline.Stages() {
		if n, err := pipeline.Lag(ctx, w.client, s); err == nil {
			sum += n
		}
	}
	return sum
}
