package cluster

import (
	"math"
	"sync"
)

// frequency counts in how many clusters a value occurs: the denominator of
// every weight. What occurs under many different lures is padding, boilerplate
// or a brand, and counts for little.
//
// It is a count-min sketch (Cormode and Muthukrishnan 2005) of fixed size that
// is halved whenever it fills, so that memory is constant and the counts speak
// of the recent window of clusters. Errors only ever make a value look more
// common than it is.
type frequency struct {
	rows [2][]uint16
	// clusters is how many clusters the counts speak of.
	clusters uint32
	// added is how many values the counts hold; at limit they are halved.
	added, limit uint64
	// floor is log(clusters + prior), kept for idf.
	floor float32
	logs  *[1 << 16]float32
	// version changes with every count.
	version uint64
}

// prior is how many unseen clusters the engine assumes to have come before: with
// it the first reports of a log do not look like the whole world.
const prior = 300

// newFrequency makes a table of 2^bits counters a row.
func newFrequency(bits int) *frequency {
	f := &frequency{limit: 4 << bits, version: 1, logs: logarithms()}
	for i := range f.rows {
		f.rows[i] = make([]uint16, 1<<bits)
	}
	f.setFloor()
	return f
}

func (f *frequency) setFloor() {
	f.version++
	f.floor = float32(math.Log(float64(f.clusters + prior)))
}

// opened counts one more cluster.
func (f *frequency) opened() {
	f.clusters++
	f.setFloor()
}

// merged counts one cluster less.
func (f *frequency) merged() {
	if f.clusters > 0 {
		f.clusters--
	}
	f.setFloor()
}

func (f *frequency) cells(h uint64) (a, b *uint16) {
	mask := uint64(len(f.rows[0]) - 1)
	h *= 0x9e3779b97f4a7c15
	return &f.rows[0][h&mask], &f.rows[1][(h>>32)&mask]
}

func (f *frequency) add(h uint64) {
	f.version++
	a, b := f.cells(h)
	if *a < math.MaxUint16 {
		*a++
	}
	if *b < math.MaxUint16 {
		*b++
	}
	if f.added++; f.added >= f.limit {
		f.halve()
	}
}

// remove takes one count back, where two clusters turned out to be one.
func (f *frequency) remove(h uint64) {
	f.version++
	a, b := f.cells(h)
	if *a > 0 && *b > 0 {
		*a--
		*b--
		f.added--
	}
}

func (f *frequency) halve() {
	for _, row := range f.rows {
		for i := range row {
			row[i] /= 2
		}
	}
	f.added /= 2
	f.clusters /= 2
	f.setFloor()
}

// count is the number of clusters that have h, or somewhat more.
func (f *frequency) count(h uint64) uint16 {
	a, b := f.cells(h)
	return min(*a, *b)
}

// idf is 1 for a value that one cluster has and falls to 0 for one that all have,
// with the square of the logarithm: what eight of a thousand clusters share, a
// kit's footer for instance, weighs half.
func (f *frequency) idf(h uint64) float32 {
	return f.inverse(f.count(h))
}

// inverse is the idf of what n clusters have.
func (f *frequency) inverse(n uint16) float32 {
	if n <= 1 {
		return 1
	}
	inverse := max(0, 1-f.logs[n]/f.floor)
	return inverse * inverse
}

// fullWeight is the weight of a member of a sketch that one cluster has.
const fullWeight = 255

// weigh gives the idf of each hash of a sample as a fraction of fullWeight, in dst.
func (f *frequency) weigh(space uint64, hashes []uint32, dst []uint8) {
	var counts [TextSketchSize]uint16
	f.counts(space, hashes, counts[:])
	for i := range hashes {
		dst[i] = uint8(fullWeight * f.inverse(counts[i]))
	}
}

// counts reads the counts of a sample's members, all before any is used, so that the
// processor waits for many cache lines at a time.
func (f *frequency) counts(space uint64, hashes []uint32, dst []uint16) {
	for i, h := range hashes {
		a, b := f.cells(space | uint64(h))
		dst[i] = min(*a, *b)
	}
}

// rarity levels: how many of the clusters have a value, from everybody's (1) to
// nearly nobody's (5).
var rarityBounds = [...]float32{0.05, 0.02, 0.008, 0.003}

// rarity gives the level of a value that one cluster is known to have: 1 to 5.
func (f *frequency) rarity(h uint64) int8 {
	share := float32(f.count(h)) / float32(f.clusters+prior)
	level := int8(1)
	for _, b := range rarityBounds {
		if share < b {
			level++
		}
	}
	return level
}

// logarithms of all counts there can be.
var logarithms = sync.OnceValue(func() *[1 << 16]float32 {
	var t [1 << 16]float32
	for i := 1; i < len(t); i++ {
		t[i] = float32(math.Log(float64(i)))
	}
	return &t
})
