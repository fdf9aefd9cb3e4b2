package pipeline

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/cluster"
)

// clustererMetrics are what the clusterer has beside every stage's.
type clustererMetrics struct {
	events  map[cluster.EventKind]prometheus.Counter
	savedAt prometheus.Gauge
}

func newClustererMetrics(reg prometheus.Registerer) *clustererMetrics {
	events := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "shoal", Subsystem: "clusterer", Name: "events_total", Help: "Events published, by what happened.",
	}, []string{"kind"})
	m := &clustererMetrics{events: map[cluster.EventKind]prometheus.Counter{}}
	for k := cluster.EventAssigned; k <= cluster.EventRetuned; k++ {
		m.events[k] = events.WithLabelValues(k.String())
	}
	m.savedAt = prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "shoal", Subsystem: "clusterer", Name: "snapshot_timestamp_seconds",
		Help: "When the last snapshot was kept, or else when clustering began: what came after it is followed again at a restart.",
	})
	if reg != nil {
		reg.MustRegister(events, m.savedAt)
	}
	return m
}

// published counts events that are durable.
func (m *clustererMetrics) published(kinds []cluster.EventKind) {
	for _, k := range kinds {
		if c := m.events[k]; c != nil {
			c.Inc()
		}
	}
}

func (m *clustererMetrics) saved(at time.Time) { m.savedAt.Set(float64(at.Unix())) }
