package store

import (
	"fmt"
	"math/rand/v2"
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

// TestSteps: events share a statement unless one moves what another has put
// there, or both move rows out of one campaign in different ways.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []*record.Event
		want   string
	}{
		{"apart", []*record.Event{
			event(1, cluster.EventCreated, "a", "", 0), event(2, cluster.EventMerged, "b", "c", 0),
			event(3, cluster.EventCreated, "d", "", 0), event(4, cluster.EventLabelled, "a", "", 0),
		}, "created 1 3|merged 2"},
		{"chain", []*record.Event{
			event(1, cluster.EventMerged, "b", "a", 0), event(2, cluster.EventMerged, "c", "b", 0), event(3, cluster.EventMerged, "c", "d", 0),
		}, "merged 1|merged 2 3"},
		{"created, then merged", []*record.Event{
			event(1, cluster.EventCreated, "a", "", 0), event(2, cluster.EventMerged, "b", "a", 0),
		}, "created 1|merged 2"},
		{"split", []*record.Event{
			event(1, cluster.EventMoved, "b", "a", 1), event(2, cluster.EventMoved, "b", "a", 2), event(3, cluster.EventMoved, "a", "b", 1),
		}, "moved 1 2|moved 3"},
		{"moved, then merged", []*record.Event{
			event(1, cluster.EventMoved, "b", "a", 1), event(2, cluster.EventMerged, "c", "a", 0),
		}, "moved 1|merged 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range steps(c.events) {
				line := s.kind.String()
				for _, e := range s.events {
					line += fmt.Sprint(" ", e.GetSeq())
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStepsInOrder: of random events, none that depends on an earlier one comes
// in the same step or an earlier one, and none is lost.
func TestStepsInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var events []*record.Event
		for seq := range uint64(40) {
			kind := []cluster.EventKind{cluster.EventCreated, cluster.EventMerged, cluster.EventMoved}[rng.IntN(3)]
			events = append(events, event(seq+1, kind, fmt.Sprint(rng.IntN(12)), fmt.Sprint(rng.IntN(12)), byte(1+rng.IntN(5))))
		}
		at := map[uint64]int{}
		for i, s := range steps(events) {
			for _, e := range s.events {
				at[e.GetSeq()] = i
			}
		}
		if len(at) != len(events) {
			t.Fatalf("%d events in steps, want %d", len(at), len(events))
		}
		for i, e := range events {
			for _, before := range events[:i] {
				if before.GetCampaign() == sourceOf(cluster.EventKind(e.GetKind()), e) && at[before.GetSeq()] >= at[e.GetSeq()] {
					t.Fatalf("event %v runs with or before %v", e, before)
				}
			}
		}
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
	p.place(b, map[string]bool{"b": true, "c": true, "z": true})
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
