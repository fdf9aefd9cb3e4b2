package cluster_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/cluster/simulate"
)

// played is what simulated traffic gives whose times are moved: the events without
// those times, and how often each kind of event is in it.
func played(t *testing.T, idle time.Duration, moved func(n int) time.Duration) (events []string, kinds map[cluster.EventKind]int) {
	t.Helper()
	stream, err := simulate.Features(simulate.Default(4000, 5))
	if err != nil {
		t.Fatal(err)
	}
	cfg := cluster.DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits, cfg.Idle = 14, 16, idle
	e, n := cluster.NewEngine(cfg), 0
	kinds = map[cluster.EventKind]int{}
	for l := range stream {
		f := *l.Features
		f.Time += moved(n).Milliseconds()
		for _, ev := range e.Step(cluster.Entry{Offset: int64(n), Features: &f}) {
			events = append(events, fmt.Sprint(ev.Offset, ev.Kind, ev.Report, ev.Campaign, ev.Other, ev.Operation))
			kinds[ev.Kind]++
		}
		n++
	}
	return events, kinds
}

// TestClockJumps: the clock by which reports are stamped goes back or forward by an
// hour, and back again, and no report comes to lie elsewhere for it. A clock that does
// so all the time can make another exemplar the one that was quiet longest.
func TestClockJumps(t *testing.T) {
	want, _ := played(t, 365*24*time.Hour, func(int) time.Duration { return 0 })
	for _, tt := range []struct {
		name     string
		moved    func(n int) time.Duration
		mayStray int // reports that may be assigned elsewhere, of 4,000
	}{
		{"back", func(n int) time.Duration { return -time.Duration(n/1500) * time.Hour }, 0},
		{"forward", func(n int) time.Duration { return time.Duration(n/1500) * time.Hour }, 0},
		{"to and fro", func(n int) time.Duration { return []time.Duration{0, time.Hour, -time.Hour}[n/100%3] }, 20},
	} {
		got, _ := played(t, 365*24*time.Hour, tt.moved)
		if assigned, all := assignments(got), assignments(want); len(assigned) != len(all) || strays(all, assigned) > tt.mayStray {
			t.Errorf("clock %s: %d reports assigned, %d otherwise than the %d of a steady one", tt.name, len(assigned), strays(all, assigned), len(all))
		}
	}
}

// assignments are the events that assign, by the offset of their report.
func assignments(events []string) map[string]string {
	out := map[string]string{}
	for _, ev := range events {
		if offset, rest, ok := strings.Cut(ev, " "); ok && strings.HasPrefix(rest, "assigned") {
			out[offset] = rest
		}
	}
	return out
}

func strays(a, b map[string]string) (n int) {
	for k, v := range a {
		if b[k] != v {
			n++
		}
	}
	return n
}

// TestIdleByTheLog: what is idle is so by the time of the log. Replayed decades later
// or stamped by a clock that is decades off, the same campaigns go and come back.
func TestIdleByTheLog(t *testing.T) {
	want, kinds := played(t, 12*time.Hour, func(int) time.Duration { return 0 })
	if kinds[cluster.EventIdled] == 0 || kinds[cluster.EventRevived] == 0 {
		t.Fatalf("%d idled, %d revived: the test does not reach it", kinds[cluster.EventIdled], kinds[cluster.EventRevived])
	}
	for _, years := range []time.Duration{-40, 40} {
		if got, _ := played(t, 12*time.Hour, func(int) time.Duration { return years * 365 * 24 * time.Hour }); !slices.Equal(want, got) {
			t.Errorf("%d years on: %d events, want the same %d", years, len(got), len(want))
		}
	}
}

// TestNoClock: nothing in the packages of the engine can read a clock or wait.
func TestNoClock(t *testing.T) {
	allowed := []string{"Duration", "Hour", "Minute", "Second", "Millisecond", "Time", "Date", "UTC", "UnixMilli", "Month", "Weekday", "October", "RFC1123Z", "Unix"}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && !slices.Contains(allowed, s.Sel.Name) {
					t.Errorf("%s uses time.%s", path, s.Sel.Name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
