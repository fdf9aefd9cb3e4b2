package fuzzyhash

import "slices"

// Index finds the digests that can score above zero with a digest, by the keys
// of [Grams]. With no limit it finds all of them, and what it costs to look one
// up is the postings of 84 keys, not the number of digests. It is not safe for
// concurrent use.
type Index struct {
	limit    int
	postings map[uint64][]uint32
	dropped  int
	keys     []uint64
}

// NewIndex returns an empty index that keeps up to limit digests a key, or any
// number if limit is 0. Use a limit where digests come from strangers: it is
// the bound on what one look-up costs.
func NewIndex(limit int) *Index {
	return &Index{limit: limit, postings: make(map[uint64][]uint32)}
}

// Add puts a digest in under a number of the caller's. A key whose list is full
// keeps those that it has: the new digest can still be found by its other keys.
func (x *Index) Add(id uint32, d *Digest) {
	x.keys = Grams(d, x.keys[:0])
	for _, key := range x.keys {
		list := x.postings[key]
		if x.limit > 0 && len(list) >= x.limit {
			x.dropped++
			continue
		}
		x.postings[key] = append(list, id)
	}
}

// Remove takes out what [Index.Add] put in with the same arguments.
func (x *Index) Remove(id uint32, d *Digest) {
	x.keys = Grams(d, x.keys[:0])
	for _, key := range x.keys {
		list := x.postings[key]
		i := slices.Index(list, id)
		switch {
		case i < 0:
		case len(list) == 1:
			delete(x.postings, key)
		default:
			x.postings[key] = slices.Delete(list, i, i+1)
		}
	}
}

// Candidates appends to dst the numbers of the digests that share a key with
// d, ascending and without repeats.
func (x *Index) Candidates(d *Digest, dst []uint32) []uint32 {
	own := len(dst)
	x.keys = Grams(d, x.keys[:0])
	for _, key := range x.keys {
		dst = append(dst, x.postings[key]...)
	}
	slices.Sort(dst[own:])
	return dst[:own+len(slices.Compact(dst[own:]))]
}

// Dropped counts the postings that a full list did not take.
func (x *Index) Dropped() int { return x.dropped }
