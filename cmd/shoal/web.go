package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"

	"shoal/pipeline/embedded"
	"shoal/pipeline/intake"
)

// check is one thing that must work for the process to be ready.
type check struct {
	name string
	ask  func(ctx context.Context) error
}

// diskCheck asks whether the embedded engines have room to write.
func diskCheck(data dataDir) check {
	return check{"disk", func(context.Context) error { return embedded.CheckRoom(string(data)) }}
}

// state says in a word or two how a part is, and whether that is well.
func (c check) state(ctx context.Context) (said string, good bool, err error) {
	switch err := c.ask(ctx); {
	case err == nil:
		return "ok", true, nil
	case errors.Is(err, errStandsBy):
		return err.Error(), true, nil
	case errors.Is(err, embedded.ErrNoRoom):
		return "full", false, err
	default:
		return "does not answer", false, err
	}
}

// website is what a process serves over HTTP.
type website struct {
	intake  *intake.Handler // nil for none
	console http.Handler    // nil for none
	metrics bool            // has /metrics: see servesMetrics
	tls     *tls.Config     // nil for no encryption
	checks  []check
	reg     *prometheus.Registry
	log     *slog.Logger
}

func newRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

func (w *website) handler() http.Handler {
	mux := http.NewServeMux()
	if w.intake != nil {
		mux.Handle(intake.Path, w.intake)
	}
	if w.console != nil {
		mux.Handle("/", w.console)
	}
	if w.metrics {
		mux.Handle("GET /metrics", promhttp.HandlerFor(w.reg, promhttp.HandlerOpts{}))
	}
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { fmt.Fprintln(out, "ok") })
	mux.HandleFunc("GET /readyz", w.ready)
	return w.guarded(mux)
}

// servesMetrics says whether the port of intake and console has /metrics as well.
// Metrics ask for no token: they are for who is on this machine, or for a port of
// their own that the operator keeps in.
func servesMetrics(own string, port net.Addr) bool { return own == "" && loopback(port) }

// guarded sets on every answer, ours and those of the library, what keeps a
// browser from making more of it than it is. None of them is HTML, the console's
// aside, which sets its own.
func (w *website) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, req *http.Request) {
		head := out.Header()
		head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cache-Control", "no-store")
		if req.TLS != nil {
			head.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(out, req)
	})
}

// ready answers 200 when everything the process depends on answers, else 503;
// the body says which does not. Why stays in the log: the reader may be anybody.
func (w *website) ready(out http.ResponseWriter, req *http.Request) {
	ctx, cancel := context.WithTimeout(req.Context(), 5*time.Second)
	defer cancel()
	status, parts := http.StatusOK, map[string]string{}
	for _, c := range w.checks {
		said, good, err := c.state(ctx)
		if parts[c.name] = said; !good {
			w.log.Warn("not ready", "part", c.name, "err", err)
			status = http.StatusServiceUnavailable
		}
	}
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(parts) // the client may be gone
}

// maxConnections bounds the open connections: more wait in the kernel's queue.
const maxConnections = 4096

// server has a bound for all that a client can draw out: header, body, answer,
// the pause between requests.
func (w *website) server() *http.Server {
	return &http.Server{
		Handler:           w.handler(),
		TLSConfig:         w.tls,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(w.log.Handler(), slog.LevelDebug),
	}
}

// serve answers on l until ctx ends, and lets requests finish for a moment.
func (w *website) serve(ctx context.Context, l net.Listener) error {
	srv := w.server()
	if w.tls == nil && !loopback(l.Addr()) {
		w.log.Warn("http without encryption where others can reach it: give --tls-cert and --tls-key, or put a proxy with TLS before it", "addr", l.Addr().String())
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if srv.Shutdown(limit) != nil {
			_ = srv.Close()
		}
	}()
	serve := srv.Serve
	if w.tls != nil {
		serve = func(l net.Listener) error { return srv.ServeTLS(l, "", "") }
	}
	if err := serve(netutil.LimitListener(l, maxConnections)); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("http server: %w", err)
	}
	<-ended
	return nil
}

// listen opens addr. Where that is a default and taken, any free port will do.
func listen(addr string, isDefault bool) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if isDefault && errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}
