package store

import (
	"shoal/cluster"
	"shoal/pipeline/record"
)

// step is a run of events that move rows already stored and that one statement
// carries out: events that move whole campaigns, or such that move single
// reports.
type step struct {
	events []*record.Event
	// routes of whole campaigns; nil where single reports move.
	routes []*route
}

// Bounds of one statement's text.
const (
	stepSize = 500
	stepLegs = 4 * stepSize
)

// route is how the rows of one place go through the events of a step.
type route struct {
	from place
	legs []leg
	// evidence is the number of the first event on it that says why, 0 for none.
	evidence uint64
}

// leg is one move of rows: out of a place, by the event of that number.
type leg struct {
	from place
	to   string
	seq  uint64
}

// steps puts the row-moving events into few steps, in order.
func steps(events []*record.Event) []step {
	var out []step
	g := newGroup()
	for _, e := range events {
		kind := cluster.EventKind(e.GetKind())
		if kind != cluster.EventCreated && kind != cluster.EventMerged && kind != cluster.EventMoved {
			continue
		}
		if !g.admits(kind, e) {
			out = append(out, g.step())
			g = newGroup()
		}
		g.add(kind, e)
	}
	if len(g.events) > 0 {
		out = append(out, g.step())
	}
	return out
}

// group collects the events of one step.
type group struct {
	events []*record.Event
	single bool

	// Of single reports: where some go, and which move.
	targets map[string]bool
	moved   map[string]bool

	// Of whole campaigns: all routes, those whose rows are at a place now, which
	// places were left, and how long all routes are.
	routes []*route
	at     map[place][]*route
	left   map[place]bool
	legs   int
}

func newGroup() *group {
	return &group{targets: map[string]bool{}, moved: map[string]bool{}, at: map[place][]*route{}, left: map[place]bool{}}
}

// sourceOf is the campaign id whose rows an event moves.
func sourceOf(kind cluster.EventKind, e *record.Event) string {
	if kind == cluster.EventCreated {
		return e.GetCampaign()
	}
	return e.GetOther()
}

// sources are the places whose rows an event moves: to create a campaign is to
// move the report that stood alone under its id.
func sources(kind cluster.EventKind, e *record.Event) []place {
	alone := place{alone: sourceOf(kind, e)}
	if kind == cluster.EventCreated {
		return []place{alone}
	}
	return []place{alone, {campaign: sourceOf(kind, e)}}
}

// admits says whether the event's statement can be that of those before it. A
// place that was left is not entered again, and a report that moves by itself
// moves once, out of a place that none has gone to.
func (g *group) admits(kind cluster.EventKind, e *record.Event) bool {
	if len(g.events) == 0 {
		return true
	}
	if single := kind == cluster.EventMoved; single != g.single || len(g.events) >= stepSize {
		return false
	}
	if g.single {
		return !g.targets[sourceOf(kind, e)] && !g.moved[string(e.GetReportId())]
	}
	return g.legs < stepLegs && !g.left[place{campaign: e.GetCampaign()}]
}

func (g *group) add(kind cluster.EventKind, e *record.Event) {
	g.events = append(g.events, e)
	if kind == cluster.EventMoved {
		g.single = true
		g.targets[e.GetCampaign()], g.moved[string(e.GetReportId())] = true, true
		return
	}
	target := place{campaign: e.GetCampaign()}
	for _, from := range sources(kind, e) {
		if from == target {
			continue
		}
		if !g.left[from] { // rows that are stored there
			p := &route{from: from}
			g.routes, g.at[from], g.left[from] = append(g.routes, p), append(g.at[from], p), true
		}
		for _, p := range g.at[from] {
			p.legs = append(p.legs, leg{from: from, to: target.campaign, seq: e.GetSeq()})
			if p.evidence == 0 && len(e.GetEvidence()) > 0 {
				p.evidence = e.GetSeq()
			}
			g.legs++
		}
		g.at[target] = append(g.at[target], g.at[from]...)
		delete(g.at, from)
	}
}

func (g *group) step() step { return step{events: g.events, routes: g.routes} }
