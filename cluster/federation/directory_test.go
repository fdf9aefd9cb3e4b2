package federation

import (
	"testing"

	"shoal/cluster"
)

// TestDirectory: a report follows its original as it was when the report came, and
// what the global engine says of itself before that.
func TestDirectory(t *testing.T) {
	x, early, late, pinned := cluster.ReportID{1}, cluster.ReportID{2}, cluster.ReportID{3}, cluster.ReportID{4}
	events := []cluster.Event{
		{Kind: cluster.EventAssigned, Time: 10, Report: x, Campaign: "ca"},
		{Kind: cluster.EventMoved, Time: 50, Report: x, Campaign: "cb", Other: "ca"},
		{Kind: cluster.EventPinned, Time: 55, Report: pinned, Campaign: "cd"},
		{Kind: cluster.EventMerged, Time: 60, Campaign: "cc", Other: "ca"},
	}
	copies := []Copy{
		{Report: early, Of: x, Time: 20}, {Report: late, Of: x, Time: 50}, {Report: pinned, Of: x, Time: 20},
		{Report: early, Of: late, Time: 99}, // published again by a local that knows less
	}
	want := map[cluster.ReportID]cluster.CampaignID{x: "cb", early: "cc", late: "cb", pinned: "cd"}
	for _, copiesFirst := range []bool{true, false} {
		d := NewDirectory()
		if copiesFirst {
			takeCopies(d, copies)
			if id, ok := d.Campaign(early); ok {
				t.Errorf("campaign of a copy whose original is not known yet: %s", id)
			}
		}
		for i := range events {
			d.Event(&events[i])
		}
		takeCopies(d, copies)
		for r, id := range want {
			if got, ok := d.Campaign(r); got != id || !ok {
				t.Errorf("copies first %v: Campaign(%v) = %s, %v, want %s", copiesFirst, r, got, ok, id)
			}
		}
		if id, ok := d.Campaign(cluster.ReportID{9}); ok {
			t.Errorf("campaign of an unknown report: %s", id)
		}
	}
}

func takeCopies(d *Directory, copies []Copy) {
	for i := range copies {
		d.Copy(&copies[i])
	}
}
