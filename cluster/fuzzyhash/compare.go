package fuzzyhash

import "math/bits"

// positions says, for each character, where a signature has it: bit i for
// place i.
type positions [64]uint64

// of fills at with the places of s.
func (at *positions) of(s []uint8) {
	for i, c := range s {
		at[c&63] |= 1 << (i & 63)
	}
}

// Compare scores two digests from 0 (nothing in common) to 100, as
// fuzzy_compare of C ssdeep 2.14 does. It is symmetric and does not allocate.
// Block sizes that differ by more than a factor of two score 0.
func Compare(a, b *Digest) int {
	if a.level == 0 || b.level == 0 {
		return 0
	}
	switch int(a.level) - int(b.level) {
	case 0:
		if *a == *b {
			return 100
		}
		return scoreBoth(a, b)
	case -1:
		return score(b.first(), a.second(), b.level)
	case 1:
		return score(a.first(), b.second(), a.level)
	}
	return 0
}

// score compares two signatures of one block size.
func score(x, y []uint8, level uint8) int {
	x, y = longer(x, y)
	if len(y) < window {
		return 0
	}
	var at positions
	at.of(x)
	return at.score(len(x), y, level)
}

// longer gives the longer of two signatures first: the shorter is walked, one
// dependent step a character.
func longer(x, y []uint8) (long, short []uint8) {
	if len(x) < len(y) {
		return y, x
	}
	return x, y
}

// scoreBoth compares both signatures of two digests of one block size.
func scoreBoth(a, b *Digest) int {
	x1, y1 := longer(a.first(), b.first())
	x2, y2 := longer(a.second(), b.second())
	var at prepared
	at.of(x1, x2)
	return at.score(y1, y2, a.level)
}

// Probe is a digest made ready to be compared with many. It is the faster way
// to do what [Compare] does, at 1 KiB a probe. The zero value is a probe for no digest.
type Probe struct {
	digest Digest
	prepared
}

// Set makes p a probe for d.
func (p *Probe) Set(d *Digest) {
	*p = Probe{digest: *d}
	p.of(d.first(), d.second())
}

// IsZero says that p is a probe for no digest.
func (p *Probe) IsZero() bool { return p.digest.IsZero() }

// Compare gives what [Compare] gives for the probe's digest and d. It may be
// called from several goroutines at once.
func (p *Probe) Compare(d *Digest) int {
	own := &p.digest
	if own.level == 0 || d.level == 0 {
		return 0
	}
	switch int(own.level) - int(d.level) {
	case 0:
		if *own == *d {
			return 100
		}
		return p.score(d.first(), d.second(), d.level)
	case -1:
		return p.second.score(p.n2, d.first(), d.level)
	case 1:
		return p.first.score(p.n1, d.second(), own.level)
	}
	return 0
}

// score compares the signature of n characters behind at with y.
func (at *positions) score(n int, y []uint8, level uint8) int {
	if n < window || len(y) < window || !at.share(y) {
		return 0
	}
	return scale(n, len(y), at.common(y), level)
}

// share says whether y has seven characters in a row in common with the
// signature behind at. Windows of y are tried from the last; one that fails at
// a place rules out every window that holds the part tried, so the next one
// ends before that place (Boyer and Moore's skip on a bit-parallel match, as
// in C).
func (at *positions) share(y []uint8) bool {
	for start := len(y) - window; start >= 0; {
		i := start
		ends := at[y[i]&63] // where the part from start to i ends
		for ends != 0 {
			if i == start+window-1 {
				return true
			}
			i++
			ends = ends << 1 & at[y[i]&63]
		}
		start = i - window
	}
	return false
}

// common is the length of the longest common subsequence of y and the
// signature behind at (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004).
func (at *positions) common(y []uint8) int {
	v := ^uint64(0)
	for _, c := range y {
		v = step(v, at[c&63])
	}
	return bits.OnesCount64(^v)
}

// step takes one character, which a signature has at these places.
func step(v, places uint64) uint64 {
	u := v & places
	return (v + u) | (v - u)
}

// scale turns the length of the common subsequence into C's score: the share
// of insertions and deletions, through two integer divisions, and the cap that
// keeps short signatures of small blocks from scoring high.
func scale(n1, n2, common int, level uint8) int {
	edits := n1 + n2 - 2*common
	score := 100 - 100*(edits*firstSize/(n1+n2))/firstSize
	if level > 4 { // block size 48 and more
		return score
	}
	return min(score, min(n1, n2)<<(level-1))
}
