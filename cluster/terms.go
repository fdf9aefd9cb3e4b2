package cluster

// termSet is a set of the hashes that profiles count, and which of them were marked.
// It is cleared without being written over, and keeps the memory that it has.
type termSet struct {
	slots []term // a power of two
	used  int
	round uint32
}

type term struct {
	hash   uint64
	round  uint32 // in which the slot was taken
	marked bool
}

// leastTerms is the size that a set begins with: one profile fits.
const leastTerms = 1 << 10

func (t *termSet) clear() {
	if t.round++; t.slots == nil || t.round == 0 {
		t.slots, t.round = make([]term, max(leastTerms, len(t.slots))), 1
	}
	t.used = 0
}

// at is the slot that has h, or the one that would.
func (t *termSet) at(h uint64) *term {
	mask := uint64(len(t.slots) - 1)
	for i := h * 0x9e3779b97f4a7c15 >> 32; ; i++ {
		if s := &t.slots[i&mask]; s.round != t.round || s.hash == h {
			return s
		}
	}
}

func (t *termSet) add(h uint64) {
	s := t.at(h)
	if s.round == t.round {
		return
	}
	*s = term{hash: h, round: t.round}
	if t.used++; 2*t.used > len(t.slots) {
		t.grow()
	}
}

func (t *termSet) grow() {
	old := t.slots
	t.slots = make([]term, 2*len(old))
	for _, s := range old {
		if s.round == t.round {
			*t.at(s.hash) = s
		}
	}
}

// mark marks h if the set has it. It says whether it did: not twice.
func (t *termSet) mark(h uint64) bool {
	s := t.at(h)
	if s.round != t.round || s.marked {
		return false
	}
	s.marked = true
	return true
}

func (t *termSet) marked(h uint64) bool {
	s := t.at(h)
	return s.round == t.round && s.marked
}
