package fuzzyhash

import "slices"

const (
	gramBits  = 6 * window              // a window of characters
	gramMask  = uint64(1)<<gramBits - 1 // its bits in a key
	wholeFlag = uint64(1) << 63         // the key stands for a whole digest
)

// Grams appends to dst the keys of d, ascending and without repeats, at most
// 84 of them: its block sizes with each seven characters in a row of the
// signature at that block size. A digest whose signatures are both shorter
// than that can only score with its equal; it has one key that stands for the
// whole of it.
//
// Two digests that [Compare] scores above zero share a key. The one exception
// is the digest of no bytes, "3::" and its like: it scores 100 with itself and
// has no key, so that empty things do not find each other. The reverse does
// not hold: digests that share a key can score 0.
//
// Keys are stable across processes and versions.
func Grams(d *Digest, dst []uint64) []uint64 {
	own := len(dst)
	EachGram(d, func(gram uint64) { dst = append(dst, gram) })
	slices.Sort(dst[own:])
	return dst[:own+len(slices.Compact(dst[own:]))]
}

// EachGram yields what [Grams] gives, in another order and with repeats.
func EachGram(d *Digest, yield func(gram uint64)) {
	if d.IsZero() {
		return
	}
	if len(d.first()) < window && len(d.second()) < window {
		if d.n1+d.n2 > 0 {
			yield(d.whole())
		}
		return
	}
	eachGram(d.first(), d.level, yield)
	eachGram(d.second(), d.level+1, yield)
}

// eachGram yields a key for every window of s.
func eachGram(s []uint8, level uint8, yield func(gram uint64)) {
	var gram uint64
	for i, c := range s {
		gram = gram<<6&gramMask | uint64(c)
		if i >= window-1 {
			yield(uint64(level)<<gramBits | gram)
		}
	}
}

// whole is a key of level and both signatures: FNV-1a of 64 bits, without its
// top bit. That two short digests meet in it by chance costs one comparison.
func (d *Digest) whole() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for _, part := range [...][]uint8{{d.level, d.n1}, d.first(), d.second()} {
		for _, c := range part {
			h = (h ^ uint64(c)) * prime
		}
	}
	return h | wholeFlag
}
