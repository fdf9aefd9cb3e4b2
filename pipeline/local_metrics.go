package pipeline

import (
	"github.com/prometheus/client_golang/prometheus"

	"shoal/cluster/federation"
)

// localMetrics are what a round of local clusterers has beside every stage's.
type localMetrics struct {
	verdicts map[federation.Verdict]prometheus.Counter
	panics   prometheus.Counter
}

func newLocalMetrics(stage string, reg prometheus.Registerer) *localMetrics {
	labels := prometheus.Labels{"stage": stage}
	verdicts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "shoal", Subsystem: "local", Name: "reports_total", ConstLabels: labels,
		Help: "Reports that a local clusterer took, by what they were to it. The global one's engine sees all but copied, alone and repeated.",
	}, []string{"verdict"})
	m := &localMetrics{verdicts: map[federation.Verdict]prometheus.Counter{}}
	for _, v := range federation.Verdicts() {
		m.verdicts[v] = verdicts.WithLabelValues(v.String())
	}
	m.panics = prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: "shoal", Subsystem: "local", Name: "panics_total", ConstLabels: labels,
		Help: "Records at which a local clusterer panicked: a bug of ours. They went on to the global one.",
	})
	if reg != nil {
		reg.MustRegister(verdicts, m.panics)
	}
	return m
}

func (m *localMetrics) done(all []federation.Verdict) {
	for _, v := range all {
		m.verdicts[v].Inc()
	}
}
