package cluster

import (
	"cmp"
	"slices"
)

// A group that nothing joined for [Config.Idle] leaves the index. A report that
// stood alone is then forgotten. A campaign is shelved: the few exemplars that
// stand for it best are kept beside the live ones, under an index of their own
// (the attic), where only a report that is news to the live campaigns looks. A
// report that agrees with one of them brings the campaign back under its old id.

const (
	// idleExemplars is how many exemplars a shelved campaign keeps.
	idleExemplars = 2
	// maxRecalled bounds the shelved campaigns that a report is compared with.
	maxRecalled = 4
	// keysPerExemplar is about how many index keys an exemplar has.
	keysPerExemplar = 64
	// sweepStep is how many exemplars each report lets the sweep look at. Two keep
	// ahead of the one that a report adds at most.
	sweepStep = 2
	// crowdStep is among how many exemplars one is chosen to go where there are
	// more than [Config.LiveExemplars].
	crowdStep = 32
)

// newAttic makes the index of the shelved campaigns, sized for all of them.
func newAttic(campaigns int) *index { return newIndex(atticBits(campaigns)) }

func atticBits(campaigns int) int {
	bits := 4
	for 1<<bits < campaigns*idleExemplars*keysPerExemplar/bucketSize {
		bits++
	}
	return bits
}

// shelf is the order in which campaigns were shelved. Entries go stale when their
// campaign comes back; whoever takes one off looks.
type shelf struct {
	count   int    // campaigns that are shelved
	last    uint64 // number of the latest shelving
	queue   []shelved
	decided []shelved // an analyst decided on these: they are forgotten last
}

// shelved is one shelving of the group in a slot.
type shelved struct {
	slot   uint32
	number uint64
}

// mostAdded is how many exemplars one report adds at most: those of a campaign that it
// brings back, and its own.
const mostAdded = idleExemplars + 1

// sweep moves the hand of a clock over the exemplars and lets go of groups that
// nothing joined for long, and of a few groups more where there are too many.
func (e *Engine) sweep(now int64) {
	for range min(sweepStep, len(e.exemplars)) {
		x := e.nextExemplar()
		if x != nil && now-e.groups[x.cluster].last > e.cfg.Idle.Milliseconds() {
			e.retire(x.cluster, now)
		}
	}
	for range mostAdded {
		if e.Exemplars() <= e.cfg.LiveExemplars {
			break
		}
		e.crowdOut(now)
	}
}

func (e *Engine) nextExemplar() *exemplar {
	if e.hand++; e.hand >= uint32(len(e.exemplars)) {
		e.hand = 0
	}
	return e.exemplar(e.hand)
}

// crowdOut retires one of the next groups: a report that stands alone before a
// campaign, and what was quiet longest.
func (e *Engine) crowdOut(now int64) {
	var victim *group
	var slot uint32
	for range crowdStep {
		x := e.nextExemplar()
		if x == nil {
			continue
		}
		g := &e.groups[x.cluster]
		if victim == nil || cmp.Or(compareBool(g.lasting(), victim.lasting()), cmp.Compare(g.last, victim.last)) < 0 {
			victim, slot = g, x.cluster
		}
	}
	if victim != nil {
		e.retire(slot, now)
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// lasting says whether a group is worth remembering when it is idle.
func (g *group) lasting() bool { return g.created || g.decided }

// retire takes a group out of the index: it is shelved, or forgotten where it is
// a report that stood alone.
func (e *Engine) retire(slot uint32, now int64) {
	g := &e.groups[slot]
	if !g.lasting() {
		e.drop(slot)
		return
	}
	if g.created && !e.may(EventIdled, g.id, "") {
		return
	}
	if g.created {
		e.emit(Event{Kind: EventIdled, Time: now, Campaign: g.id})
	}
	e.shelve(slot)
}

// shelve trims a group to what stands for it and puts it into the attic.
func (e *Engine) shelve(slot uint32) {
	g := &e.groups[slot]
	e.forget(slot, g.exemplars)
	for _, x := range e.representatives(g.exemplars) {
		kept := e.exemplars[x]
		kept.profile.clusters, kept.agrees = 0, 0
		g.kept = append(g.kept, kept)
	}
	e.release(g)
	if g.idle == 0 {
		e.shelf.count++
	}
	g.drift.raised = false
	e.shelf.last++
	g.idle = e.shelf.last
	e.shelf.queue = append(e.shelf.queue, shelved{slot, g.idle})
	e.post(slot)
}

// representatives are the exemplars that most reports joined by, the second one
// no near copy of the first if there is such a one.
func (e *Engine) representatives(slots []uint32) []uint32 {
	order := slices.Clone(slots)
	slices.SortStableFunc(order, func(a, b uint32) int { return cmp.Compare(e.exemplars[b].hits, e.exemplars[a].hits) })
	if len(order) > 0 {
		e.other.of(e.exemplars[order[0]].profile)
	}
	for i := 1; i < len(order); i++ {
		lv := compare(e.other, e.exemplars[order[i]].profile, e.freq)
		if !akin(&lv) {
			order[1], order[i] = order[i], order[1]
			break
		}
	}
	return order[:min(len(order), idleExemplars)]
}

// release gives the slots of a group's exemplars back.
func (e *Engine) release(g *group) {
	for _, x := range g.exemplars {
		e.exemplars[x] = exemplar{}
		e.freeExemplars = append(e.freeExemplars, x)
	}
	g.exemplars = nil
}

// post enters a shelved group into the attic.
func (e *Engine) post(slot uint32) {
	if e.attic == nil {
		e.attic = newAttic(e.cfg.IdleCampaigns)
	}
	for i := range e.groups[slot].kept {
		e.keys = e.groups[slot].kept[i].indexKeys(e.freq, e.keys[:0])
		for _, k := range e.keys {
			e.attic.add(k.key, slot)
		}
	}
}

// oldestShelved takes the group off the shelf that was put there first; those on
// which an analyst decided come after all others.
func (e *Engine) oldestShelved() uint32 {
	s := &e.shelf
	for len(s.queue) > 0 {
		first := s.queue[0]
		s.queue = s.queue[1:]
		switch g := &e.groups[first.slot]; {
		case g.idle != first.number: // it came back, or was forgotten
		case g.decided:
			s.decided = append(s.decided, first)
		default:
			return first.slot
		}
	}
	for e.groups[s.decided[0].slot].idle != s.decided[0].number {
		s.decided = s.decided[1:]
	}
	slot := s.decided[0].slot
	s.decided = s.decided[1:]
	return slot
}

// compactShelf takes stale entries out when they are most.
func (e *Engine) compactShelf() {
	s := &e.shelf
	if len(s.queue)+len(s.decided) <= 2*s.count+64 {
		return
	}
	stale := func(x shelved) bool { return e.groups[x.slot].idle != x.number }
	s.queue = slices.DeleteFunc(slices.Clone(s.queue), stale)
	s.decided = slices.DeleteFunc(slices.Clone(s.decided), stale)
}

// drop forgets a group.
func (e *Engine) drop(slot uint32) {
	g := &e.groups[slot]
	e.forget(slot, g.exemplars)
	e.leaveOperation(g.id)
	for p := range e.apart {
		if p[0] == g.id || p[1] == g.id {
			delete(e.apart, p)
		}
	}
	e.release(g)
	e.free(slot)
}

// recall wakes the shelved campaigns that p agrees with and returns them, best
// first. Those that nothing comes of are shelved again at the end of the step.
func (e *Engine) recall(p *probe) []match {
	if e.shelf.count == 0 {
		return nil
	}
	var ms []match
	for _, slot := range e.lookUpAttic(p.profile) {
		best := match{group: slot, score: e.cfg.Join}
		found := false
		for i := range e.groups[slot].kept {
			lv, s := e.weigh(p, e.groups[slot].kept[i].profile, e.groups[slot].core)
			if s.total >= best.score && s.content >= e.cfg.Content {
				best.slot, best.score, best.lv, found = uint32(i), s.total, lv, true
			}
		}
		if found {
			ms = append(ms, best)
		}
	}
	slices.SortStableFunc(ms, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(e.groups[a.group].birth, e.groups[b.group].birth))
	})
	for i := range ms {
		e.wake(ms[i].group)
		ms[i].slot = e.groups[ms[i].group].exemplars[ms[i].slot]
	}
	return ms
}

// weigh compares a report with a profile of a group that has a core.
func (e *Engine) weigh(p *probe, x *profile, core []uint64) (levels, result) {
	lv := compare(p, x, e.freq)
	lv[fieldCore] = coreLevel(core, p.profile)
	return lv, e.weights.score(&lv)
}

// lookUpAttic gives the shelved groups that share most keys with p.
func (e *Engine) lookUpAttic(p *profile) []uint32 {
	keys := e.searchKeys(p)
	e.attic.touch(keys)
	e.ballot.clear()
	for _, k := range keys {
		e.attic.find(k.key, func(slot uint32) {
			if slot < uint32(len(e.groups)) && e.groups[slot].idle != 0 {
				e.ballot.vote(slot, k.vote)
			}
		})
	}
	found := e.ballot.count()
	var slots []uint32
	for _, c := range found[:min(len(found), maxRecalled)] {
		if c.vote < leastVote {
			break
		}
		slots = append(slots, c.slot)
	}
	return slots
}

// wake puts a shelved group's exemplars among the live ones, for the rest of the
// step unless it is revived.
func (e *Engine) wake(slot uint32) {
	if e.groups[slot].idle == 0 || len(e.groups[slot].kept) == 0 {
		return
	}
	kept := e.groups[slot].kept
	e.groups[slot].kept = nil
	for _, x := range kept {
		e.insert(slot, x)
	}
	e.woken = append(e.woken, slot)
}

// revive makes an idle group a live one.
func (e *Engine) revive(slot uint32, now int64) {
	g := &e.groups[slot]
	if g.idle == 0 {
		return
	}
	e.wake(slot)
	g.idle = 0
	e.shelf.count--
	e.changed = true
	if g.created {
		e.emit(Event{Kind: EventRevived, Time: now, Campaign: g.id})
	}
}

// shelveWoken ends a step: what was woken in vain sleeps on, and where more sleep
// than are remembered the oldest are forgotten. Not before: a step may hold on to
// a group that it has woken.
func (e *Engine) shelveWoken() {
	for _, slot := range e.woken {
		if e.groups[slot].idle != 0 {
			e.shelve(slot)
		}
	}
	e.woken = e.woken[:0]
	for e.shelf.count > e.cfg.IdleCampaigns {
		e.drop(e.oldestShelved())
	}
	e.compactShelf()
}
