package pipeline

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// LagCollector tells Prometheus how far stages are behind, asking at each scrape.
// A stage that nobody runs is behind as well. It is a prometheus.Collector.
type LagCollector struct {
	offsets Offsets
	stages  []Stage
	log     *slog.Logger
	lag     *prometheus.Desc
}

// lagTime bounds how long a scrape waits for the broker.
const lagTime = 5 * time.Second

// NewLagCollector returns a collector of the stages' lags.
func NewLagCollector(o Offsets, log *slog.Logger, stages ...Stage) *LagCollector {
	return &LagCollector{offsets: o, stages: stages, log: log, lag: prometheus.NewDesc(
		"shoal_stage_lag_records", "Records of its topic that a stage has still to do. Missing while the broker does not answer.",
		[]string{"stage"}, nil)}
}

// Describe implements prometheus.Collector.
func (c *LagCollector) Describe(out chan<- *prometheus.Desc) { out <- c.lag }

// Collect implements prometheus.Collector.
func (c *LagCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lagTime)
	defer cancel()
	for _, s := range c.stages {
		n, err := Lag(ctx, c.offsets, s)
		if err != nil {
			c.log.Warn("lag is unknown", "err", err)
			continue
		}
		out <- prometheus.MustNewConstMetric(c.lag, prometheus.GaugeValue, float64(n), s.Name)
	}
}
