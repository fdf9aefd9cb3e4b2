package console

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the console counts. Pages are named by their routes, of which
// there is a closed set.
type metrics struct {
	pages   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	signIns *prometheus.CounterVec
	orders  *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		pages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shoal_console_requests_total", Help: "Requests of the console, by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "shoal_console_seconds", Help: "Time to make a page of the console.", Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 40}}, []string{"route"}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shoal_console_sign_ins_total", Help: "Sign-ins, taken and refused."}, []string{"outcome"}),
		orders: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shoal_console_decisions_total", Help: "Decisions that the log has taken from the console, by kind."}, []string{"kind"}),
	}
	if reg != nil {
		reg.MustRegister(m.pages, m.seconds, m.signIns, m.orders)
	}
	return m
}

func (m *metrics) seen(route string, status int, took time.Duration) {
	m.pages.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}
