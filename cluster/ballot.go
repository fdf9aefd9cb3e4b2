package cluster

import (
	"math"
	"slices"
)

// candidate is an exemplar, or a group in the attic, worth comparing.
type candidate struct {
	slot uint32
	vote float32
}

// ballot adds up the votes that the keys of a report give slots.
type ballot struct {
	found  []candidate
	places [1 << ballotBits]uint16 // of slots in found, and one
	taken  []uint16                // places that are not 0
	order  []uint64
}

// ballotBits leave more than twice the room for the slots under all keys of a report:
// a few hundred keys, each with a bucket.
const ballotBits = 13

// clear makes ready for the next report.
func (b *ballot) clear() {
	for _, at := range b.taken {
		b.places[at] = 0
	}
	b.found, b.taken = b.found[:0], b.taken[:0]
}

// vote gives a slot some weight, 0 or more. Where there are too many slots new ones
// get none.
func (b *ballot) vote(slot uint32, weight float32) {
	at := slot * 0x9e3779b1 >> (32 - ballotBits)
	for b.places[at] != 0 {
		if c := &b.found[b.places[at]-1]; c.slot == slot {
			c.vote += weight
			return
		}
		at = (at + 1) % (1 << ballotBits)
	}
	if len(b.found) == 1<<(ballotBits-1) {
		return
	}
	b.found = append(b.found, candidate{slot, weight})
	b.taken = append(b.taken, uint16(at))
	b.places[at] = uint16(len(b.found))
}

// count gives the slots, those with most votes first, of equal ones the lowest. They
// are valid until the next clear.
func (b *ballot) count() []candidate {
	b.order = b.order[:0]
	for _, c := range b.found {
		// votes are not negative: their bits are in their order
		b.order = append(b.order, uint64(^math.Float32bits(c.vote))<<32|uint64(c.slot))
	}
	slices.Sort(b.order)
	for i, o := range b.order {
		b.found[i] = candidate{uint32(o), math.Float32frombits(^uint32(o >> 32))}
	}
	return b.found
}
