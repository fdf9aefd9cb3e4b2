package federation

import (
	"encoding/binary"
	"slices"

	"shoal/cluster"
)

// Rounds is how many rounds of locals there are: what stands alone in one goes to the
// next, spread by something else.
const Rounds = 3

// Route gives a number by which reports are spread over the partitions of a round, 0
// to Rounds-1: the remainder by their count. Near copies have the same number with
// about the probability that they resemble each other with: the smallest hash of a
// sample is a MinHash of the set (Broder 1997), of shingles, then of words, then of
// the subject's words, which padding leaves alone. So the locals of a round hear of a
// campaign in few places, and most of what parts in one round meets in another.
func Route(f *cluster.Features, round int) uint64 {
	samples := [Rounds][]uint32{f.Text.Hashes, f.Words.Hashes, f.Subject}
	if len(samples[round]) > 0 {
		return mix(uint64(slices.Min(samples[round])) | uint64(round)<<32)
	}
	if len(f.Files) > 0 {
		return routeFile(&f.Files[0], round)
	}
	for _, s := range samples {
		if len(s) > 0 {
			return mix(uint64(slices.Min(s)) | 4<<32)
		}
	}
	return mix(binary.BigEndian.Uint64(f.Report[:]))
}

// routeFile takes a quarter of what a picture looks like, another one in each round:
// pictures made anew differ in a few of 64 bits.
func routeFile(a *cluster.File, round int) uint64 {
	switch {
	case a.Look != 0:
		return mix(a.Look>>(16*round)&0xffff | 5<<32)
	case len(a.Text.Hashes) > 0:
		return mix(uint64(a.Text.Hashes[min(round, len(a.Text.Hashes)-1)]) | 6<<32)
	}
	return mix(a.Hash)
}

// mix is the finaliser of MurmurHash3.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
