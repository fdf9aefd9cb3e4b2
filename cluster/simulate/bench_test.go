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
// those that have two reports or more and were neither merged away nor idle. Time is
// that of the processor. The last one measures an engine that is full.
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
	full := cluster.DefaultConfig().LiveExemplars
	b.Run(fmt.Sprintf("exemplars=%d", full), func(b *testing.B) {
		if testing.Short() {
			b.Skip("short")
		}
		for range b.N {
			assignFull(b, full, 200_000)
		}
	})
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
	before := heap()
	m := newMeter(b, traffic(reports))
	m.take(reports)
	b.ReportMetric(float64(m.spent.Nanoseconds())/float64(reports), "ns/report")
	b.ReportMetric(float64(heap()-before)/float64(reports), "bytes/report")
	b.ReportMetric(float64(m.engine.Campaigns()), "campaigns")
	b.ReportMetric(float64(m.engine.Exemplars()), "exemplars")
	b.ReportMetric(0, "ns/op")
	m.stop()
}

// assignFull measures an engine with as many live exemplars as it may have, a
// million: more come and push the quiet ones out. The mix is eight times as dense in
// time.
func assignFull(b *testing.B, exemplars, measured int) {
	cfg := traffic(8_000_000)
	cfg.Span /= 8
	before := heap()
	m := newMeter(b, cfg)
	for m.engine.Exemplars() < exemplars {
		m.take(10_000)
	}
	m.spent = 0
	m.take(measured)
	b.ReportMetric(float64(m.spent.Nanoseconds())/float64(measured), "ns/report")
	b.ReportMetric(float64(heap()-before)/float64(exemplars), "bytes/exemplar")
	b.ReportMetric(float64(m.engine.Campaigns()), "campaigns")
	b.ReportMetric(float64(m.engine.Exemplars()), "exemplars")
	b.ReportMetric(0, "ns/op")
	m.stop()
}

// meter feeds an engine and notes the processor time that it takes.
type meter struct {
	engine *cluster.Engine
	next   func() (simulate.Labelled, bool)
	stop   func()
	batch  []*cluster.Features
	offset int64
	spent  time.Duration
}

func newMeter(b *testing.B, cfg simulate.Config) *meter {
	stream, err := simulate.Features(cfg)
	if err != nil {
		b.Fatal(err)
	}
	m := &meter{engine: cluster.NewEngine(cluster.DefaultConfig())}
	m.next, m.stop = iter.Pull(stream)
	return m
}

// take feeds the next reports.
func (m *meter) take(reports int) {
	const batch = 4096 // made before the clock starts
	for reports > 0 {
		m.batch = m.batch[:0]
		for range min(batch, reports) {
			l, ok := m.next()
			if !ok {
				panic("the stream is too short")
			}
			m.batch = append(m.batch, l.Features)
		}
		reports -= len(m.batch)
		start := cpu()
		for _, f := range m.batch {
			m.engine.Step(cluster.Entry{Offset: m.offset, Features: f})
			m.offset++
		}
		m.spent += cpu() - start
	}
	clear(m.batch)
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
