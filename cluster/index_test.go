package cluster

import (
	"slices"
	"testing"
)

func found(x *index, key uint64) (slots []uint32) {
	x.find(key, func(s uint32) { slots = append(slots, s) })
	return slots
}

func TestIndexKeepsTheYoungest(t *testing.T) {
	x := newIndex(8)
	for s := range uint32(20) {
		x.add(42, s)
	}
	want := []uint32{16, 17, 18, 19}
	if got := found(x, 42)[max(0, len(found(x, 42))-perKey):]; !slices.Equal(got, want) {
		t.Errorf("after 20 postings the last %d are %v, want %v", perKey, got, want)
	}
}

func TestIndexAddsOnce(t *testing.T) {
	x := newIndex(8)
	x.add(42, 7)
	x.add(42, 7)
	if got := found(x, 42); len(got) != 1 {
		t.Errorf("postings %v, want one", got)
	}
}

// TestCrowdedKeyLeavesOthers: one key that everybody sends does not push another
// out of its bucket.
func TestCrowdedKeyLeavesOthers(t *testing.T) {
	x := newIndex(0) // one bucket for all
	x.add(1, 100)
	x.add(2, 200)
	for s := range uint32(1000) {
		x.add(3, s)
	}
	if a, b := found(x, 1), found(x, 2); len(a) != 1 || len(b) != 1 {
		t.Errorf("keys 1 and 2 have %v and %v after a flood of key 3, want both kept", a, b)
	}
}
