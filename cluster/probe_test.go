package cluster

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTableMeasuresAsMerge: looking members up gives what merging the samples gives,
// whether they are whole or cut, crowded at one end or not.
func TestTableMeasuresAsMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() (Sketch, []uint8) {
		set := make([]uint32, r.IntN(2*TextSketchSize))
		for i := range set {
			if set[i] = r.Uint32(); r.IntN(2) == 0 {
				set[i] = uint32(r.IntN(300)) // most are shared, and neighbours
			}
		}
		slices.Sort(set)
		set = slices.Compact(set)
		weights := make([]uint8, min(len(set), TextSketchSize))
		for i := range weights {
			weights[i] = uint8(r.Uint32())
		}
		return Sketch{Total: len(set), Hashes: set[:len(weights)]}, weights
	}
	var tab table
	shared := 0
	for range 5000 {
		x, wx := draw()
		y, wy := draw()
		tab.set(x.Hashes)
		tab.weigh(wx)
		got, want := tab.measure(x, y, wx, wy, TextSketchSize), measure(x, y, wx, wy, TextSketchSize)
		if got != want {
			t.Fatalf("measure(%v, %v) by table = %+v, by merging %+v", x, y, got, want)
		}
		if want.shared > 0 {
			shared++
		}
	}
	if shared < 1000 {
		t.Errorf("%d pairs share something, want 1000 at least", shared)
	}
}

// TestTermSetIsASet: what was added, and only that, is marked, and once.
func TestTermSetIsASet(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var s termSet
	for range 20 {
		s.clear()
		want := map[uint64]bool{}
		for range r.IntN(3 * leastTerms) {
			h := r.Uint64() << 40 * uint64(r.IntN(2))
			s.add(h)
			want[h] = false
		}
		for range 3 * leastTerms {
			h := r.Uint64() << 40
			if r.IntN(2) == 0 {
				for h = range want { // any
					break
				}
			}
			done, has := want[h]
			if got := s.mark(h); got != (has && !done) {
				t.Fatalf("mark(%x) = %v; it is in: %v, was marked: %v", h, got, has, done)
			}
			if s.marked(h) != has {
				t.Fatalf("marked(%x) = %v, want %v", h, s.marked(h), has)
			}
			if has {
				want[h] = true
			}
		}
	}
}
