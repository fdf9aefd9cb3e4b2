package pipeline

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// StageConfig is what every stage is told.
type StageConfig struct {
	// Log hears what goes wrong; nil for nobody.
	Log *slog.Logger
	// Registerer takes the stage's metrics; nil for nobody.
	Registerer prometheus.Registerer
	// Retry is the schedule for temporary failures; zero for [DefaultRetry].
	Retry Retry
	// Grace is how long the last write and the last commit may take after the
	// stage was told to stop; zero for ten seconds.
	Grace time.Duration
}

func (c StageConfig) withDefaults() StageConfig {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Retry == (Retry{}) {
		c.Retry = DefaultRetry()
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	return c
}

// Progress counts what a stage has done since it was made. It is safe to read at
// any time.
type Progress struct {
	// Records were read and are durable in what the stage writes, and
	// committed. Repeats count again.
	Records atomic.Int64
	// Bytes of their values.
	Bytes atomic.Int64
	// Written are records, events or rows that the stage wrote.
	Written atomic.Int64
	// Dead are records that went to the dead letter.
	Dead atomic.Int64
	// Failures are attempts that are or were repeated.
	Failures atomic.Int64
}

// stageMetrics are one stage's; its name is a constant label.
type stageMetrics struct {
	progress   *Progress
	rebalances prometheus.Counter
	dead       map[Reason]prometheus.Counter
	seconds    prometheus.Histogram
}

func newStageMetrics(stage string, reg prometheus.Registerer, p *Progress) *stageMetrics {
	labels := prometheus.Labels{"stage": stage}
	count := func(name, help string, of *atomic.Int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "shoal", Subsystem: "stage", Name: name, Help: help, ConstLabels: labels,
		}, func() float64 { return float64(of.Load()) })
	}
	m := &stageMetrics{progress: p, dead: make(map[Reason]prometheus.Counter)}
	m.rebalances = prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: "shoal", Subsystem: "stage", Name: "rebalances_total", ConstLabels: labels,
		Help: "Times that what was in hand was dropped, since partitions were taken away.",
	})
	m.seconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "shoal", Subsystem: "stage", Name: "write_seconds", ConstLabels: labels,
		Help:    "Time to make a batch durable and commit it, repeats included.",
		Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
	})
	dead := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "shoal", Subsystem: "stage", Name: "dead_total", ConstLabels: labels,
		Help: "Records that went to the dead letter.",
	}, []string{"reason"})
	for _, r := range reasons {
		m.dead[r] = dead.WithLabelValues(string(r))
	}
	if reg != nil {
		reg.MustRegister(
			count("records_total", "Records read, dealt with and committed.", &p.Records),
			count("bytes_total", "Bytes of their values.", &p.Bytes),
			count("written_total", "Records, events or rows written.", &p.Written),
			count("failures_total", "Attempts that failed for now.", &p.Failures),
			m.rebalances, m.seconds, dead,
		)
	}
	return m
}

// done counts a batch that is committed.
func (m *stageMetrics) done(recs []Record, took time.Duration) {
	n := 0
	for i := range recs {
		n += len(recs[i].Value)
	}
	m.progress.Records.Add(int64(len(recs)))
	m.progress.Bytes.Add(int64(n))
	m.seconds.Observe(took.Seconds())
}

func (m *stageMetrics) failed() { m.progress.Failures.Add(1) }

type counter = prometheus.Counter

func newCounter(reg prometheus.Registerer, subsystem, name, help string) counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "shoal", Subsystem: subsystem, Name: name, Help: help})
	if reg != nil {
		reg.MustRegister(c)
	}
	return c
}
