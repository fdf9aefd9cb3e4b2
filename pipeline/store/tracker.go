package store

import (
	"shoal/cluster"
	"shoal/pipeline/record"
)

type placeKey struct {
	place  place
	report cluster.ReportID
}

// tracker follows reports through a batch: those that it assigns, and those of
// recent campaigns.
type tracker struct {
	recent *recent                         // nil for none
	at     map[cluster.ReportID]*placement // where a report is
	in     map[string][]cluster.ReportID   // who may be in a campaign
	last   map[placeKey]*placement         // the last word of a place
	order  []*placement                    // what is to be written
	// whole says of each campaign that was met, in the order of met, whether all
	// its reports are known.
	whole map[string]bool
	met   []string
}

func newTracker(old *recent) *tracker {
	return &tracker{
		recent: old, at: map[cluster.ReportID]*placement{}, in: map[string][]cluster.ReportID{},
		last: map[placeKey]*placement{}, whole: map[string]bool{},
	}
}

// meet says whether a campaign is met for the first time.
func (t *tracker) meet(campaign string) bool {
	if _, again := t.whole[campaign]; again {
		return false
	}
	known, whole := t.recent.reports(campaign)
	for _, n := range known {
		t.at[n.report] = n
		t.in[campaign] = append(t.in[campaign], n.report)
	}
	t.whole[campaign], t.met = whole, append(t.met, campaign)
	return true
}

// assign puts a report where it is assigned to. A campaign that it opens is known
// from its first report on.
func (t *tracker) assign(e *record.Event, row *record.Row, where place, opens bool) {
	if t.meet(e.GetCampaign()) && t.recent != nil && opens {
		t.whole[e.GetCampaign()] = true
	}
	t.put(&placement{
		report: cluster.ReportID(e.GetReportId()), place: where, version: e.GetSeq(),
		offset: e.GetOffset(), home: e.GetCampaign(), row: row, join: joinOf(e), early: opens && where.campaign != "",
	})
}

// create brings the report that stood alone into its campaign. Like merge and
// moveOne it says whether the event can move no report but those that are known.
func (t *tracker) create(e *record.Event) bool {
	t.meet(e.GetCampaign())
	t.moveAll(e.GetCampaign(), e)
	return t.whole[e.GetCampaign()]
}

func (t *tracker) merge(e *record.Event) bool {
	t.meet(e.GetOther())
	t.meet(e.GetCampaign())
	t.moveAll(e.GetOther(), e)
	whole := t.whole[e.GetOther()]
	t.whole[e.GetCampaign()] = t.whole[e.GetCampaign()] && whole
	return whole
}

func (t *tracker) moveOne(e *record.Event) bool {
	t.meet(e.GetOther())
	t.meet(e.GetCampaign())
	r := reportID(e)
	if t.at[r] != nil && t.at[r].place.source() == e.GetOther() {
		t.move(r, e)
		return true
	}
	if t.whole[e.GetOther()] {
		return true
	}
	t.whole[e.GetCampaign()] = false
	return false
}

// put writes a placement, in the place of what was to be written of its report
// there.
func (t *tracker) put(n *placement) {
	t.write(n)
	t.at[n.report] = n
	t.in[n.place.source()] = append(t.in[n.place.source()], n.report)
}

func (t *tracker) write(n *placement) {
	key := placeKey{place: n.place, report: n.report}
	if old := t.last[key]; old != nil {
		*old = *n
		return
	}
	t.last[key] = n
	t.order = append(t.order, n)
}

// reports are those of a campaign, in the order in which they came.
func (t *tracker) reports(campaign string) []*placement {
	var out []*placement
	twice := make(map[cluster.ReportID]bool, len(t.in[campaign]))
	for _, r := range t.in[campaign] {
		if n := t.at[r]; n.place.source() == campaign && !twice[r] {
			out, twice[r] = append(out, n), true
		}
	}
	return out
}

func (t *tracker) moveAll(campaign string, e *record.Event) {
	all := t.reports(campaign)
	delete(t.in, campaign)
	for _, n := range all {
		t.move(n.report, e)
	}
}

// move leaves a tombstone where r was, or may have been put alone, and puts it
// into e's campaign. What is there already stays.
func (t *tracker) move(r cluster.ReportID, e *record.Event) {
	old, to := t.at[r], place{campaign: e.GetCampaign()}
	if old.early {
		old.early = false
		t.leave(old, place{alone: old.place.campaign}, e)
	}
	if old.place == to {
		t.in[to.campaign] = append(t.in[to.campaign], r)
		return
	}
	next := *old
	next.place, next.version = to, e.GetSeq()
	next.join = old.join.moved(e)
	t.leave(old, old.place, e)
	t.put(&next)
}

// leave writes the tombstone of a report that e takes from a place.
func (t *tracker) leave(n *placement, from place, e *record.Event) {
	gone := *n
	gone.place, gone.version, gone.deleted = from, e.GetSeq(), true
	t.write(&gone)
}
