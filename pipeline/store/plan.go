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
	// early: it was put into its campaign before that came to be, since it does so
	// in the same batch. Another cut of the events may have put it alone.
	early bool
	size  int // of the row, once it was kept
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
	// created are the campaigns that came to be in the batch, by which event.
	created map[string]uint64
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
// placements and steps are made later, by place.
func newPlan(b pipeline.Batch) (*plan, error) {
	p := &plan{created: map[string]uint64{}}
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
		switch kind {
		case cluster.EventMerged:
			p.merges = append(p.merges, e)
		case cluster.EventCreated, cluster.EventSplit:
			if _, twice := p.created[e.GetCampaign()]; !twice {
				p.created[e.GetCampaign()] = e.GetSeq()
			}
		}
	}
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

// opens says whether an event assigns the first report of its campaign: one that
// comes to be later in the batch, if at all. stored are those that the database has.
func (p *plan) opens(e *record.Event, stored map[string]bool) bool {
	if at, ok := p.created[e.GetCampaign()]; ok {
		return e.GetSeq() < at
	}
	return !stored[e.GetCampaign()]
}

// place follows the reports that b assigns, and those of old, through b. Every
// place that a report passes gets its last word, a tombstone where it left: a
// later repeat of a part of b must find that there. Events that may move reports
// which the tracker does not know become steps.
func (p *plan) place(b pipeline.Batch, stored map[string]bool, old *recent) *tracker {
	t := newTracker(old)
	var moving []*record.Event
	for i, e := range b.Events {
		switch cluster.EventKind(e.GetKind()) {
		case cluster.EventAssigned:
			where := place{campaign: e.GetCampaign()}
			if _, created := p.created[e.GetCampaign()]; !created && !stored[e.GetCampaign()] {
				where = place{alone: e.GetCampaign()}
			}
			t.assign(e, b.Rows[i], where, p.opens(e, stored))
		case cluster.EventCreated:
			if !t.create(e) {
				moving = append(moving, e)
			}
		case cluster.EventMerged:
			if !t.merge(e) {
				moving = append(moving, e)
			}
		case cluster.EventMoved:
			if !t.moveOne(e) {
				moving = append(moving, e)
			}
		}
	}
	p.placements, p.steps = t.order, steps(moving)
	return t
}

func reportID(e *record.Event) cluster.ReportID {
	if len(e.GetReportId()) != len(cluster.ReportID{}) {
		return cluster.ReportID{}
	}
	return cluster.ReportID(e.GetReportId())
}

// moved: a move says itself why; a merge says it for those reports only that had
// no reason yet, having opened their campaign.
func (j join) moved(e *record.Event) join {
	if len(e.GetEvidence()) > 0 && (len(j.evidence) == 0 || cluster.EventKind(e.GetKind()) == cluster.EventMoved) {
		return joinOf(e)
	}
	return j
}
