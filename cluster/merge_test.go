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
