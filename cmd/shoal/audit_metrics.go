package main

import (
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// auditMetrics are what an audit tells Prometheus.
type auditMetrics struct {
	reports     *prometheus.GaugeVec
	differences prometheus.Gauge
	finished    prometheus.Gauge
}

func newAuditMetrics(reg prometheus.Registerer) *auditMetrics {
	m := &auditMetrics{
		reports: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "shoal_audit_reports", Help: "Reports of the audited span in a topic, by what became of them.",
		}, []string{"topic", "outcome"}),
		differences: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "shoal_audit_differences", Help: "Reports that the last audit found missing, twice or unknown.",
		}),
		finished: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "shoal_audit_finished_timestamp_seconds", Help: "When the last audit ended.",
		}),
	}
	reg.MustRegister(m.reports, m.differences, m.finished)
	return m
}

// metrics writes the account for the textfile collector of node_exporter.
func (c *account) metrics(w io.Writer) error {
	reg := prometheus.NewRegistry()
	m := newAuditMetrics(reg)
	for _, s := range []side{c.Reports, c.Features} {
		for outcome, n := range map[string]int64{
			"stored": s.Total.Stored, "repeat": s.Total.Repeats, "dead": s.Total.Dead,
			"in_flight": s.Total.InFlight, "expired": s.Total.Expired, "missing": s.Total.Missing,
		} {
			m.reports.WithLabelValues(s.Topic, outcome).Set(float64(n))
		}
	}
	m.differences.Set(float64(c.Different))
	m.finished.Set(float64(time.Now().Unix()))
	families, err := reg.Gather()
	if err != nil {
		return err
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(w, f); err != nil {
			return err
		}
	}
	return nil
}
