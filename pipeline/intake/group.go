package intake

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline"
)

// Bounds of one write of a group; a larger post goes alone.
const (
	groupRecords = 1000
	groupBytes   = 8 << 20
)

// group commits posts together: while one write is under way, those that come
// wait and make the next. A synced write costs about the same for one message as
// for many.
type group struct {
	sink    pipeline.Sink
	timeout time.Duration
	records prometheus.Observer // of the size of each write

	mu    sync.Mutex
	queue []*post
	busy  bool // drain is running
}

// post is the records of one request.
type post struct {
	recs []pipeline.Record
	size int
	done chan error
}

// write returns nil once the sink has recs durably. It always waits for the
// outcome, bounded by the sink's timeout: what it holds is in memory until then.
func (g *group) write(recs []pipeline.Record) error {
	p := &post{recs: recs, done: make(chan error, 1)}
	for i := range recs {
		p.size += len(recs[i].Value)
	}
	g.mu.Lock()
	g.queue = append(g.queue, p)
	if !g.busy {
		g.busy = true
		go g.drain()
	}
	g.mu.Unlock()
	return <-p.done
}

// drain writes until nothing waits.
func (g *group) drain() {
	for {
		batch := g.take()
		if len(batch) == 0 {
			return
		}
		err := g.commit(batch)
		if errors.Is(err, pipeline.ErrTooLarge) && len(batch) > 1 {
			for _, p := range batch { // one of them can never be written: find it
				p.done <- g.commit([]*post{p})
			}
			continue
		}
		if err != nil && !errors.Is(err, pipeline.ErrTooLarge) {
			batch = append(batch, g.all()...) // they would wait for the same failure
		}
		for _, p := range batch {
			p.done <- err
		}
	}
}

func (g *group) commit(batch []*post) error {
	var recs []pipeline.Record
	for _, p := range batch {
		recs = append(recs, p.recs...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), g.timeout)
	defer cancel()
	g.records.Observe(float64(len(recs)))
	return g.sink.Write(ctx, recs)
}

// take removes the posts of the next write from the queue, at least one; none
// where nothing waits, and then drain ends.
func (g *group) take() []*post {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, records, size := 0, 0, 0
	for n < len(g.queue) {
		p := g.queue[n]
		records, size = records+len(p.recs), size+p.size
		if n > 0 && (records > groupRecords || size > groupBytes) {
			break
		}
		n++
	}
	batch := append([]*post(nil), g.queue[:n]...)
	g.queue = append([]*post(nil), g.queue[n:]...)
	g.busy = n > 0
	return batch
}

func (g *group) all() []*post {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := g.queue
	g.queue = nil
	return out
}
