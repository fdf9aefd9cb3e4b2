package embedded

import (
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// reason is why a request was not answered with a whole result.
type reason string

// Reasons. Each bound of the interface has one.
const (
	reasonReadOnly reason = "read_only" // a write, a file or a server that a reader must not reach
	reasonKey      reason = "key"       // wrong key, or a request of a web page
	reasonSize     reason = "size"      // body or statement too large
	reasonResult   reason = "result"    // result too large
	reasonTime     reason = "time"
	reasonMemory   reason = "memory"
	reasonRoom     reason = "disk_full"
	reasonGone     reason = "client_gone"
	reasonOther    reason = "other" // a mistake in the statement, mostly
)

var reasons = []reason{reasonReadOnly, reasonKey, reasonSize, reasonResult, reasonTime, reasonMemory, reasonRoom, reasonGone, reasonOther}

// metrics are served by the child itself, on /metrics of its listeners.
type metrics struct {
	registry *prometheus.Registry
	queries  prometheus.Counter
	running  prometheus.Gauge
	spooled  prometheus.Counter
	failures map[reason]prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		queries:  prometheus.NewCounter(prometheus.CounterOpts{Name: "shoal_engine_queries_total", Help: "Requests for a query."}),
		running:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "shoal_engine_queries_running", Help: "Queries under way."}),
		spooled:  prometheus.NewCounter(prometheus.CounterOpts{Name: "shoal_engine_insert_bytes_total", Help: "Bytes of data of INSERTs."}),
		failures: make(map[reason]prometheus.Counter),
	}
	failures := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "shoal_engine_failures_total", Help: "Requests not answered with a whole result, by reason.",
	}, []string{"reason"})
	m.registry.MustRegister(m.queries, m.running, m.spooled, failures)
	for _, r := range reasons {
		m.failures[r] = failures.WithLabelValues(string(r))
	}
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// failed counts a request that ended with err.
func (m *metrics) failed(err error) { m.failures[reasonOf(err)].Inc() }

func reasonOf(err error) reason {
	var e *engineError
	if !errors.As(err, &e) {
		return reasonGone
	}
	switch e.Code {
	case codeReadonly:
		return reasonReadOnly
	case codeAuthentication:
		return reasonKey
	case codeQueryIsTooLarge:
		return reasonSize
	case codeTooMuch:
		return reasonResult
	case codeTimeout:
		return reasonTime
	case codeMemory:
		return reasonMemory
	case codeNotEnoughSpace:
		return reasonRoom
	case codeCancelled:
		return reasonGone
	}
	return reasonOther
}
