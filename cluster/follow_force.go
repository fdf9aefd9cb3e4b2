package cluster

// forceIdle lets go of the campaigns that history says were let go of, before a
// report looks for its own.
func (e *Engine) forceIdle() {
	if e.guide != nil {
		e.force(func(ev *Event) bool { return ev.Kind == EventIdled })
	}
}

// force does what history says and the engine has not done by itself, as far as
// it is wanted.
func (e *Engine) force(wanted func(*Event) bool) {
	for i := range e.guide.events {
		if ev := &e.guide.events[i]; !e.guide.done[i] && wanted(ev) {
			e.followOne(ev)
			e.guide.done[i] = true
			e.seq = max(e.seq, ev.Seq)
		}
	}
}

// followOne does what one event says, as far as its campaign is in memory.
func (e *Engine) followOne(ev *Event) {
	if ev.Kind == EventMerged {
		e.followMerge(ev)
		return
	}
	slot, ok := e.find(ev.Campaign)
	if !ok {
		return
	}
	g := &e.groups[slot]
	switch ev.Kind {
	case EventAssigned: // its record is gone
		g.reports++
		g.last = max(g.last, ev.Time)
	case EventCreated:
		g.created = true
	case EventIdled:
		g.created = true
		if g.idle == 0 {
			e.retire(slot, ev.Time)
		}
	case EventRevived:
		g.created = true // also where it had been forgotten here and was opened anew
		e.revive(slot, ev.Time)
	case EventLabelled:
		g.label, g.decided = ev.Label, true
	case EventPinned:
		g.pinned, g.decided = true, true
	case EventTied:
		e.enterOperation(g.id, ev.Operation)
	case EventDrifted:
		g.drift.raised = true
	case EventSettled:
		g.drift.raised = false
	}
}

// followMerge makes the group of ev.Other part of ev.Campaign, which survives
// whatever the engine thinks of their ages.
func (e *Engine) followMerge(ev *Event) {
	a, okA := e.find(ev.Campaign)
	b, okB := e.find(ev.Other)
	switch {
	case okA && okB && a != b:
		e.groups[a].created = e.groups[a].created || e.groups[b].created
		e.wake(a)
		e.wake(b)
		e.merge(a, b, ev.Time, ev.Actor, ev.Note, reason{})
	case okB && !okA: // the survivor was forgotten here
		gone := e.groups[b].id
		delete(e.byID, gone)
		e.groups[b].id = ev.Campaign
		e.byID[ev.Campaign] = b
		e.merged.add(gone, ev.Campaign)
	case !okB:
		e.merged.add(ev.Other, ev.Campaign)
	}
}
