package main

import (
	"context"
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

	"shoal/pipeline/intake"
)

// check is one thing that must work for the process to be ready.
type check struct {
	name string
	ask  func(ctx context.Context) error
}

// website is what a process serves over HTTP.
type website struct {
	intake *intake.Handler // nil for none
	checks []check
	reg    *prometheus.Registry
	log    *slog.Logger
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
	mux.Handle("GET /metrics", promhttp.HandlerFor(w.reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { fmt.Fprintln(out, "ok") })
	mux.HandleFunc("GET /readyz", w.ready)
	return mux
}

// ready answers 200 when everything the process depends on answers, else 503;
// the body says which does not. Why stays in the log: the reader may be anybody.
func (w *website) ready(out http.ResponseWriter, req *http.Request) {
	ctx, cancel := context.WithTimeout(req.Context(), 5*time.Second)
	defer cancel()
	status, parts := http.StatusOK, map[string]string{}
	for _, c := range w.checks {
		parts[c.name] = "ok"
		if err := c.ask(ctx); err != nil {
			w.log.Warn("not ready", "part", c.name, "err", err)
			status, parts[c.name] = http.StatusServiceUnavailable, "does not answer"
		}
	}
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(parts) // the client may be gone
}

// serve answers on l until ctx ends, and lets requests finish for a moment.
func (w *website) serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           w.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(w.log.Handler(), slog.LevelDebug),
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
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
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
