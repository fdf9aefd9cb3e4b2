package cluster

import "slices"

// leastCore is how many exemplars make it worth asking what they share.
const leastCore = 3

// coreKeys are the keys whose values a lure keeps while its words change: the
// ticker, the phone, the wallet, the path.
var coreKeys = func() (set uint64) {
	for _, k := range []Key{
		KeyToken, KeyPhone, KeyWallet, KeyContact, KeyMacro, KeyURL, KeyURLPath, KeyHost, KeyRemoteImage, KeySubjectShape, KeyUnseen,
	} {
		set |= 1 << k
	}
	return set
}()

// recore finds the rare values that all exemplars of a group have. A report that
// has none of them is of another lure, however alike the rest is.
func (e *Engine) recore(slot uint32) {
	g := &e.groups[slot]
	g.core = g.core[:0]
	if len(g.exemplars) < leastCore {
		return
	}
	for _, v := range e.exemplars[g.exemplars[0]].values {
		if coreKeys&(1<<unpackKey(v)) == 0 || e.freq.rarity(v) < 4 {
			continue
		}
		if e.allHave(g.exemplars[1:], v) {
			g.core = append(g.core, v)
		}
	}
}

func (e *Engine) allHave(slots []uint32, v uint64) bool {
	for _, s := range slots {
		if _, ok := slices.BinarySearch(e.exemplars[s].values, v); !ok {
			return false
		}
	}
	return true
}

// coreLevel grades how much of a group's core a profile has.
func coreLevel(core []uint64, p *profile) int8 {
	if len(core) == 0 {
		return absent
	}
	n := 0
	for _, v := range core {
		if _, ok := slices.BinarySearch(p.values, v); ok {
			n++
		}
	}
	return level(float32(n)/float32(len(core)), coreBounds)
}

// mostGathered bounds the reports that a change of a group's exemplars looks at.
const mostGathered = 8

// gather takes up reports that stood alone and have what all exemplars of a group
// have in common: that was not known yet when they came. It returns the group's
// slot.
func (e *Engine) gather(slot uint32, p *probe, now int64) uint32 {
	for _, g := range e.alone(slot) {
		if e.groups[g].reports == 1 {
			slot = e.tryMerge(slot, match{group: g}, p, now)
		}
	}
	return slot
}

// alone gives groups of one report that share a value of another's core.
func (e *Engine) alone(slot uint32) []uint32 {
	var found []uint32
	for _, v := range e.groups[slot].core {
		e.index.find(v, func(x uint32) {
			near := e.exemplar(x)
			if near == nil || near.cluster == slot || len(found) == mostGathered {
				return
			}
			if e.groups[near.cluster].reports == 1 && !slices.Contains(found, near.cluster) {
				found = append(found, near.cluster)
			}
		})
	}
	return found
}
