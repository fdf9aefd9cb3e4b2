package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster/fuzzyhash"
)

// TestNear: an engine that is given an exemplar's features for the report's compares
// the same. The exemplar is that which the evidence names.
func TestNear(t *testing.T) {
	e := NewEngine(testConfig())
	known := map[ReportID]*Features{}
	joined := 0
	for i, f := range testLog(7, 20, 6, 20) {
		known[f.Report] = f
		for _, ev := range e.Step(Entry{Offset: int64(i), Features: f}) {
			if ev.Kind != EventAssigned {
				continue
			}
			near := e.Near()
			if len(ev.Evidence) == 0 {
				if near != nil {
					t.Fatalf("report %d stands alone, Near() = %v", i, near)
				}
				continue
			}
			joined++
			if near == nil || near.Report != ev.Evidence[0].Matched {
				t.Fatalf("report %d joined by %v, Near() = %v", i, ev.Evidence[0].Matched, near)
			}
			if err := near.Validate(); err != nil {
				t.Fatal(err)
			}
			want, got := newProfile(known[near.Report]), newProfile(near)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(profile{}, fileProfile{}, fuzzyhash.Digest{})); diff != "" {
				t.Fatalf("profile of %v (-of its features +of Near):\n%s", near.Report, diff)
			}
		}
	}
	if joined < 50 {
		t.Errorf("%d reports joined: little was shown", joined)
	}
}
