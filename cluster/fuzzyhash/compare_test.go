package fuzzyhash

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// corpus is digests and their texts, the same in every run.
func corpus(tb testing.TB, n int) ([]string, []Digest) {
	texts := digests(rand.New(rand.NewPCG(7, 7)), n)
	parsed := make([]Digest, n)
	for i, s := range texts {
		parsed[i] = mustParse(tb, s)
	}
	return texts, parsed
}

// TestCompare checks, over all pairs of a corpus, the score against a plain
// one, its symmetry, the probe, and that pairs above zero share a key.
func TestCompare(t *testing.T) {
	texts, parsed := corpus(t, 600)
	above := 0
	for i := range texts {
		var p Probe
		p.Set(&parsed[i])
		keys := Grams(&parsed[i], nil)
		for j := range texts {
			got, want := Compare(&parsed[i], &parsed[j]), naiveCompare(texts[i], texts[j])
			if got != want {
				t.Fatalf("Compare(%q, %q) = %d, want %d", texts[i], texts[j], got, want)
			}
			if back := Compare(&parsed[j], &parsed[i]); back != got {
				t.Fatalf("Compare(%q, %q) = %d, the other way round %d", texts[i], texts[j], got, back)
			}
			if probed := p.Compare(&parsed[j]); probed != got {
				t.Fatalf("Probe of %q: Compare(%q) = %d, want %d", texts[i], texts[j], probed, got)
			}
			if got > 0 && !empty(&parsed[i]) {
				above++
				if !meet(keys, Grams(&parsed[j], nil)) {
					t.Fatalf("%q and %q score %d and share no key", texts[i], texts[j], got)
				}
			}
		}
	}
	if above < 3*len(texts) {
		t.Errorf("%d pairs score above zero, too few to prove anything", above)
	}
}

func empty(d *Digest) bool { return d.n1+d.n2 == 0 }

// meet says whether two ascending lists share a member.
func meet(a, b []uint64) bool {
	return slices.ContainsFunc(a, func(key uint64) bool {
		_, ok := slices.BinarySearch(b, key)
		return ok
	})
}

func TestCompareCases(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       int
	}{
		{"no bytes", "3::", "3::", 100},
		{"no bytes at another block size", "3::", "6::", 0},
		{"short and equal", "3:abc:d", "3:abc:d", 100},
		{"short and unequal", "3:abcdef:d", "3:abcdef:e", 0},
		{"seven in common, capped by length", "3:abcdefg:x", "3:abcdefg:y", 7},
		{"the cap doubles with the block size", "6:abcdefg:x", "6:abcdefg:y", 14},
		{"and stands at 24", "24:abcdefg:x", "24:abcdefg:y", 56},
		{"no cap from 48", "48:abcdefg:x", "48:abcdefg:y", 100},
		{"six in common", "48:abcdef1:x", "48:abcdef2:y", 0},
		{"runs do not count", "48:aaaaaaaaab:x", "48:aaaaaaaaac:y", 0},
		{"equal but for the length of a run", "48:aaaaaab:x", "48:aaab:x", 100},
		{"twice the block size", "48:x:abcdefgh", "96:abcdefgh:y", 100},
		{"half the block size", "96:abcdefgh:y", "48:x:abcdefgh", 100},
		{"four times the block size", "48:abcdefgh:abcdefgh", "192:abcdefgh:abcdefgh", 0},
		{"largest block sizes", "1610612736:abcdefgh:abcdefgh", "3221225472:abcdefgh:abcdefgh", 100},
	} {
		a, b := mustParse(t, c.a), mustParse(t, c.b)
		if got := Compare(&a, &b); got != c.want {
			t.Errorf("%s: Compare(%q, %q) = %d, want %d", c.name, c.a, c.b, got, c.want)
		}
	}
}

func TestNoDigest(t *testing.T) {
	var none Digest
	var p Probe
	other := mustParse(t, "3::")
	if !none.IsZero() || other.IsZero() {
		t.Errorf("IsZero of none and of %q = %v, %v, want true, false", &other, none.IsZero(), other.IsZero())
	}
	for _, got := range []int{
		Compare(&none, &none), Compare(&none, &other), Compare(&other, &none),
		p.Compare(&none), p.Compare(&other), len(Grams(&none, nil)), len(Grams(&other, nil)),
	} {
		if got != 0 {
			t.Errorf("a score or a number of keys with no digest = %d, want 0", got)
		}
	}
}

func TestCompareDoesNotAllocate(t *testing.T) {
	a, b := mustParse(t, benchA), mustParse(t, benchNear)
	var p Probe
	keys := make([]uint64, 0, 96)
	if n := testing.AllocsPerRun(100, func() {
		Compare(&a, &b)
		p.Set(&a)
		p.Compare(&b)
		keys = Grams(&a, keys[:0])
	}); n != 0 {
		t.Errorf("comparing allocates %v times, want 0", n)
	}
}
