package cluster

import "math/bits"

// A campaign has drifted when its exemplars no longer hold together: seen as a
// graph in which two are joined unless they are strangers beyond doubt, it falls
// into parts, or it hangs together by one odd message. Such a campaign is reported
// once, with a proposed split, and not grown: reports that agree with its exemplars
// still join, since somebody has to be told that they are there, but none of them
// becomes an exemplar, through which others yet could come in, and the machine
// makes it one with no other campaign. An analyst settles it: by a split, or by a
// merge or a pin, which say that it is one.
//
// Measured on real mail of 138 campaigns: in 60 orders of arrival 115 alarms, half of
// them on campaigns that hold three strangers or more; the others are of few campaigns,
// whose padding comes in two kinds. Without driftMargin there were twice as many.
// Most mixed campaigns raise none: their lures agree.

// drift says where a campaign stands with its alarm.
type drift struct {
	raised  bool // EventDrifted was said and nobody has settled it
	settled bool // an analyst says that it is one
}

const (
	// driftExemplars and driftReports are what a part needs to be one, and not an
	// odd message or two: exemplars, and reports that joined by them. It stands for
	// one report in mergeShare, too: with less it could not have come in by a merge,
	// and what is large goes on growing and merging in spite of it.
	driftExemplars = 2
	driftReports   = 5
	// driftMargin is by how much, in nats, two exemplars must miss what makes
	// campaigns merge to count as strangers: 20 to 1 against.
	driftMargin = 3
)

// watched says whether a group is large enough to fall into two parts.
func (g *group) watched() bool { return len(g.exemplars) >= 2*driftExemplars }

// link notes with which others the exemplar at a place of its group agrees. Up to
// the size from which a group is watched nobody asks.
func (e *Engine) link(slot uint32, at int) {
	g := &e.groups[slot]
	if !g.watched() {
		return
	}
	if len(g.exemplars) == 2*driftExemplars {
		e.relink(slot)
		return
	}
	x := &e.exemplars[g.exemplars[at]]
	x.agrees = 0
	p := e.other.of(x.profile)
	for i, other := range g.exemplars {
		y := &e.exemplars[other]
		y.agrees &^= 1 << at
		if i != at && e.hold(p, y.profile) {
			x.agrees |= 1 << i
			y.agrees |= 1 << at
		}
	}
}

// relink does so for all exemplars of a group.
func (e *Engine) relink(slot uint32) {
	g := &e.groups[slot]
	for _, x := range g.exemplars {
		e.exemplars[x].agrees = 0
	}
	if !g.watched() {
		return
	}
	for i, a := range g.exemplars {
		p := e.other.of(e.exemplars[a].profile)
		for j, b := range g.exemplars[:i] {
			if e.hold(p, e.exemplars[b].profile) {
				e.exemplars[a].agrees |= 1 << j
				e.exemplars[b].agrees |= 1 << i
			}
		}
	}
}

// hold says whether two exemplars of a campaign are no strangers.
func (e *Engine) hold(x *probe, y *profile) bool {
	lv := compare(x, y, e.freq)
	s := e.weights.score(&lv)
	return s.total >= e.cfg.Merge-driftMargin && s.content >= e.cfg.Content
}

// watch raises the alarm if a campaign has drifted.
func (e *Engine) watch(slot uint32, now int64) {
	g := &e.groups[slot]
	if !g.created || g.drift.raised || g.drift.settled || !g.watched() {
		return
	}
	part, odd := e.fallen(slot)
	if part == 0 || !e.may(EventDrifted, g.id, "") {
		return
	}
	g.drift.raised = true
	for i, x := range g.exemplars {
		if part&(1<<i) != 0 {
			e.alarm(slot, &e.exemplars[x], part|odd, now)
		}
	}
}

// alarm proposes that the report behind an exemplar of a part leaves, and shows
// how far it is from the nearest of those that stay, but for some.
func (e *Engine) alarm(slot uint32, x *exemplar, but uint64, now int64) {
	g := &e.groups[slot]
	var near *profile
	var nearest levels
	best := 0.0
	p := e.other.of(x.profile)
	for i, other := range g.exemplars {
		if but&(1<<i) != 0 {
			continue
		}
		y := e.exemplars[other].profile
		lv := compare(p, y, e.freq)
		if s := e.weights.score(&lv); near == nil || s.total > best {
			near, nearest, best = y, lv, s.total
		}
	}
	why := e.explain(nil, near, &nearest)
	e.emit(Event{
		Kind: EventDrifted, Time: now, Campaign: g.id, Report: x.report,
		Evidence: why.evidence, Score: why.total, Content: why.content,
	})
}

// fallen gives the lightest of the parts into which a group has fallen, as a set
// of places, or 0. An odd message by which alone two parts hang together stays
// behind; one by which as many joined as make a part is not odd.
func (e *Engine) fallen(slot uint32) (part, odd uint64) {
	all := uint64(1)<<len(e.groups[slot].exemplars) - 1
	if part = e.lightest(slot, all); part != 0 {
		return part, 0
	}
	for i := range e.groups[slot].exemplars {
		odd = 1 << i
		if e.reportsOf(slot, odd) >= driftReports {
			continue
		}
		if part = e.lightest(slot, all&^odd); part != 0 {
			return part, odd
		}
	}
	return 0, 0
}

// lightest gives the lightest of the parts of a set of exemplars that count as
// such, if there are two.
func (e *Engine) lightest(slot uint32, set uint64) uint64 {
	all := e.reportsOf(slot, ^uint64(0))
	parts, lightest, least := 0, uint64(0), 0
	for set != 0 {
		part := e.reach(slot, set, set&-set)
		set &^= part
		w := e.reportsOf(slot, part)
		if bits.OnesCount64(part) < driftExemplars || w < driftReports || mergeShare*w < all {
			continue
		}
		if parts++; lightest == 0 || w < least {
			lightest, least = part, w
		}
	}
	if parts < 2 {
		return 0
	}
	return lightest
}

// reach is what hangs together with some exemplars within a set.
func (e *Engine) reach(slot uint32, set, part uint64) uint64 {
	own := e.groups[slot].exemplars
	for fresh := part; fresh != 0; {
		i := bits.TrailingZeros64(fresh)
		fresh &^= 1 << i
		more := e.exemplars[own[i]].agrees & set &^ part
		part |= more
		fresh |= more
	}
	return part
}

// reportsOf counts the reports that are exemplars of a part or joined by one.
func (e *Engine) reportsOf(slot uint32, part uint64) int {
	n := 0
	for i, x := range e.groups[slot].exemplars {
		if part&(1<<i) != 0 {
			n += int(e.exemplars[x].hits) + 1
		}
	}
	return n
}

// settle ends an alarm by an analyst's decision. one says that the decision was
// that the campaign is one: then no further alarm is raised.
func (e *Engine) settle(slot uint32, one bool, d *Decision) {
	g := &e.groups[slot]
	g.drift.settled = g.drift.settled || one
	if g.drift.raised {
		g.drift.raised = false
		e.emit(Event{Kind: EventSettled, Time: d.Time, Campaign: g.id, Actor: d.Actor, Note: d.Note})
	}
}
