package cluster

import "slices"

// What was published is history. An engine that takes a log up behind its last
// event, because its snapshot is older or gone, does not decide a second time what
// was decided then: it follows the events. Where its rules are those under which
// they were made it would have decided the same, and its state is, byte for byte,
// that of the engine that made them. Where they are others (a new version, other
// weights) campaigns stay what they were told to be, and the new rules apply from
// the next entry on; [EventRetuned] says so in the log.

// guide is the history of one entry while it is followed.
type guide struct {
	events []Event
	done   []bool
	// open says that the history may break off within the entry: what is not in it
	// is then decided here.
	open bool
	// differed says that the engine would have decided otherwise.
	differed bool
}

// Follow takes the next entry as the events of it that were published say, in their
// order. all says that there are no more of them; else the publisher may have been
// stopped in the middle, and Follow decides the rest and returns it, as Step does.
// An entry whose record is gone has neither features nor decision: what its events
// say of campaigns is followed as far as that goes. Events of earlier entries whose
// records are gone may come first.
func (e *Engine) Follow(entry Entry, published []Event, all bool) []Event {
	e.events = e.events[:0]
	if entry.Offset <= e.offset || len(published) == 0 {
		return nil
	}
	e.offset, e.changed, e.copies, e.near = entry.Offset, false, entry.Copies, e.near[:0]
	e.seq = published[0].Seq - 1
	g := &guide{events: published, done: make([]bool, len(published)), open: !all}
	e.guide = g
	e.followRules()
	e.force(func(ev *Event) bool { return ev.Offset < entry.Offset })
	switch {
	case entry.Features != nil:
		e.report(entry.Features)
	case entry.Decision != nil && g.refused():
		e.considered(entry.Decision)
	case entry.Decision != nil:
		e.decide(entry.Decision)
	}
	if entry.Features != nil || entry.Decision != nil {
		g.differed = g.differed || slices.Contains(g.done, false)
	}
	e.force(func(*Event) bool { return true })
	e.shelveWoken()
	e.guide = nil
	if g.differed && !e.said && e.rules == e.own {
		e.rules = unknownRules
	}
	e.seq = max(e.seq, published[len(published)-1].Seq)
	return e.events
}

func (entry Entry) time() int64 {
	switch {
	case entry.Features != nil:
		return entry.Features.Time
	case entry.Decision != nil:
		return entry.Decision.Time
	}
	return 0
}

// may says whether the engine may do what ends in such an event: always, unless
// it follows a history that does not have it.
func (e *Engine) may(kind EventKind, campaign, other CampaignID) bool {
	if e.guide == nil || e.guide.open {
		return true
	}
	ok := e.guide.find(func(ev *Event) bool {
		return ev.Kind == kind && ev.Campaign == campaign && ev.Other == other
	}) >= 0
	e.guide.differed = e.guide.differed || !ok
	return ok
}

// says whether history has an event of a kind that was not followed yet. What is
// followed by other rules may count fewer reports of a campaign than there are.
func (g *guide) says(kind EventKind) bool {
	return g != nil && g.find(func(ev *Event) bool { return ev.Kind == kind }) >= 0
}

// find gives the first event that was not followed yet and is the one wanted, or -1.
func (g *guide) find(wanted func(*Event) bool) int {
	for i := range g.events {
		if !g.done[i] && wanted(&g.events[i]) {
			return i
		}
	}
	return -1
}

func (g *guide) refused() bool {
	i := g.find(func(ev *Event) bool { return ev.Kind == EventRefused })
	if i >= 0 {
		g.done[i] = true
	}
	return i >= 0
}

// merges says whether history merges gone into survivor.
func (g *guide) merges(survivor, gone CampaignID) bool {
	return g.find(func(ev *Event) bool {
		return ev.Kind == EventMerged && ev.Campaign == survivor && ev.Other == gone
	}) >= 0
}

// told takes note that the engine did what ev says. It is false for what history
// does not know and is to be said now.
func (e *Engine) told(ev *Event) bool {
	g := e.guide
	i := g.find(func(x *Event) bool {
		return x.Kind == ev.Kind && x.Campaign == ev.Campaign && x.Other == ev.Other &&
			x.Report == ev.Report && x.Label == ev.Label
	})
	if i >= 0 {
		g.done[i] = true
		e.seq = max(e.seq, g.events[i].Seq)
		return true
	}
	if g.open {
		e.seq = max(e.seq, g.events[len(g.events)-1].Seq)
		return false
	}
	g.differed = true
	return true
}

// repeated says whether a report counts as a repeat; known is what the engine
// thinks.
func (e *Engine) repeated(r ReportID, known bool) bool {
	if e.guide == nil {
		return known
	}
	i := e.guide.find(func(ev *Event) bool {
		return ev.Report == r && (ev.Kind == EventRepeat || ev.Kind == EventAssigned)
	})
	if i < 0 {
		return known
	}
	return e.guide.events[i].Kind == EventRepeat
}

// considered marks what a decision was about that history refused.
func (e *Engine) considered(d *Decision) {
	switch d.Kind {
	case DecisionMerge:
		e.decided(d.Campaign)
		e.decided(d.Other)
	case DecisionSplit, DecisionPin:
		e.decided(d.Campaign)
	}
}

// home is the campaign that history puts a report into, "" where it does not say.
func (g *guide) home(r ReportID) CampaignID {
	i := g.find(func(ev *Event) bool { return ev.Kind == EventAssigned && ev.Report == r })
	if i < 0 { // it breaks off before
		i = g.find(func(ev *Event) bool { return ev.Kind == EventCreated || ev.Kind == EventRevived })
	}
	if i < 0 {
		return ""
	}
	return g.events[i].Campaign
}

// guided puts the group that history gives a report first among those that it
// agrees with. None is left where it opens a group; id is then that group's.
func (e *Engine) guided(p *probe, ms []match) (_ []match, id CampaignID) {
	if e.guide == nil {
		return ms, ""
	}
	if id = e.guide.home(p.report); id == "" {
		return ms, ""
	}
	slot, ok := e.find(id)
	if !ok {
		e.guide.differed = e.guide.differed || len(ms) > 0
		return nil, id
	}
	if len(ms) > 0 && ms[0].group == slot {
		return ms, ""
	}
	e.guide.differed = true
	ms = slices.DeleteFunc(slices.Clone(ms), func(m match) bool { return m.group == slot })
	return slices.Insert(ms, 0, e.nearest(p, slot)), ""
}

// nearest matches a report with a group that it need not agree with. A group of
// which nothing is left takes the report as what stands for it.
func (e *Engine) nearest(p *probe, slot uint32) match {
	e.wake(slot)
	if len(e.groups[slot].exemplars) == 0 {
		e.insert(slot, exemplar{profile: p.clone()})
	}
	m := match{group: slot}
	for i, x := range e.groups[slot].exemplars {
		if lv, s := e.weigh(p, e.exemplars[x].profile, e.groups[slot].core); i == 0 || s.total > m.score {
			m.slot, m.score, m.lv = x, s.total, lv
		}
	}
	return m
}
