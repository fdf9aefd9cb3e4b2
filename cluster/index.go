package cluster

// bucketSize is the number of postings in a bucket: 8 of 8 bytes fill a cache
// line, so that looking a key up costs one miss.
const bucketSize = 8

// perKey is how many postings one key may hold in its bucket. A key that many
// exemplars have pushes out its own oldest posting, not those of other keys.
const perKey = 4

// posting says that an exemplar has a key. tag 0 marks a free place.
type posting struct {
	tag  uint32 // upper bits of the key
	slot uint32
}

// index finds the exemplars that share a key with a report. It is a
// set-associative table of fixed size: a key's postings live in one bucket and
// the oldest goes when there is no room. Memory and the work for each key are
// therefore constant, whatever is sent; what a crowd of near-copies can do is
// push out postings of their own keys and, in the few buckets these fall into,
// some of others. Postings may point to exemplars that are gone or replaced;
// whoever follows one compares anyway.
type index struct {
	buckets [][bucketSize]posting
	touched uint32 // that reading ahead is not optimised away
}

// newIndex makes a table of 2^bits buckets.
func newIndex(bits int) *index {
	return &index{buckets: make([][bucketSize]posting, 1<<bits)}
}

func (x *index) locate(key uint64) (*[bucketSize]posting, uint32) {
	key *= 0xd6e8feb86659fd93
	key ^= key >> 32
	key *= 0xd6e8feb86659fd93
	return &x.buckets[key&uint64(len(x.buckets)-1)], uint32(key>>32) | 1
}

// add posts slot under key. Postings in a bucket stand from oldest to newest.
func (x *index) add(key uint64, slot uint32) {
	b, tag := x.locate(key)
	victim, same, oldest := -1, 0, -1
	for i := range b {
		switch {
		case b[i].tag == 0:
			b[i] = posting{tag, slot}
			return
		case b[i].tag == tag && b[i].slot == slot:
			return
		case b[i].tag == tag:
			if same++; oldest < 0 {
				oldest = i
			}
		}
	}
	if victim = 0; same >= perKey {
		victim = oldest
	}
	copy(b[victim:], b[victim+1:])
	b[bucketSize-1] = posting{tag, slot}
}

// touch reads a word of each key's bucket, so that the processor fetches many cache
// lines at a time before find walks through them.
func (x *index) touch(keys []indexKey) {
	sum := uint32(0)
	for _, k := range keys {
		b, _ := x.locate(k.key)
		sum += b[0].tag
	}
	x.touched = sum
}

// find yields the slots posted under key, oldest first.
func (x *index) find(key uint64, yield func(slot uint32)) {
	b, tag := x.locate(key)
	for i := range b {
		if b[i].tag == tag {
			yield(b[i].slot)
		}
	}
}
