package extract

import (
	"math/bits"
	"slices"

	"github.com/zeebo/xxh3"

	"shoal/cluster"
)

// span is a word's place in a buffer.
type span struct{ from, to int32 }

// wordList holds normalised words, one space apart, so that a shingle is a
// piece of the buffer.
type wordList struct {
	buf   []byte
	spans []span
	sampler
	cut bool
}

// sampler is room for building samples.
type sampler struct{ hashes, sorted []uint32 }

func (l *wordList) reset() {
	l.buf, l.spans, l.cut = l.buf[:0], l.spans[:0], false
}

// begin starts a word; what is appended to buf until end belongs to it.
func (l *wordList) begin() int {
	if len(l.buf) > 0 {
		l.buf = append(l.buf, ' ')
	}
	return len(l.buf)
}

func (l *wordList) end(from int) {
	if len(l.buf) == from || len(l.spans) >= maxWords {
		l.cut = l.cut || len(l.buf) > from
		l.buf = l.buf[:max(0, from-1)]
		return
	}
	l.spans = append(l.spans, span{int32(from), int32(len(l.buf))})
}

func (l *wordList) add(word string) {
	from := l.begin()
	l.buf = append(l.buf, word...)
	l.end(from)
}

func (l *wordList) word(i int) []byte { return l.buf[l.spans[i].from:l.spans[i].to] }

// mask adds a class token, once where several follow each other.
func (l *wordList) mask(token string) {
	if n := len(l.spans); n > 0 && string(l.word(n-1)) == token {
		return
	}
	l.add(token)
}

// shingles samples the runs of n words; a text of fewer words is one shingle.
func (l *wordList) shingles(n, k int) cluster.Sketch {
	l.hashes = l.hashes[:0]
	if len(l.spans) > 0 && len(l.spans) < n {
		l.hashes = append(l.hashes, hash32(l.buf))
	}
	for i := 0; i+n <= len(l.spans); i++ {
		l.hashes = append(l.hashes, hash32(l.buf[l.spans[i].from:l.spans[i+n-1].to]))
	}
	return l.bottom(k)
}

// words samples the distinct words, class tokens left out.
func (l *wordList) words(k int) cluster.Sketch {
	l.hashes = l.hashes[:0]
	for i := range l.spans {
		if w := l.word(i); w[0] != '#' {
			l.hashes = append(l.hashes, hash32(w))
		}
	}
	return l.bottom(k)
}

func hash32(b []byte) uint32 { return uint32(xxh3.Hash(b) >> 32) }

// bottom samples the k smallest of the distinct hashes.
func (s *sampler) bottom(k int) cluster.Sketch {
	hashes := slices.Compact(s.sort())
	if len(hashes) == 0 {
		return cluster.Sketch{}
	}
	return cluster.Sketch{Total: len(hashes), Hashes: slices.Clone(hashes[:min(k, len(hashes))])}
}

// sort gives the hashes in order. Hashes are spread evenly, so their first bits
// all but sort them: a pass puts each into a bucket of about four. Buckets that
// somebody made full are no worse than without.
func (s *sampler) sort() []uint32 {
	n := len(s.hashes)
	if n < 64 {
		slices.Sort(s.hashes)
		return s.hashes
	}
	const most = 10
	shift := 32 - min(bits.Len(uint(n))-3, most)
	var ends [1<<most + 1]int32
	starts := ends[:1<<(32-shift)+1]
	for _, h := range s.hashes {
		starts[h>>shift+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	s.sorted = slices.Grow(s.sorted[:0], n)[:n]
	for _, h := range s.hashes {
		at := &starts[h>>shift] // moves to where the next bucket begins
		s.sorted[*at] = h
		*at++
	}
	from := int32(0)
	for _, to := range starts[:len(starts)-1] {
		slices.Sort(s.sorted[from:to])
		from = to
	}
	return s.sorted
}

// tagShingles samples the runs of four tags.
func (s *sampler) tagShingles(tags []uint32) cluster.Sketch {
	s.hashes = s.hashes[:0]
	for i := 0; i+4 <= len(tags); i++ {
		h := uint64(tags[i])
		for _, t := range tags[i+1 : i+4] {
			h = (h ^ uint64(t)) * 0x9E3779B97F4A7C15
			h ^= h >> 29
		}
		s.hashes = append(s.hashes, uint32(h>>32))
	}
	return s.bottom(cluster.TagSketchSize)
}
