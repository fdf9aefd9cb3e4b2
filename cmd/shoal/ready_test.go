package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"shoal/pipeline/embedded"
)

// A stage that works or stands by is ready; one that its group does not have is not.
func TestReadyKnowsItsGroup(t *testing.T) {
	for _, tt := range []struct {
		joined     bool
		partitions int
		status     int
		say        string
	}{
		{true, 4, http.StatusOK, `"worker":"ok"`},
		{true, 0, http.StatusOK, `"worker":"stands by"`},
		{false, 0, http.StatusServiceUnavailable, `"worker":"does not answer"`},
	} {
		st := stage{name: "worker", standing: func() (bool, int) { return tt.joined, tt.partitions }}
		w := website{checks: []check{st.check()}, reg: newRegistry(), log: slog.New(slog.DiscardHandler)}
		out := httptest.NewRecorder()
		w.handler().ServeHTTP(out, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if out.Code != tt.status || !strings.Contains(out.Body.String(), tt.say) {
			t.Errorf("joined %v with %d partitions: %d %s, want %d %s", tt.joined, tt.partitions, out.Code, out.Body, tt.status, tt.say)
		}
	}
}

// A full disk is called that: the reader is to make room, not to look for what is down.
func TestReadyKnowsAFullDisk(t *testing.T) {
	full := check{"disk", func(context.Context) error { return fmt.Errorf("%w: 3 MiB are free", embedded.ErrNoRoom) }}
	w := website{checks: []check{full}, reg: newRegistry(), log: slog.New(slog.DiscardHandler)}
	out := httptest.NewRecorder()
	w.handler().ServeHTTP(out, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if out.Code != http.StatusServiceUnavailable || out.Body.String() != "{\"disk\":\"full\"}\n" {
		t.Errorf("a full disk: %d %s", out.Code, out.Body)
	}
}

// Metrics are beside the intake for those on this machine, and never where there is a
// port for them or others reach the intake. Health is open.
func TestMetricsStayIn(t *testing.T) {
	for _, tt := range []struct {
		own, port string
		want      int
	}{
		{"", "127.0.0.1:8025", http.StatusOK},
		{"", "[::1]:8025", http.StatusOK},
		{"", "0.0.0.0:8025", http.StatusNotFound},
		{"", "192.0.2.1:8025", http.StatusNotFound},
		{"127.0.0.1:9464", "127.0.0.1:8025", http.StatusNotFound},
	} {
		addr, err := net.ResolveTCPAddr("tcp", tt.port)
		if err != nil {
			t.Fatal(err)
		}
		w := website{reg: newRegistry(), log: slog.New(slog.DiscardHandler), metrics: servesMetrics(tt.own, addr)}
		for path, want := range map[string]int{"/metrics": tt.want, "/healthz": http.StatusOK, "/readyz": http.StatusOK} {
			out := httptest.NewRecorder()
			w.handler().ServeHTTP(out, httptest.NewRequest(http.MethodGet, path, nil))
			if out.Code != want {
				t.Errorf("--metrics %q, intake at %s: %s answers %d, want %d", tt.own, tt.port, path, out.Code, want)
			}
		}
	}
}
