package federation

import "shoal/cluster"

// An analyst can pin a report that stands alone, of which the engine knows nothing. It
// is told of a pin then, and the report merges in under the id that it was given.

// pinning gives the entry for the engine; pins is the decision if it pins a report that
// the engine does not know.
func (g *Global) pinning(entry cluster.Entry) (_ cluster.Entry, pins *cluster.Decision) {
	d := entry.Decision
	if d == nil || d.Kind != cluster.DecisionPin || len(d.Reports) != 1 {
		return entry, nil
	}
	r := d.Reports[0]
	if d.Other != g.engine.Opens(r) || !g.said.has(key(r)) || g.settled.has(key(r)) {
		return entry, nil
	}
	known := *d
	known.Other = ""
	entry.Decision = &known
	return entry, d
}

// bringIn says that a pinned report came into a campaign.
func (g *Global) bringIn(d *cluster.Decision, to cluster.CampaignID) {
	if g.single.has(to) {
		g.single.drop(to)
		g.emit(cluster.Event{Kind: cluster.EventCreated, Time: d.Time, Campaign: to})
	}
	g.emit(cluster.Event{Kind: cluster.EventMerged, Time: d.Time, Campaign: to, Other: d.Other, Actor: d.Actor, Note: d.Note})
	g.settle(d.Reports[0], to)
}

// settle notes where a report is that the engine does not know.
func (g *Global) settle(r cluster.ReportID, home cluster.CampaignID) {
	g.settled.put(key(r), struct{}{})
	g.homes.put(r, home)
}

// withoutPin leaves out of what was published what bringIn said, and takes it in.
func (g *Global) withoutPin(published []cluster.Event, d *cluster.Decision) []cluster.Event {
	if d == nil {
		return published
	}
	var rest []cluster.Event
	for _, ev := range published {
		switch {
		case ev.Kind == cluster.EventMerged && ev.Other == d.Other:
			g.settle(d.Reports[0], ev.Campaign)
		case ev.Kind == cluster.EventCreated:
			g.single.drop(ev.Campaign)
		default:
			rest = append(rest, ev)
		}
	}
	return rest
}
