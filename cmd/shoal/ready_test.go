package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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
