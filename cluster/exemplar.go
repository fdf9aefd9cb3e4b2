package cluster

import "slices"

// newGroup puts g into a free slot.
func (e *Engine) newGroup(g group) uint32 {
	slot := uint32(len(e.groups))
	if n := len(e.freeGroups); n > 0 {
		slot = e.freeGroups[n-1]
		e.freeGroups = e.freeGroups[:n-1]
		e.groups[slot] = g
	} else {
		e.groups = append(e.groups, g)
	}
	e.byID[g.id] = slot
	return slot
}

// exemplar is the live exemplar in slot, or nil.
func (e *Engine) exemplar(slot uint32) *exemplar {
	if slot >= uint32(len(e.exemplars)) || e.exemplars[slot].profile == nil {
		return nil
	}
	return &e.exemplars[slot]
}

// fewExemplars is up to how many a group takes a report in that says the same in
// other words or from elsewhere; beyond, only what is far from all it has.
const fewExemplars = 4

// novel says whether p, which compares with the nearest as lv says, shows a variant of its group that
// no exemplar stands for.
func (e *Engine) novel(g uint32, p *probe, lv *levels) bool {
	if e.groups[g].drift.raised {
		return false
	}
	if len(e.groups[g].exemplars) < fewExemplars {
		return !twins(lv)
	}
	for _, slot := range e.groups[g].exemplars {
		lv := compare(p, e.exemplars[slot].profile, e.freq)
		if akin(&lv) {
			return false
		}
	}
	return true
}

// twins: the same text under the same subject, with nothing that differs but slots.
func twins(lv *levels) bool {
	text := max(lv[fieldText], lv[fieldShortText])
	return text >= 7 && lv[fieldSubject] >= 5 && lv[fieldLook] != 0 && lv[keyFields[KeyURLPath]] != 0
}

// akin: near enough to be found by the same keys and to agree with the same mail.
func akin(lv *levels) bool {
	text := max(lv[fieldText], lv[fieldShortText], lv[fieldFileText])
	return text >= 6 || text == absent && (lv[fieldLook] > 0 || lv[fieldFile] > 0 || lv[fieldSubject] >= 5)
}

// learn counts the values that p brings new to its group.
func (e *Engine) learn(g uint32, p *profile) {
	e.terms.clear()
	p.terms(e.terms.add)
	for _, slot := range e.groups[g].exemplars {
		e.exemplars[slot].terms(func(h uint64) { e.terms.mark(h) })
	}
	p.terms(func(h uint64) {
		if !e.terms.marked(h) {
			e.freq.add(h)
		}
	})
}

// addExemplar keeps p for group g, where the group is full in the place of the
// exemplar that stands for least. The first exemplar stays.
func (e *Engine) addExemplar(g uint32, p *profile, now int64) {
	at := slices.Index(e.groups[g].exemplars, e.insert(g, exemplar{profile: p.clone(), last: now}))
	e.link(g, at)
	e.recore(g)
}

// insert puts x among the live exemplars of group g and into the index, and
// returns its slot.
func (e *Engine) insert(g uint32, x exemplar) uint32 {
	x.cluster = g
	slot := e.place(g)
	e.exemplars[slot] = x
	e.keys = x.indexKeys(e.freq, e.keys[:0])
	for _, k := range e.keys {
		e.index.add(k.key, slot)
	}
	return slot
}

func (e *Engine) place(g uint32) uint32 {
	own := e.groups[g].exemplars
	if len(own) >= e.cfg.Exemplars {
		victim := 1
		for i := 2; i < len(own); i++ {
			if e.exemplars[own[i]].lesser(&e.exemplars[own[victim]]) {
				victim = i
			}
		}
		e.forget(g, own[victim:victim+1])
		return own[victim]
	}
	slot := uint32(len(e.exemplars))
	if n := len(e.freeExemplars); n > 0 {
		slot = e.freeExemplars[n-1]
		e.freeExemplars = e.freeExemplars[:n-1]
	} else {
		e.exemplars = append(e.exemplars, exemplar{})
	}
	e.groups[g].exemplars = append(own, slot)
	return slot
}

// fewHits is how many reports that joined by an exemplar are as good as none when
// one has to go.
const fewHits = 4

// lesser says which of two exemplars stands for less: clearly fewer reports joined
// by it, or as many, and none for longer.
func (x *exemplar) lesser(than *exemplar) bool {
	if a, b := x.hits/fewHits, than.hits/fewHits; a != b {
		return a < b
	}
	return x.last < than.last
}

// free gives a group's slot back.
func (e *Engine) free(slot uint32) {
	if e.groups[slot].idle != 0 {
		e.shelf.count--
	}
	delete(e.byID, e.groups[slot].id)
	e.groups[slot] = group{}
	e.freeGroups = append(e.freeGroups, slot)
}
