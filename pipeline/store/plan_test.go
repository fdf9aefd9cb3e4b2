package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
)

func event(seq uint64, kind cluster.EventKind, campaign, other string, report byte) *record.Event {
	e := &record.Event{Seq: seq, Kind: uint32(kind), Campaign: campaign, Other: other}
	if report != 0 {
		id := cluster.ReportID{0: report}
		e.ReportId = id[:]
	}
	return e
}

// TestSteps: events of whole campaigns share a statement, unless one goes back to
// where another left; single reports do unless one moves what another has put
// there.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []*record.Event
		want   string
	}{
		{"apart", []*record.Event{
			event(1, cluster.EventCreated, "a", "", 0), event(2, cluster.EventMerged, "b", "c", 0),
			event(3, cluster.EventCreated, "d", "", 0), event(4, cluster.EventLabelled, "a", "", 0),
		}, "-a a1; -c b2; +c b2; -d d3"},
		{"chain", []*record.Event{
			event(1, cluster.EventMerged, "b", "a", 0), event(2, cluster.EventMerged, "c", "b", 0), event(3, cluster.EventMerged, "c", "d", 0),
		}, "-a b1 c2; +a b1 c2; -b c2; +b c2; -d c3; +d c3"},
		{"created, then merged", []*record.Event{
			event(1, cluster.EventCreated, "a", "", 0), event(2, cluster.EventMerged, "b", "a", 0),
		}, "-a a1 b2; +a b2"},
		{"back", []*record.Event{
			event(1, cluster.EventMerged, "b", "a", 0), event(2, cluster.EventMerged, "a", "b", 0),
		}, "-a b1; +a b1|-b a2; +b a2"},
		{"split", []*record.Event{
			event(1, cluster.EventMoved, "b", "a", 1), event(2, cluster.EventMoved, "b", "a", 2), event(3, cluster.EventMoved, "a", "b", 1),
		}, "moved 1 2|moved 3"},
		{"moved, then merged", []*record.Event{
			event(1, cluster.EventMoved, "b", "a", 1), event(2, cluster.EventMerged, "c", "a", 0),
		}, "moved 1|-a c2; +a c2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range steps(c.events) {
				got = append(got, stepText(s))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

func stepText(s step) string {
	if s.routes == nil {
		line := "moved"
		for _, e := range s.events {
			line += fmt.Sprint(" ", e.GetSeq())
		}
		return line
	}
	var lines []string
	for _, r := range s.routes {
		line := keyOf(r.from)
		for _, l := range r.legs {
			line += fmt.Sprint(" ", l.to, l.seq)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// TestStepsInOrder: rows at every place end where the events, one after the
// other, bring them, by the same numbers, and leave a tombstone wherever they
// leave.
func TestStepsInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		var events []*record.Event
		for seq := range uint64(40) {
			kind := []cluster.EventKind{cluster.EventCreated, cluster.EventMerged, cluster.EventMerged, cluster.EventMoved}[rng.IntN(4)]
			events = append(events, event(seq+1, kind, fmt.Sprint(rng.IntN(12)), fmt.Sprint(rng.IntN(12)), byte(1+rng.IntN(5))))
		}
		for i := range 12 {
			for _, from := range []place{{alone: fmt.Sprint(i)}, {campaign: fmt.Sprint(i)}} {
				for r := range byte(6) {
					want, got := followed(from, r, events), stepped(from, r, steps(events))
					if diff := cmp.Diff(want, got, cmp.AllowUnexported(leg{}, place{})); diff != "" {
						t.Fatalf("legs of report %d at %v by %v (-one by one +steps):\n%s", r, from, events, diff)
					}
				}
			}
		}
	}
}

// followed are the legs of a row by each event in turn.
func followed(at place, report byte, events []*record.Event) (out []leg) {
	for _, e := range events {
		kind := cluster.EventKind(e.GetKind())
		if kind == cluster.EventMoved && e.GetReportId()[0] != report || !slices.Contains(sources(kind, e), at) || at.campaign == e.GetCampaign() {
			continue
		}
		out = append(out, leg{from: at, to: e.GetCampaign(), seq: e.GetSeq()})
		at = place{campaign: e.GetCampaign()}
	}
	return out
}

// stepped are the legs of a row by the statements.
func stepped(at place, report byte, all []step) (out []leg) {
	for _, s := range all {
		for _, e := range s.events { // one statement sees each row where it was before
			if s.routes == nil {
				out = append(out, followed(at, report, []*record.Event{e})...)
			}
		}
		for _, r := range s.routes {
			if r.from == at {
				out = append(out, r.legs...)
				break
			}
		}
		if len(out) > 0 {
			at = place{campaign: out[len(out)-1].to}
		}
	}
	return out
}

// TestOutcomes: rows that two events move leave a tombstone at both places, each by
// the number of the event by which they left it.
func TestOutcomes(t *testing.T) {
	all := steps([]*record.Event{
		event(1, cluster.EventCreated, "a", "", 0), event(2, cluster.EventMerged, "b", "a", 0), event(3, cluster.EventMerged, "c", "b", 0),
	})
	if len(all) != 1 {
		t.Fatalf("%d steps, want 1", len(all))
	}
	m := wholes(all[0])
	got := map[string]string{}
	for i, key := range m.keys {
		got[key] = m.outcomes[i]
	}
	want := map[string]string{
		"'-a'": "[('','a',1,1),('a','',2,1),('b','',3,1),('c','',3,0)]",
		"'+a'": "[('a','',2,1),('b','',3,1),('c','',3,0)]",
		"'-b'": "[('','b',3,1),('c','',3,0)]",
		"'+b'": "[('b','',3,1),('c','',3,0)]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// TestPlace: a report that moves within a batch leaves a tombstone at every
// place it passed.
func TestPlace(t *testing.T) {
	row := new(record.Row)
	b := pipeline.Batch{
		Events: []*record.Event{
			event(1, cluster.EventAssigned, "a", "", 1), event(2, cluster.EventMerged, "b", "a", 0),
			event(3, cluster.EventMoved, "c", "b", 1), event(4, cluster.EventMoved, "b", "c", 1),
			event(5, cluster.EventMoved, "x", "y", 1), event(6, cluster.EventAssigned, "z", "", 2),
		},
		Rows: []*record.Row{row, nil, nil, nil, nil, row},
	}
	p, err := newPlan(b)
	if err != nil {
		t.Fatal(err)
	}
	p.place(b, map[string]bool{"b": true, "c": true, "z": true}, nil)
	var got []string
	for _, n := range p.placements {
		got = append(got, fmt.Sprintf("%d in %q/%q version %d deleted %t", n.report[0], n.place.campaign, n.place.alone, n.version, n.deleted))
	}
	want := []string{
		`1 in ""/"a" version 2 deleted true`, `1 in "b"/"" version 4 deleted false`,
		`1 in "c"/"" version 4 deleted true`, `2 in "z"/"" version 6 deleted false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("placements (-want +got):\n%s", diff)
	}
}

// TestNewPlanRefuses: an assignment needs its row, a report and a campaign.
func TestNewPlanRefuses(t *testing.T) {
	for _, b := range []pipeline.Batch{
		{Events: []*record.Event{event(1, cluster.EventAssigned, "a", "", 1)}, Rows: []*record.Row{nil}},
		{Events: []*record.Event{event(1, cluster.EventAssigned, "a", "", 1)}},
		{Events: []*record.Event{event(1, cluster.EventAssigned, "a", "", 0)}, Rows: []*record.Row{{}}},
		{Events: []*record.Event{event(1, cluster.EventAssigned, "", "", 1)}, Rows: []*record.Row{{}}},
	} {
		if _, err := newPlan(b); err == nil {
			t.Errorf("newPlan(%v) succeeded", b.Events)
		}
	}
}
