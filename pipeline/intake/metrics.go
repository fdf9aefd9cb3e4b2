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
	requests := prometheus.NewCounterVec(prometheus.CounterOpts(opts("http_requests_total", "Posts answered.")), []string{"code"})
	m := &metrics{
		requests: map[int]prometheus.Counter{},
		reports:  prometheus.NewCounter(prometheus.CounterOpts(opts("http_reports_total", "Reports that the topic has durably."))),
		bytes:    prometheus.NewCounter(prometheus.CounterOpts(opts("http_report_bytes_total", "Bytes of those reports' messages."))),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts(opts("http_in_flight_bytes", "Bytes reserved for bodies in memory."))),
		batch:    newBatch("http_batch_records"),
	}
	for _, s := range statuses {
		m.requests[s] = requests.WithLabelValues(strconv.Itoa(s))
	}
	if reg != nil {
		reg.MustRegister(requests, m.reports, m.bytes, m.inFlight, m.batch)
	}
	return m
}

func opts(name, help string) prometheus.Opts {
	return prometheus.Opts{Namespace: "shoal", Subsystem: "intake", Name: name, Help: help}
}

func newBatch(name string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "shoal", Subsystem: "intake", Name: name,
		Help: "Records of one write to the topic.", Buckets: prometheus.ExponentialBuckets(1, 2, 11),
	})
}

// outcome is how a message over LMTP ended, a closed set.
type outcome string

const (
	outcomeTaken   outcome = "taken"
	outcomeNotMail outcome = "not_mail"
	outcomeLarge   outcome = "too_large"
	outcomeBusy    outcome = "busy"
	outcomeAway    outcome = "away" // the sink
	outcomeBroken  outcome = "broken"
)

type lmtpMetrics struct {
	messages map[outcome]prometheus.Counter
	batch    prometheus.Histogram
}

func newLMTPMetrics(reg prometheus.Registerer) *lmtpMetrics {
	messages := prometheus.NewCounterVec(prometheus.CounterOpts(opts("lmtp_messages_total", "Messages over LMTP.")), []string{"outcome"})
	m := &lmtpMetrics{messages: map[outcome]prometheus.Counter{}, batch: newBatch("lmtp_batch_records")}
	for _, o := range []outcome{outcomeTaken, outcomeNotMail, outcomeLarge, outcomeBusy, outcomeAway, outcomeBroken} {
		m.messages[o] = messages.WithLabelValues(string(o))
	}
	if reg != nil {
		reg.MustRegister(messages, m.batch)
	}
	return m
}
