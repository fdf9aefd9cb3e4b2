package extract

import (
	"bytes"
	"unicode"

	"shoal/cluster"
)

// Kits leave in their HTML what no reader sees: the program's style sheet and
// comments, stolen text to please filters. Of these words, runs of unseenRun are
// sampled, as many as [valueBounds] says.
const (
	maxUnseen      = 64 << 10 // bytes
	unseenRun      = 5
	leastUnseen    = 12 // words
	mostUnseen     = 2000
	leastUnseenLen = 3 // letters of a word
)

// unseen samples the text of the page that cannot be seen.
func (w *work) unseen() {
	l := &w.fileWords
	l.reset()
	for _, text := range [][]byte{w.page.hidden, w.page.unseen} {
		for word := range bytes.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(word) >= leastUnseenLen && len(word) <= maxWord && len(l.spans) < mostUnseen {
				l.add(lowerASCII(string(word)))
			}
		}
	}
	if len(l.spans) < leastUnseen {
		return
	}
	sample := l.shingles(unseenRun, valueBounds[cluster.KeyUnseen])
	for i := 0; i+unseenRun <= len(l.spans); i++ {
		run := l.buf[l.spans[i].from:l.spans[i+unseenRun-1].to]
		if contains32(sample.Hashes, hash32(run)) {
			w.values.add(cluster.KeyUnseen, string(run))
		}
	}
}

func contains32(list []uint32, x uint32) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}
