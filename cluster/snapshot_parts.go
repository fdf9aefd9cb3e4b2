package cluster

import "math"

func (g *group) encode(c *encoder) {
	c.text(string(g.id))
	if g.id == "" {
		return
	}
	c.uint(g.birth)
	c.uint(g.reports)
	c.int(g.last)
	c.slots(g.exemplars)
	c.words(g.core)
	c.bool(g.created)
	c.bool(g.pinned)
	c.text(g.label)
	c.bool(g.decided)
	c.bool(g.drift.raised)
	c.bool(g.drift.settled)
	c.uint(g.idle)
	c.uint(uint64(len(g.kept)))
	for i := range g.kept {
		g.kept[i].encode(c)
	}
}

func decodeGroup(c *decoder) (g group) {
	if g.id = CampaignID(c.text()); g.id == "" {
		return g
	}
	g.birth, g.reports, g.last = c.uint(), c.uint(), c.int()
	g.exemplars = c.slots()
	g.core = c.words()
	g.created, g.pinned, g.label = c.bool(), c.bool(), c.text()
	if c.version == 1 { // pinned stood for any decision
		g.decided = g.pinned
		return g
	}
	g.decided, g.drift.raised, g.drift.settled = c.bool(), c.bool(), c.bool()
	g.idle = c.uint()
	for range c.size(1) {
		x := decodeExemplar(c)
		if x.profile == nil {
			c.fail()
			return g
		}
		g.kept = append(g.kept, x)
	}
	return g
}

func (x *exemplar) encode(c *encoder) {
	c.bool(x.profile != nil)
	if x.profile == nil {
		return
	}
	c.uint(uint64(x.cluster))
	c.uint(uint64(x.hits))
	c.int(x.last)
	c.word(x.agrees)
	c.raw(x.report[:])
	for s := range sampleSubject {
		c.sketch(x.sketch(s))
	}
	c.hashes(x.sketch(sampleSubject).Hashes)
	body, html := x.body(), x.skeleton()
	c.digest(&body)
	c.digest(&html)
	c.uint(uint64(len(x.files)))
	for i := range x.files {
		x.files[i].encode(c)
	}
	c.words(x.values)
	c.uint(uint64(x.clusters))
	for s := range numSamples {
		if x.clusters == 0 {
			c.text("") // not weighed since
		} else {
			c.text(string(x.weightsOf(s)))
		}
	}
}

func decodeExemplar(c *decoder) (x exemplar) {
	if !c.bool() {
		return x
	}
	x.cluster, x.hits, x.last = uint32(c.uint()), uint32(c.uint()), c.int()
	if c.version > 1 {
		x.agrees = c.word()
	}
	p := &profile{}
	copy(p.report[:], c.raw(len(p.report)))
	for s := range sampleSubject {
		p.sample(s, c.sketch())
	}
	subject := c.hashes()
	p.sample(sampleSubject, Sketch{Total: len(subject), Hashes: subject})
	p.digests(c.digest(), c.digest())
	for range c.size(1) {
		p.files = append(p.files, decodeFile(c))
	}
	p.values = c.words()
	p.note()
	p.clusters = uint32(c.uint())
	for s := range numSamples {
		if w := c.text(); copy(p.weightsOf(s), w) != len(p.weightsOf(s)) {
			p.clusters = 0
		}
	}
	x.profile = p.clone()
	return x
}

func (f *fileProfile) encode(c *encoder) {
	c.uint(uint64(f.kind))
	c.bool(f.inline)
	c.word(f.hash)
	c.word(f.look)
	c.digest(&f.digest)
	c.sketch(f.text)
}

func decodeFile(c *decoder) (f fileProfile) {
	f.kind, f.inline = FileKind(c.uint()), c.bool()
	f.hash, f.look = c.word(), c.word()
	f.digest, f.text = c.digest(), c.sketch()
	return f
}

func (e *Engine) encodeTies(c *encoder) {
	c.uint(uint64(len(e.ties)))
	for _, v := range sortedKeys(e.ties) {
		c.word(v)
		c.uint(uint64(len(e.ties[v])))
		for _, id := range e.ties[v] {
			c.text(string(id))
		}
	}
	c.uint(uint64(len(e.operation)))
	for _, id := range sortedKeys(e.operation) {
		c.text(string(id))
		c.text(e.operation[id])
	}
}

func (e *Engine) decodeTies(c *decoder) {
	for range c.size(9) {
		v := c.word()
		for range c.size(1) {
			e.ties[v] = append(e.ties[v], CampaignID(c.text()))
		}
	}
	for range c.size(2) {
		id := CampaignID(c.text())
		e.enterOperation(id, c.text())
	}
}

// encode writes the counters that are not zero, with the gaps between them.
func (f *frequency) encode(c *encoder) {
	c.uint(uint64(f.clusters))
	c.uint(f.added)
	for _, row := range f.rows {
		last := 0
		for i, n := range row {
			if n > 0 {
				c.uint(uint64(i - last + 1))
				c.uint(uint64(n))
				last = i
			}
		}
		c.uint(0)
	}
}

// decode reads counters of rows of size. Where the own rows have another size each
// counter goes to all places that its values can have now: counts stay what they
// must be, the true ones or more.
func (f *frequency) decode(c *decoder, size int) {
	f.clusters, f.added = uint32(c.uint()), c.uint()
	f.setFloor()
	for _, row := range f.rows {
		at := 0
		for gap := c.uint(); gap > 0; gap = c.uint() {
			at += int(gap - 1)
			if at >= size || at < 0 {
				c.fail()
				return
			}
			n := uint16(c.uint())
			for i := at & (len(row) - 1); i < len(row); i += size {
				row[i] = uint16(min(uint32(row[i])+uint32(n), math.MaxUint16))
			}
		}
	}
	for f.added >= f.limit {
		f.halve()
	}
}

func (x *index) encode(c *encoder) {
	last := 0
	for i := range x.buckets {
		b := &x.buckets[i]
		if b[0].tag == 0 {
			continue
		}
		c.uint(uint64(i - last + 1))
		last = i
		for _, p := range b {
			c.half(p.tag)
			c.uint(uint64(p.slot))
		}
	}
	c.uint(0)
}

// decode reads an index of size buckets. Where the own one has another size it stays
// empty: same is false.
func (x *index) decode(c *decoder, size int) (same bool) {
	same = size == len(x.buckets)
	var skipped [bucketSize]posting
	at := 0
	for gap := c.uint(); gap > 0; gap = c.uint() {
		at += int(gap - 1)
		if at >= size || at < 0 {
			c.fail()
			return same
		}
		into := &skipped
		if same {
			into = &x.buckets[at]
		}
		for j := range into {
			into[j] = posting{c.half(), uint32(c.uint())}
		}
	}
	return same
}

// sound says whether groups, exemplars and free slots refer to each other as they do
// in an engine: a state in which they do not would end in a panic later.
func (e *Engine) sound() bool {
	listed := make([]bool, len(e.exemplars))
	for i := range e.groups {
		for _, slot := range e.groups[i].exemplars {
			x := e.exemplar(slot)
			if x == nil || x.cluster != uint32(i) || listed[slot] {
				return false
			}
			listed[slot] = true
		}
		if len(e.groups[i].exemplars) > mostExemplars {
			return false
		}
	}
	for slot := range e.exemplars {
		if live := e.exemplars[slot].profile != nil; live != listed[slot] {
			return false
		}
	}
	for _, slot := range e.freeGroups {
		if slot >= uint32(len(e.groups)) || e.groups[slot].id != "" {
			return false
		}
	}
	for _, slot := range e.freeExemplars {
		if slot >= uint32(len(e.exemplars)) || listed[slot] {
			return false
		}
	}
	return true
}

// reindex enters all live exemplars into an index that is empty.
func (e *Engine) reindex() {
	for slot := range e.exemplars {
		if x := e.exemplar(uint32(slot)); x != nil {
			e.keys = x.indexKeys(e.freq, e.keys[:0])
			for _, k := range e.keys {
				e.index.add(k.key, uint32(slot))
			}
		}
	}
}

func (s *seen) encode(c *encoder) {
	for _, m := range []map[uint64]struct{}{s.young, s.old} {
		c.uint(uint64(len(m)))
		for _, h := range sortedKeys(m) {
			c.word(h)
		}
	}
}

func (s *seen) decode(c *decoder) {
	for _, m := range []map[uint64]struct{}{s.young, s.old} {
		for range c.size(8) {
			m[c.word()] = struct{}{}
		}
	}
}
