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
		return max(
			score(a.first(), b.first(), a.level),
			score(a.second(), b.second(), a.level+1))
	case -1:
		return score(b.first(), a.second(), b.level)
	case 1:
		return score(a.first(), b.second(), a.level)
	}
	return 0
}

// score compares two signatures of one block size.
func score(x, y []uint8, level uint8) int {
	if len(x) < len(y) {
		x, y = y, x // the shorter is walked, one dependent step a character
	}
	if len(y) < window {
		return 0
	}
	var at positions
	at.of(x)
	return at.score(len(x), y, level)
}

// Probe is a digest made ready to be compared with many. It is the faster way
// to do what [Compare] does, at 1 KiB a probe. The zero value is a probe for no digest.
type Probe struct {
	digest        Digest
	first, second positions
}

// Set makes p a probe for d.
func (p *Probe) Set(d *Digest) {
	*p = Probe{digest: *d}
	p.first.of(d.first())
	p.second.of(d.second())
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
	n1, n2 := int(own.n1), int(own.n2)
	switch int(own.level) - int(d.level) {
	case 0:
		if *own == *d {
			return 100
		}
		return max(
			p.first.score(n1, d.first(), d.level),
			p.second.score(n2, d.second(), d.level+1))
	case -1:
		return p.second.score(n2, d.first(), d.level)
	case 1:
		return p.first.score(n1, d.second(), own.level)
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
		u := v & at[c&63]
		v = (v + u) | (v - u)
	}
	return bits.OnesCount64(^v)
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
