package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Combiner is a [Sink] for many writers of few records each, as an HTTP intake
// has: what comes while a write is under way goes out together in the next one.
// A broker that syncs each request to disk then takes hundreds of reports in the
// time of one. A lone writer does not wait for others.
type Combiner struct {
	sink Sink

	mu      sync.Mutex
	waiting []*smallWrite
	busy    bool
}

// smallWrite is one call of Write.
type smallWrite struct {
	ctx  context.Context
	recs []Record
	done chan error // has room for the answer
}

// combineBytes bounds what goes out together.
const combineBytes = 4 << 20

// Combine returns a combiner that writes to sink.
func Combine(sink Sink) *Combiner { return &Combiner{sink: sink} }

// Write implements [Sink]. When ctx ends before the records' turn has come, none
// is written; after that it waits for the answer.
func (c *Combiner) Write(ctx context.Context, recs []Record) error {
	w := &smallWrite{ctx: ctx, recs: recs, done: make(chan error, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, w)
	if !c.busy {
		c.busy = true
		go c.work()
	}
	c.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		if c.withdraw(w) {
			return context.Cause(ctx)
		}
		return <-w.done
	}
}

// withdraw takes a write back; it says whether that was in time.
func (c *Combiner) withdraw(w *smallWrite) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.waiting, w)
	if i < 0 {
		return false
	}
	c.waiting = slices.Delete(c.waiting, i, i+1)
	return true
}

// work writes until nothing waits.
func (c *Combiner) work() {
	for {
		together := c.take()
		if len(together) == 0 {
			return
		}
		c.write(together)
	}
}

// take gives the writes whose turn it is; none ends the work.
func (c *Combiner) take() []*smallWrite {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, bytes := 0, 0
	for n < len(c.waiting) && (n == 0 || bytes < combineBytes) {
		for i := range c.waiting[n].recs {
			bytes += len(c.waiting[n].recs[i].Value)
		}
		n++
	}
	c.busy = n > 0
	out := slices.Clone(c.waiting[:n])
	c.waiting = slices.Delete(c.waiting, 0, n)
	return out
}

// write sends writes together. Where one of them is too large none is there, and
// each goes alone, so that it fails alone.
func (c *Combiner) write(together []*smallWrite) {
	var recs []Record
	for _, w := range together {
		recs = append(recs, w.recs...)
	}
	err := c.sink.Write(context.WithoutCancel(together[0].ctx), recs)
	if errors.Is(err, ErrTooLarge) && len(together) > 1 {
		for _, w := range together {
			w.done <- c.sink.Write(context.WithoutCancel(w.ctx), w.recs)
		}
		return
	}
	for _, w := range together {
		w.done <- err
	}
}
