package simulate_test

import (
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/cluster/simulate"
)

// BenchmarkAssign measures the engine alone: features in, events out. Features are
// made in batches between the measured parts. ns/report is a mean over the whole
// stream; bytes/report is what the engine holds on to at its end; campaigns are
// those that have two reports or more and were neither merged away nor idle.
func BenchmarkAssign(b *testing.B) {
	for _, reports := range []int{100_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("reports=%d", reports), func(b *testing.B) {
			if testing.Short() && reports > 100_000 {
				b.Skip("short")
			}
			for range b.N {
				assign(b, reports)
			}
		})
	}
}

// traffic has the same mix at every length: reports are as dense in time, and as
// large a share of a campaign's mails is reported.
func traffic(reports int) simulate.Config {
	cfg := simulate.Default(reports, 1)
	cfg.Rate = 0.1
	cfg.Span = time.Duration(reports) * (28 * 24 * time.Hour / 1_000_000)
	return cfg
}

func assign(b *testing.B, reports int) {
	stream, err := simulate.Features(traffic(reports))
	if err != nil {
		b.Fatal(err)
	}
	before := heap()
	e := cluster.NewEngine(cluster.DefaultConfig())
	next, stop := iter.Pull(stream)
	defer stop()
	var spent time.Duration
	live, offset := 0, int64(0)
	batch := make([]*cluster.Features, 0, 4096)
	for done := false; !done; {
		for batch = batch[:0]; len(batch) < cap(batch) && !done; {
			l, ok := next()
			if done = !ok; ok {
				batch = append(batch, l.Features)
			}
		}
		start := cpu()
		for _, f := range batch {
			for _, ev := range e.Step(cluster.Entry{Offset: offset, Features: f}) {
				live += change(ev.Kind)
			}
			offset++
		}
		spent += cpu() - start
	}
	clear(batch)
	stop()
	b.ReportMetric(float64(spent.Nanoseconds())/float64(reports), "ns/report")
	b.ReportMetric(float64(heap()-before)/float64(reports), "bytes/report")
	b.ReportMetric(float64(live), "campaigns")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(e)
}

// change is what an event does to the number of live campaigns.
func change(k cluster.EventKind) int {
	switch k {
	case cluster.EventCreated, cluster.EventRevived, cluster.EventSplit:
		return 1
	case cluster.EventMerged, cluster.EventIdled:
		return -1
	}
	return 0
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkFeatures measures the generator itself.
func BenchmarkFeatures(b *testing.B) {
	stream, err := simulate.Features(traffic(max(b.N, 1000)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for range stream {
		if n++; n >= b.N {
			break
		}
	}
}

// BenchmarkMessages measures the generator of whole messages.
func BenchmarkMessages(b *testing.B) {
	stream, err := simulate.Messages(simulate.Default(max(b.N, 1000), 1))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n, bytes := 0, 0
	for m := range stream {
		bytes += len(m.Raw)
		if n++; n >= b.N {
			break
		}
	}
	b.ReportMetric(float64(bytes)/float64(n), "bytes/message")
}
