package extract

import (
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
	// hashes is room for building samples.
	hashes []uint32
	cut    bool
}

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
	return bottom(l.hashes, k)
}

// words samples the distinct words, class tokens left out.
func (l *wordList) words(k int) cluster.Sketch {
	l.hashes = l.hashes[:0]
	for i := range l.spans {
		if w := l.word(i); w[0] != '#' {
			l.hashes = append(l.hashes, hash32(w))
		}
	}
	return bottom(l.hashes, k)
}

func hash32(b []byte) uint32 { return uint32(xxh3.Hash(b) >> 32) }

// bottom sorts hashes in place and copies the k smallest of the distinct ones.
func bottom(hashes []uint32, k int) cluster.Sketch {
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	if len(hashes) == 0 {
		return cluster.Sketch{}
	}
	return cluster.Sketch{Total: len(hashes), Hashes: slices.Clone(hashes[:min(k, len(hashes))])}
}

// tagShingles samples the runs of four tags.
func tagShingles(tags, room []uint32) (cluster.Sketch, []uint32) {
	room = room[:0]
	for i := 0; i+4 <= len(tags); i++ {
		h := uint64(tags[i])
		for _, t := range tags[i+1 : i+4] {
			h = (h ^ uint64(t)) * 0x9E3779B97F4A7C15
			h ^= h >> 29
		}
		room = append(room, uint32(h>>32))
	}
	return bottom(room, cluster.TagSketchSize), room
}
