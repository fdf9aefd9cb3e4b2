package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Retry is the schedule on which a stage repeats what failed for now: the delay
// doubles from First to Max. It has no jitter, since one stage is one client.
type Retry struct {
	First, Max time.Duration
}

// DefaultRetry begins at a tenth of a second and ends at ten seconds.
func DefaultRetry() Retry { return Retry{First: 100 * time.Millisecond, Max: 10 * time.Second} }

// delay is the wait after the nth failure in a row, from 0.
func (r Retry) delay(n int) time.Duration {
	d := r.First
	for ; n > 0 && d < r.Max; n-- {
		d *= 2
	}
	return min(d, r.Max)
}

// do calls f until it succeeds, ctx ends (then ctx's error is in what it
// returns), or the error is one that no repetition cures.
func (r Retry) do(ctx context.Context, log *slog.Logger, what string, f func(context.Context) error, failed func()) error {
	for n := 0; ; n++ {
		err := f(ctx)
		if err == nil || permanent(err) {
			return err
		}
		if ctx.Err() != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		failed()
		d := r.delay(n)
		log.Warn("will try again", "doing", what, "after", d, "failures", n+1, "err", err)
		if !sleep(ctx, d) {
			return errors.Join(err, context.Cause(ctx))
		}
	}
}

func permanent(err error) bool {
	var dead *DeadError
	return errors.Is(err, ErrRebalanced) || errors.Is(err, ErrTooLarge) || errors.As(err, &dead)
}

// sleep waits and says whether ctx still runs.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// graceful gives a context for the last write and the last commit: it outlives
// ctx by grace and no longer.
func graceful(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-out.Done():
		}
	})
	return out, func() { stop(); cancel() }
}
