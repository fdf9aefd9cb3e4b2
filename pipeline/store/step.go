package store

import (
	"shoal/cluster"
	"shoal/pipeline/record"
)

// step is a set of events of one kind that move rows already stored, none of
// which moves what another has put there, so that one statement does them all.
type step struct {
	kind   cluster.EventKind
	events []*record.Event
}

// stepSize bounds the events, and with them the text, of one statement.
const stepSize = 500

// steps puts the row-moving events into as few steps as their order allows.
func steps(events []*record.Event) []step {
	var out []step
	g := newGroup()
	for _, e := range events {
		kind := cluster.EventKind(e.GetKind())
		if kind != cluster.EventCreated && kind != cluster.EventMerged && kind != cluster.EventMoved {
			continue
		}
		if !g.admits(kind, e) {
			out = append(out, g.steps()...)
			g = newGroup()
		}
		g.add(kind, e)
	}
	return append(out, g.steps()...)
}

// group collects events until one depends on another.
type group struct {
	sources map[string]cluster.EventKind
	targets map[string]bool
	moved   map[string]bool
	byKind  map[cluster.EventKind][]*record.Event
}

func newGroup() *group {
	return &group{
		sources: map[string]cluster.EventKind{}, targets: map[string]bool{}, moved: map[string]bool{},
		byKind: map[cluster.EventKind][]*record.Event{},
	}
}

// sourceOf is the campaign id whose rows an event moves.
func sourceOf(kind cluster.EventKind, e *record.Event) string {
	if kind == cluster.EventCreated {
		return e.GetCampaign()
	}
	return e.GetOther()
}

func (g *group) admits(kind cluster.EventKind, e *record.Event) bool {
	source := sourceOf(kind, e)
	if g.targets[source] {
		return false
	}
	if before, ok := g.sources[source]; ok && (before != kind || kind == cluster.EventMerged) {
		return false
	}
	return kind != cluster.EventMoved || !g.moved[string(e.GetReportId())]
}

func (g *group) add(kind cluster.EventKind, e *record.Event) {
	g.sources[sourceOf(kind, e)] = kind
	g.targets[e.GetCampaign()] = true
	if kind == cluster.EventMoved {
		g.moved[string(e.GetReportId())] = true
	}
	g.byKind[kind] = append(g.byKind[kind], e)
}

func (g *group) steps() []step {
	var out []step
	for _, kind := range []cluster.EventKind{cluster.EventCreated, cluster.EventMerged, cluster.EventMoved} {
		for events := g.byKind[kind]; len(events) > 0; {
			n := min(stepSize, len(events))
			out = append(out, step{kind: kind, events: events[:n]})
			events = events[n:]
		}
	}
	return out
}
