package cluster

import (
	"math"
	"testing"
)

// near says whether two sums are the same but for the rounding of single floats.
func near(a, b float64) bool { return math.Abs(a-b) < 1e-3 }

// sum adds up the weights of evidence.
func sum(evidence []Evidence) (total float64) {
	for _, ev := range evidence {
		total += ev.Weight
	}
	return total
}

// TestEvidenceAddsUp: the weights of a join or merge and the prior odds are its
// score, which is what the thresholds ask for; and what it agreed with is
// another report, of the campaign that took it.
func TestEvidenceAddsUp(t *testing.T) {
	e := NewEngine(testConfig())
	prior := float64(e.weights.bias)
	home := map[ReportID]CampaignID{}
	joins, merges := 0, 0
	check := func(ev Event, least float64) {
		t.Helper()
		if total := sum(ev.Evidence); !near(prior+total, ev.Score) {
			t.Errorf("%v of %v: prior %.3f and weights %.3f do not make the score %.3f", ev.Kind, ev.Report, prior, total, ev.Score)
		}
		if ev.Score < least || ev.Content < e.cfg.Content {
			t.Errorf("%v of %v: score %.3f and content %.3f are below the thresholds", ev.Kind, ev.Report, ev.Score, ev.Content)
		}
		for _, v := range ev.Evidence {
			if v.Matched == ev.Report || home[v.Matched] != ev.Campaign {
				t.Errorf("%v of %v into %v agreed with %v, which is in %v", ev.Kind, ev.Report, ev.Campaign, v.Matched, home[v.Matched])
			}
		}
	}
	for _, f := range testLog(5, 12, 10, 60) {
		for _, ev := range e.Step(Entry{Offset: e.Offset() + 1, Features: f}) {
			switch {
			case ev.Kind == EventAssigned:
				if len(ev.Evidence) > 0 {
					joins++
					check(ev, e.cfg.Join)
				}
				home[ev.Report] = ev.Campaign
			case ev.Kind == EventMerged:
				merges++
				check(ev, e.cfg.Merge)
				for r, id := range home {
					if id == ev.Other {
						home[r] = ev.Campaign
					}
				}
			}
		}
	}
	if joins < 50 || merges == 0 {
		t.Errorf("%d joins and %d merges, want 50 and 1 at least", joins, merges)
	}
}
