package cluster

import (
	"fmt"
	"testing"
)

// between puts reports that resemble two campaigns of 40 reports each into the log
// until the two merge, and says how many it took; 0 where limit were not enough.
// Each comes copies times over, as from one person who reports it again.
func between(t *testing.T, limit, copies int) int {
	t.Helper()
	e := NewEngine(lifeConfig(t))
	step := func(text string, n int, values ...string) (merged bool) {
		f := phoneReport(text, values...)
		f.Report = testReport(fmt.Sprint(text, n))
		for _, ev := range e.Step(Entry{Offset: e.Offset() + 1, Features: f}) {
			merged = merged || ev.Kind == EventMerged
		}
		return merged
	}
	for i := range 40 {
		if step("left", i, "phone=left") || step("right", i, "phone=right") {
			t.Fatal("the campaigns merged by themselves")
		}
	}
	for i := range limit {
		for range copies {
			if step("bridge", i, "phone=left", "phone=right", "wallet=bridge") {
				return i + 1
			}
		}
	}
	return 0
}

// TestMergeTakesAShare: what resembles two campaigns makes them one when it is a
// share of the reports of both, and not before.
func TestMergeTakesAShare(t *testing.T) {
	n := between(t, 80, 1)
	t.Logf("merged after %d reports between two campaigns of 40", n)
	if n == 0 {
		t.Fatal("80 reports between two campaigns of 40 did not make them one: the test shows nothing")
	}
	if least := 40/mergeShare + 1; n < least {
		t.Errorf("%d reports were enough, want at least %d", n, least)
	}
}

// TestMergeCountsAReportOnce: repeats add nothing to a share.
func TestMergeCountsAReportOnce(t *testing.T) {
	once := between(t, 80, 1)
	if again := between(t, 80, 20); again != once {
		t.Errorf("merged after %d reports that are repeated 20 times each, want %d", again, once)
	}
}

// TestFewExemplarsSuffice: of campaigns with many exemplars few need to agree if they
// are what most reports of both look like, and not if they are what few look like.
func TestFewExemplarsSuffice(t *testing.T) {
	e := NewEngine(lifeConfig(t))
	campaign := func(first, each, exemplars uint32) *group {
		g := &group{reports: 2}
		for i := range exemplars {
			x := exemplar{hits: each - 1}
			if i == 0 {
				x.hits = first - 1
			}
			g.exemplars = append(g.exemplars, uint32(len(e.exemplars)))
			e.exemplars = append(e.exemplars, x)
		}
		return g
	}
	for _, c := range []struct {
		name         string
		small, large *group
		want         bool
	}{
		{"a third of both", campaign(5, 1, 11), campaign(50, 10, 11), true},
		{"less than a third of the larger one", campaign(5, 1, 11), campaign(49, 10, 11), false},
		{"less than a third of the smaller one", campaign(4, 1, 11), campaign(50, 10, 11), false},
		{"an eighth, a third of the exemplars", campaign(1, 3, 3), campaign(1, 3, 3), true},
		{"less than an eighth, a third of the exemplars", campaign(1, 4, 3), campaign(1, 3, 3), false},
	} {
		if got := e.suffice(c.small, c.large, 1, 1); got != c.want {
			t.Errorf("%s: the first exemplars suffice: %v, want %v", c.name, got, c.want)
		}
	}
}
