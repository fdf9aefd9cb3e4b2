package cluster

import (
	"fmt"
	"math"
	"strings"
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
	for _, f := range append(testLog(5, 12, 10, 60), bridged()...) {
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

// TestExplain: every comparison that the engine makes can be explained. The
// fields add up to the score, each turn turns the outcome and is the sum of its
// changes, and the other way round the explanation is the same.
func TestExplain(t *testing.T) {
	e := NewEngine(testConfig())
	var seen []Comparison
	e.Observe = func(c Comparison) { seen = append(seen, c) }
	byID := map[ReportID]*Features{}
	verdicts := map[bool]int{}
	for _, f := range testLog(6, 12, 10, 60) {
		byID[f.Report] = f
		e.Step(Entry{Offset: e.Offset() + 1, Features: f})
		for _, c := range seen {
			x := e.ExplainComparison(c, byID[c.Report], byID[c.Exemplar])
			if x.A != c.Report || x.B != c.Exemplar || !near(x.Score, c.Score) || !near(x.Content, c.Content) {
				t.Fatalf("explained %v with %v as score %.3f, content %.3f; observed %+v", x.A, x.B, x.Score, x.Content, c)
			}
			checkExplanation(t, x)
			verdicts[x.Agrees]++
		}
		seen = seen[:0]
	}
	if verdicts[true] < 50 || verdicts[false] < 50 {
		t.Errorf("%v verdicts, want 50 of each at least", verdicts)
	}
	for _, f := range byID {
		for _, g := range []*Features{byID[testReport("c0/0")], byID[testReport("s/0")]} {
			x, y := e.Explain(Side{Features: f}, Side{Features: g}), e.Explain(Side{Features: g}, Side{Features: f})
			if !near(x.Score, y.Score) || x.Agrees != y.Agrees || len(x.Fields) != len(y.Fields) || len(x.Turns) != len(y.Turns) {
				t.Errorf("%v with %v: %+v, the other way round %+v", f.Report, g.Report, x, y)
			}
		}
	}
}

func checkExplanation(t *testing.T, x Explanation) {
	t.Helper()
	total, content := x.Prior, 0.0
	for _, f := range x.Fields {
		total += f.Weight
		if f.Content {
			content += f.Weight
		}
		if compared := f.Outcome == OutcomeAgrees || f.Outcome == OutcomeDiffers; !compared && f.Weight != 0 || (f.Outcome == OutcomeAgrees) != (f.Score > 0) {
			t.Errorf("%s %v with score %.2f and weight %.2f", f.Field, f.Outcome, f.Score, f.Weight)
		}
	}
	agrees := func(score, content float64) bool { return score >= x.NeedScore && content >= x.NeedContent }
	if !near(total, x.Score) || !near(content, x.Content) || agrees(x.Score, x.Content) != x.Agrees {
		t.Errorf("fields make %.3f and %.3f of content, explained as %.3f and %.3f, agrees: %v", total, content, x.Score, x.Content, x.Agrees)
	}
	if len(x.Turns) == 0 {
		t.Errorf("nothing would turn %v with %v, which agree: %v", x.A, x.B, x.Agrees)
	}
	for _, turn := range x.Turns {
		after := x.Score
		for _, c := range turn.Changes {
			after += c.Weight
			if (c.To > c.From) == x.Agrees {
				t.Errorf("change %+v turns that they agree: %v", c, x.Agrees)
			}
		}
		if agrees(turn.Score, turn.Content) == x.Agrees || !near(after, turn.Score) {
			t.Errorf("turn %+v of score %.3f, content %.3f does not turn", turn, x.Score, x.Content)
		}
	}
}

// TestExplainMembers: what all exemplars of a campaign have speaks against a
// report that lacks it, where the campaign is named.
func TestExplainMembers(t *testing.T) {
	e := NewEngine(testConfig())
	text := func(i int) string {
		return strings.Repeat(fmt.Sprintf("w%d ", i), 3) + "the parcel waits at the depot for the duty that was not paid so settle it before it goes back overseas to its sender"
	}
	var home CampaignID
	for i := range 6 {
		f := testFeatures(fmt.Sprint("m", i), fmt.Sprint("notice ", i), text(i), "wallet=bc1qsame")
		for _, ev := range e.Step(Entry{Offset: e.Offset() + 1, Features: f}) {
			home = ev.Campaign
		}
	}
	if len(e.core(home)) == 0 {
		t.Fatal("the campaign has no core")
	}
	a, b := testFeatures("a", "notice 1", text(1), "wallet=bc1qsame"), testFeatures("b", "notice 2", text(2))
	of := func(x Explanation) Outcome {
		for _, f := range x.Fields {
			if f.Key == KeyCore {
				return f.Outcome
			}
		}
		return OutcomeMute
	}
	if got := of(e.Explain(Side{a, home}, Side{Features: b})); got != OutcomeDiffers {
		t.Errorf("core %v, want it to differ: the second report lacks the wallet", got)
	}
	if got := of(e.Explain(Side{a, home}, Side{a, home})); got != OutcomeAgrees {
		t.Errorf("core %v, want it to agree", got)
	}
	if got := of(e.Explain(Side{Features: a}, Side{Features: b})); got != OutcomeMute {
		t.Errorf("core %v though no campaign is named", got)
	}
}
