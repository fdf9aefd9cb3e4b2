package intake

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests map[int]prometheus.Counter // by status, bound at construction
	reports  prometheus.Counter
	bytes    prometheus.Counter
	batch    prometheus.Histogram
	inFlight prometheus.Gauge
}

// statuses are all that a Handler answers.
var statuses = []int{202, 400, 401, 403, 405, 413, 429, 503}

func newMetrics(reg prometheus.Registerer) *metrics {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "shoal", Subsystem: "intake", Name: name, Help: help}
	}
	requests := prometheus.NewCounterVec(prometheus.CounterOpts(opts("http_requests_total", "Posts answered.")), []string{"code"})
	m := &metrics{
		requests: map[int]prometheus.Counter{},
		reports:  prometheus.NewCounter(prometheus.CounterOpts(opts("http_reports_total", "Reports that the topic has durably."))),
		bytes:    prometheus.NewCounter(prometheus.CounterOpts(opts("http_report_bytes_total", "Bytes of those reports' messages."))),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts(opts("http_in_flight_bytes", "Bytes reserved for bodies in memory."))),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "shoal", Subsystem: "intake", Name: "http_batch_records",
			Help: "Records of one write to the topic.", Buckets: prometheus.ExponentialBuckets(1, 2, 11),
		}),
	}
	for _, s := range statuses {
		m.requests[s] = requests.WithLabelValues(strconv.Itoa(s))
	}
	if reg != nil {
		reg.MustRegister(requests, m.reports, m.bytes, m.inFlight, m.batch)
	}
	return m
}
