package cluster

import "slices"

// decide carries an analyst's decision out, or says with EventRefused why not.
func (e *Engine) decide(d *Decision) {
	var refused string
	switch d.Kind {
	case DecisionLabel:
		refused = e.label(d)
	case DecisionMerge:
		refused = e.order(d)
	case DecisionSplit:
		refused = e.split(d)
	case DecisionPin:
		refused = e.pin(d)
	default:
		refused = "unknown kind of decision"
	}
	if refused != "" {
		e.emit(Event{
			Kind: EventRefused, Time: d.Time, Campaign: d.Campaign, Other: d.Other,
			Actor: d.Actor, Note: refused,
		})
	}
}

// Resolve follows merges from an id that may be gone to the one that survives.
func (e *Engine) Resolve(id CampaignID) CampaignID {
	for {
		next, ok := e.mergedInto[id]
		if !ok {
			return id
		}
		id = next
	}
}

const unknownCampaign = "no such campaign in memory: it may be idle or never have existed"

func (e *Engine) find(id CampaignID) (uint32, bool) {
	slot, ok := e.byID[e.Resolve(id)]
	return slot, ok
}

func (e *Engine) label(d *Decision) string {
	slot, ok := e.find(d.Campaign)
	if !ok {
		return unknownCampaign
	}
	g := &e.groups[slot]
	g.label, g.pinned = d.Label, true
	e.emit(Event{Kind: EventLabelled, Time: d.Time, Campaign: g.id, Label: d.Label, Actor: d.Actor, Note: d.Note})
	return ""
}

func (e *Engine) order(d *Decision) string {
	a, okA := e.find(d.Campaign)
	b, okB := e.find(d.Other)
	switch {
	case !okA || !okB:
		return unknownCampaign
	case a == b:
		return "both ids are one campaign already"
	}
	delete(e.apart, pair(e.groups[a].id, e.groups[b].id))
	survivor := e.merge(a, b, d.Time, d.Actor, d.Note, reason{})
	e.groups[survivor].pinned = true
	e.tie(survivor, e.groups[survivor].exemplars, d.Time)
	return ""
}

// split takes reports out of a campaign into a new one; exemplars among them go
// along. The machine will not merge the two again.
func (e *Engine) split(d *Decision) string {
	from, ok := e.find(d.Campaign)
	switch {
	case !ok:
		return unknownCampaign
	case len(d.Reports) == 0:
		return "no reports were named"
	case uint64(len(d.Reports)) >= e.groups[from].reports:
		return "a split must leave a report behind"
	}
	id := newCampaignID(d.Reports[0], e.seq+1)
	to := e.newGroup(group{id: id, birth: e.seq + 1, last: d.Time, created: true, pinned: true})
	source := e.groups[from].id
	e.groups[from].pinned = true
	e.apart[pair(id, source)] = struct{}{}
	e.emit(Event{Kind: EventSplit, Time: d.Time, Campaign: id, Other: source, Actor: d.Actor, Note: d.Note})
	e.move(from, to, d)
	return ""
}

// move transfers the decision's reports between groups.
func (e *Engine) move(from, to uint32, d *Decision) {
	for _, r := range d.Reports {
		e.groups[from].reports--
		e.groups[to].reports++
		e.emit(Event{
			Kind: EventMoved, Time: d.Time, Report: r, Campaign: e.groups[to].id,
			Other: e.groups[from].id, Actor: d.Actor, Note: d.Note,
		})
	}
	own := e.groups[from].exemplars
	stay := own[:0]
	for _, slot := range own {
		if slices.Contains(d.Reports, e.exemplars[slot].report) {
			e.exemplars[slot].cluster = to
			e.groups[to].exemplars = append(e.groups[to].exemplars, slot)
		} else {
			stay = append(stay, slot)
		}
	}
	e.groups[from].exemplars = stay
	e.recore(from)
	e.recore(to)
}

// pin ties reports of one campaign (Other, or the id that a report alone has) to
// another for good.
func (e *Engine) pin(d *Decision) string {
	to, ok := e.find(d.Campaign)
	if !ok {
		return unknownCampaign
	}
	if len(d.Reports) == 0 {
		return "no reports were named"
	}
	from, ok := e.find(d.Other)
	switch {
	case d.Other == "" || ok && from == to:
	case !ok:
		return "what the reports are in is no longer in memory"
	case e.groups[from].reports > uint64(len(d.Reports)):
		e.move(from, to, d)
	default: // nothing would stay behind
		to = e.merge(to, from, d.Time, d.Actor, d.Note, reason{})
	}
	g := &e.groups[to]
	g.pinned = true
	for _, r := range d.Reports {
		e.emit(Event{Kind: EventPinned, Time: d.Time, Report: r, Campaign: g.id, Actor: d.Actor, Note: d.Note})
	}
	return ""
}
