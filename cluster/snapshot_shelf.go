package cluster

import (
	"cmp"
	"slices"
)

// encodeShelf writes what the groups do not say themselves of those that are idle.
func (e *Engine) encodeShelf(c *encoder) {
	c.uint(e.shelf.last)
	c.bool(e.attic != nil)
	if e.attic != nil {
		e.attic.encode(c)
	}
}

// decodeShelf reads it and puts the idle groups back on the shelf, in their order.
func (e *Engine) decodeShelf(c *decoder, size int) {
	if c.version == 1 {
		return
	}
	e.shelf.last = c.uint()
	same := true
	if c.bool() {
		e.attic = newAttic(e.cfg.IdleCampaigns)
		same = e.attic.decode(c, size)
	}
	for i := range e.groups {
		if n := e.groups[i].idle; n != 0 {
			e.shelf.queue = append(e.shelf.queue, shelved{uint32(i), n})
		}
	}
	e.shelf.count = len(e.shelf.queue)
	slices.SortFunc(e.shelf.queue, func(a, b shelved) int { return cmp.Compare(a.number, b.number) })
	if !same {
		for _, s := range e.shelf.queue {
			e.post(s.slot)
		}
	}
}

func (m *merged) encode(c *encoder) {
	for _, generation := range []map[CampaignID]CampaignID{m.young, m.old} {
		c.uint(uint64(len(generation)))
		for _, id := range sortedKeys(generation) {
			c.text(string(id))
			c.text(string(generation[id]))
		}
	}
}

func (m *merged) decode(c *decoder) {
	generations := []map[CampaignID]CampaignID{m.young, m.old}
	if c.version == 1 { // which are older is not told, and none was forgotten
		generations = generations[1:]
	}
	for _, generation := range generations {
		for range c.size(2) {
			id := CampaignID(c.text())
			generation[id] = CampaignID(c.text())
		}
	}
}
