package store

import (
	"fmt"
	"slices"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
)

// place is where a report's row is kept: under a campaign, or alone under the
// id that its campaign will have.
type place struct {
	campaign string
	alone    string
}

// source is the id under which the clusterer knows the place.
func (p place) source() string {
	if p.campaign == "" {
		return p.alone
	}
	return p.campaign
}

// placement is one row of report_rows: the row of a report at a place, or the
// tombstone of one that has left it.
type placement struct {
	report  cluster.ReportID
	place   place
	version uint64
	deleted bool
	offset  int64  // of the report in the log
	home    string // campaign that the report was first known under
	row     *record.Row
	join    join
}

// join is why a report is where it is.
type join struct {
	evidence       []*record.Evidence
	score, content float32
}

func joinOf(e *record.Event) join {
	return join{evidence: e.GetEvidence(), score: e.GetScore(), content: e.GetContent()}
}

// plan is what a batch does to the tables, worked out without them.
type plan struct {
	lineage    []*record.Event
	properties []property
	merges     []*record.Event
	placements []*placement
	steps      []step
}

// property is one row of campaign_rows.
type property struct {
	campaign, name, value string
	seq                   uint64
	atMS                  int64
}

// Names of properties.
const (
	propertyCreated   = "created"
	propertySplit     = "split"
	propertyStatus    = "status"
	propertyLabel     = "label"
	propertyOperation = "operation"
	propertySurvivor  = "survivor"
)

// newPlan sorts the events of b. It needs the campaigns that exist, so the
// placements are made later, by place.
func newPlan(b pipeline.Batch) (*plan, error) {
	p := new(plan)
	for i, e := range b.Events {
		kind := cluster.EventKind(e.GetKind())
		switch kind {
		case cluster.EventRepeat, cluster.EventNone:
			continue
		case cluster.EventAssigned:
			if i >= len(b.Rows) || b.Rows[i] == nil {
				return nil, fmt.Errorf("event %d assigns a report without its row", e.GetSeq())
			}
			if len(e.GetReportId()) != len(cluster.ReportID{}) || e.GetCampaign() == "" {
				return nil, fmt.Errorf("event %d assigns without report or campaign", e.GetSeq())
			}
			continue
		}
		p.lineage = append(p.lineage, e)
		p.properties = append(p.properties, properties(e)...)
		if kind == cluster.EventMerged {
			p.merges = append(p.merges, e)
		}
	}
	p.steps = steps(p.lineage)
	return p, nil
}

// properties are what an event says of a campaign's state. The survivor of a
// merge is not among them: it needs the merges before it.
func properties(e *record.Event) []property {
	one := func(name, value string) []property {
		return []property{{campaign: e.GetCampaign(), name: name, value: value, seq: e.GetSeq(), atMS: e.GetTimeMs()}}
	}
	switch cluster.EventKind(e.GetKind()) {
	case cluster.EventCreated:
		return one(propertyCreated, "")
	case cluster.EventSplit:
		return one(propertySplit, e.GetOther())
	case cluster.EventLabelled:
		return one(propertyLabel, e.GetLabel())
	case cluster.EventTied:
		return one(propertyOperation, e.GetOperation())
	case cluster.EventDrifted:
		return one(propertyStatus, "drifted")
	case cluster.EventIdled:
		return one(propertyStatus, "idle")
	case cluster.EventRevived, cluster.EventSettled:
		return one(propertyStatus, "open")
	}
	return nil
}

// campaigns are the campaigns that reports of b are assigned to, sorted.
func assignedCampaigns(b pipeline.Batch) []string {
	var ids []string
	for _, e := range b.Events {
		if cluster.EventKind(e.GetKind()) == cluster.EventAssigned {
			ids = append(ids, e.GetCampaign())
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// place follows the reports that b assigns through the rest of b. Every place
// that a report passes gets its last word, a tombstone where it left: a later
// repeat of a part of b must find that there.
func (p *plan) place(b pipeline.Batch, exists map[string]bool) {
	t := &tracker{at: map[cluster.ReportID]*placement{}, in: map[string][]cluster.ReportID{}, last: map[placeKey]*placement{}}
	for i, e := range b.Events {
		switch cluster.EventKind(e.GetKind()) {
		case cluster.EventAssigned:
			where := place{campaign: e.GetCampaign()}
			if !exists[e.GetCampaign()] {
				where = place{alone: e.GetCampaign()}
			}
			t.put(&placement{
				report: cluster.ReportID(e.GetReportId()), place: where, version: e.GetSeq(),
				offset: e.GetOffset(), home: e.GetCampaign(), row: b.Rows[i], join: joinOf(e),
			})
		case cluster.EventMerged:
			for _, r := range t.take(e.GetOther()) {
				t.move(r, e)
			}
		case cluster.EventMoved:
			if r := reportID(e); t.at[r] != nil && t.at[r].place.source() == e.GetOther() {
				t.move(r, e)
			}
		}
	}
	p.placements = t.order
}

func reportID(e *record.Event) cluster.ReportID {
	if len(e.GetReportId()) != len(cluster.ReportID{}) {
		return cluster.ReportID{}
	}
	return cluster.ReportID(e.GetReportId())
}

type placeKey struct {
	place  place
	report cluster.ReportID
}

// tracker follows reports within a batch.
type tracker struct {
	at    map[cluster.ReportID]*placement // where a report is
	in    map[string][]cluster.ReportID   // who may be in a campaign
	last  map[placeKey]*placement         // the last word of a place
	order []*placement
}

func (t *tracker) put(n *placement) {
	key := placeKey{place: n.place, report: n.report}
	if old := t.last[key]; old != nil {
		*old = *n
		n = old
	} else {
		t.last[key] = n
		t.order = append(t.order, n)
	}
	t.at[n.report] = n
	t.in[n.place.source()] = append(t.in[n.place.source()], n.report)
}

// take empties a campaign and returns who is in it.
func (t *tracker) take(campaign string) []cluster.ReportID {
	var out []cluster.ReportID
	for _, r := range t.in[campaign] {
		if t.at[r].place.source() == campaign && !slices.Contains(out[max(0, len(out)-1):], r) {
			out = append(out, r)
		}
	}
	delete(t.in, campaign)
	return out
}

// move leaves a tombstone where r was and puts it into e's campaign.
func (t *tracker) move(r cluster.ReportID, e *record.Event) {
	old := t.at[r]
	next := *old
	next.place, next.version = place{campaign: e.GetCampaign()}, e.GetSeq()
	next.join = old.join.moved(e)
	old.version, old.deleted = e.GetSeq(), true
	t.put(&next)
}

// moved: a move says itself why; a merge says it for those reports only that had
// no reason yet, having opened their campaign.
func (j join) moved(e *record.Event) join {
	if len(e.GetEvidence()) > 0 && (len(j.evidence) == 0 || cluster.EventKind(e.GetKind()) == cluster.EventMoved) {
		return joinOf(e)
	}
	return j
}
