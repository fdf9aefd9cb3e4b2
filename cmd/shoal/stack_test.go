package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestStack unwinds past a step that fails and one that hangs.
func TestStack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stack{log: slog.New(slog.DiscardHandler), limit: time.Second}
		var order []string
		note := func(name string) { order = append(order, name) }
		s.close("first", func() error { note("first"); return nil })
		s.close("second", func() error { note("second"); return errors.New("broken") })
		s.background("runs", func(error) { t.Error("a clean stop is no failure") }, func(ctx context.Context) error {
			<-ctx.Done()
			note("runs")
			return nil
		})
		release := make(chan struct{})
		s.background("hangs", nil, func(context.Context) error { <-release; return nil })
		began := time.Now()
		if s.unwind() {
			t.Error("unwind() = true, though a step failed and one hung")
		}
		if got := time.Since(began); got != time.Second {
			t.Errorf("unwind took %v, want the limit of the step that hangs", got)
		}
		if diff := cmp.Diff([]string{"runs", "second", "first"}, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		close(release)
	})
}

// TestStackFails hands on why a part ended.
func TestStackFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stack{log: slog.New(slog.DiscardHandler), limit: time.Second}
		broken := errors.New("broken")
		var got error
		s.background("breaks", func(err error) { got = err }, func(context.Context) error { return broken })
		synctest.Wait()
		if got != broken {
			t.Errorf("fail was told %v, want %v", got, broken)
		}
		if !s.unwind() {
			t.Error("unwind() = false after a part that had ended")
		}
	})
}
