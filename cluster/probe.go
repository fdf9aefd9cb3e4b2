package cluster

import "shoal/cluster/fuzzyhash"

// probe is a profile made ready to be compared with many: a hash table for each
// sample, so that the other side's members are looked up and the two need not be
// merged, which costs a mispredicted branch for nearly every member.
type probe struct {
	*profile
	ready      bool
	tables     [sampleSubject]table
	text, html fuzzyhash.Probe
	places     [1 << tableBits]uint8 // of values, and one
	// rarities are the levels of values, 0 where nobody has asked, as the
	// frequency table in its state of version has them.
	rarities [MaxValues]int8
	version  uint64
}

// of makes pr a probe for p. What it takes is made at the first comparison.
func (pr *probe) of(p *profile) *probe {
	pr.profile, pr.ready = p, false
	return pr
}

// weigh gets pr ready, its weights up to date.
func (pr *probe) weigh(f *frequency) {
	if fresh := pr.profile.weigh(f); pr.ready && !fresh {
		return
	}
	for s := range sampleSubject {
		pr.tables[s].weigh(pr.weightsOf(s))
	}
	if pr.ready {
		return
	}
	pr.ready = true
	for s := range sampleSubject {
		pr.tables[s].set(pr.sketch(s).Hashes)
	}
	clear(pr.places[:])
	for i, v := range pr.values {
		at := placeValue(v)
		for pr.places[at] != 0 {
			at = (at + 1) % (1 << tableBits)
		}
		pr.places[at] = uint8(i + 1)
	}
	pr.version = 0
	body, html := pr.body(), pr.skeleton()
	pr.text.Set(&body)
	pr.html.Set(&html)
}

// overlap measures one sample of both.
func (pr *probe) overlap(with *profile, s sample, size int) overlap {
	return pr.tables[s].measure(pr.sketch(s), with.sketch(s), pr.weightsOf(s), with.weightsOf(s), size)
}

func placeValue(v uint64) uint64 { return v * 0x9e3779b97f4a7c15 >> (64 - tableBits) }

// valueAt is where the profile has a value, or -1.
func (pr *probe) valueAt(v uint64) int {
	at := placeValue(v)
	for i := pr.places[at]; i != 0; i = pr.places[at] {
		if pr.values[i-1] == v {
			return int(i) - 1
		}
		at = (at + 1) % (1 << tableBits)
	}
	return -1
}

// rarity is the level of the profile's value at i. Candidates share the same ones.
func (pr *probe) rarity(i int, freq *frequency) int8 {
	if pr.version != freq.version {
		pr.version = freq.version
		clear(pr.rarities[:])
	}
	if pr.rarities[i] == 0 {
		pr.rarities[i] = freq.rarity(pr.values[i])
	}
	return pr.rarities[i]
}

// tableBits is the size of a table: one place in ten is taken, so that hardly any
// look-up of a stranger meets somebody.
const tableBits = 10

// table finds the members of a sample, up to 96.
type table struct {
	places [1 << tableBits]uint8 // of members in the sample, and one
	sums   [TextSketchSize + 1]uint32
}

func place(h uint32) uint32 { return h * 0x9e3779b1 >> (32 - tableBits) }

func (t *table) set(hashes []uint32) {
	clear(t.places[:])
	for i, h := range hashes {
		at := place(h)
		for t.places[at] != 0 {
			at = (at + 1) % (1 << tableBits)
		}
		t.places[at] = uint8(i + 1)
	}
}

// weigh sums the weights up to each member.
func (t *table) weigh(weights []uint8) {
	sum := uint32(0)
	for i, w := range weights {
		sum += uint32(w)
		t.sums[i+1] = sum
	}
}

// measure compares two samples as [measure] does; t is the table of x.
func (t *table) measure(x, y Sketch, wx, wy []uint8, size int) (o overlap) {
	limit := min(x.reach(size), y.reach(size))
	n := len(x.Hashes)
	for n > 0 && x.Hashes[n-1] > limit {
		n--
	}
	wy = wy[:len(y.Hashes)]
	for j, h := range y.Hashes {
		if h > limit {
			break
		}
		at := place(h)
		i := t.places[at]
		for i != 0 && x.Hashes[i-1] != h {
			at = (at + 1) % (1 << tableBits)
			i = t.places[at]
		}
		if i == 0 {
			o.b += uint32(wy[j])
			continue
		}
		o.share(uint32(wx[i-1]))
	}
	o.a = t.sums[n]
	return o
}
