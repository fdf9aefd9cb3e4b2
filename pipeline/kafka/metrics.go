package kafka

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline"
)

// Options are what a [Client] tells its news to. All are optional.
type Options struct {
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

func (o Options) logger() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

type metrics struct {
	fetched, fetchedBytes *prometheus.CounterVec // by topic
	written, writtenBytes *prometheus.CounterVec
	failures              *prometheus.CounterVec // by operation
	rebalances            *prometheus.CounterVec // by group
	lost                  *prometheus.CounterVec // by topic
	assigned              *prometheus.GaugeVec   // by group
}

func newMetrics(reg prometheus.Registerer) *metrics {
	vec := func(name, help, label string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "shoal", Subsystem: "kafka", Name: name, Help: help,
		}, []string{label})
		if reg != nil {
			reg.MustRegister(v)
		}
		return v
	}
	assigned := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: "shoal", Subsystem: "kafka", Name: "assigned_partitions",
		Help: "Partitions that this process has of a group's topic; 0 while it stands by.",
	}, []string{"group"})
	if reg != nil {
		reg.MustRegister(assigned)
	}
	out := &metrics{
		assigned:     assigned,
		fetched:      vec("fetched_records_total", "Records read.", "topic"),
		fetchedBytes: vec("fetched_bytes_total", "Bytes of keys, values and headers read, after decompression.", "topic"),
		written:      vec("written_records_total", "Records that the broker has acknowledged.", "topic"),
		writtenBytes: vec("written_bytes_total", "Bytes of keys, values and headers written, before compression.", "topic"),
		failures:     vec("failures_total", "Requests that failed.", "operation"),
		rebalances:   vec("rebalances_total", "Times that partitions were taken away.", "group"),
		lost:         vec("skipped_offsets_total", "Offsets that the broker no longer had when they were to be read.", "topic"),
	}
	// The first loss must show as a step from 0, not as a series that begins.
	for _, topic := range []string{pipeline.TopicReports, pipeline.TopicFeatures, pipeline.TopicEvents, pipeline.TopicDead} {
		out.lost.WithLabelValues(topic)
	}
	return out
}
