package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster/fuzzyhash"
)

// TestNear: an engine that is given what Near says in place of the report's features
// compares the same. It names the exemplar of the evidence and what merged in.
func TestNear(t *testing.T) {
	e := NewEngine(testConfig())
	known, opened := map[ReportID]*Features{}, map[CampaignID]ReportID{}
	joined, gathered := 0, 0
	for i, f := range testLog(7, 20, 6, 20) {
		known[f.Report] = f
		var want []ReportID
		for _, ev := range e.Step(Entry{Offset: int64(i), Features: f}) {
			switch {
			case ev.Kind == EventAssigned && len(ev.Evidence) > 0:
				want = append(want, ev.Evidence[0].Matched)
				joined++
			case ev.Kind == EventAssigned:
				opened[ev.Campaign] = ev.Report
			case ev.Kind == EventCreated:
				delete(opened, ev.Campaign)
			case ev.Kind == EventMerged && opened[ev.Other] != ReportID{}:
				want = append(want, opened[ev.Other])
				gathered++
			}
		}
		var got []ReportID
		for _, near := range e.Near() {
			got = append(got, near.Report)
			if err := near.Validate(); err != nil {
				t.Fatal(err)
			}
			want, got := newProfile(known[near.Report]), newProfile(near)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(profile{}, fileProfile{}, fuzzyhash.Digest{})); diff != "" {
				t.Fatalf("profile of %v (-of its features +of Near):\n%s", near.Report, diff)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Near after report %d (-want +got):\n%s", i, diff)
		}
	}
	if joined < 50 {
		t.Errorf("%d reports joined and %d were gathered: little was shown", joined, gathered)
	}
}
