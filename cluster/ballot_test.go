package cluster

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBallotCounts: it counts as a map and a sort do, also when it is used again, and
// when more slots get votes than there is room for.
func TestBallotCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var b ballot
	for _, votes := range []int{0, 1, 50, 3000, 10, 50_000, 200} {
		b.clear()
		want := map[uint32]float32{}
		for range votes {
			slot, w := uint32(r.IntN(2*votes)), float32(r.IntN(4))/4
			b.vote(slot, w)
			if _, ok := want[slot]; ok || len(want) < 1<<(ballotBits-1) {
				want[slot] += w
			}
		}
		var sorted []candidate
		for slot, vote := range want {
			sorted = append(sorted, candidate{slot, vote})
		}
		slices.SortFunc(sorted, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(b.vote, a.vote), cmp.Compare(a.slot, b.slot))
		})
		if got := b.count(); !slices.Equal(got, sorted) {
			t.Fatalf("of %d votes: %v, want %v", votes, got, sorted)
		}
	}
}

// TestAppendRarest: the rarest come first, of equal ones the smallest.
func TestAppendRarest(t *testing.T) {
	freq := newFrequency(16)
	r := rand.New(rand.NewPCG(1, 2))
	var hashes []uint32
	for h := range uint32(TextSketchSize) {
		hashes = append(hashes, h*7)
		for range r.IntN(12) {
			freq.add(spaceWord | uint64(h*7))
		}
	}
	for range 100 {
		freq.opened()
	}
	p := newProfile(&Features{Words: Sketch{Total: len(hashes), Hashes: hashes}})
	p.weigh(freq)
	var all []indexKey
	for i, w := range p.weightsOf(sampleWords) {
		all = append(all, indexKey{spaceWord | uint64(hashes[i]), float32(w) / fullWeight})
	}
	slices.SortStableFunc(all, func(a, b indexKey) int { return cmp.Compare(b.vote, a.vote) })
	for _, n := range []int{1, 12, TextSketchSize, 200} {
		before := []indexKey{{key: 1, vote: 9}}
		if got := p.appendRarest(before, sampleWords, n, 1)[1:]; !slices.Equal(got, all[:min(n, len(all))]) {
			t.Errorf("%d rarest: %v, want %v", n, got, all[:min(n, len(all))])
		}
	}
}
