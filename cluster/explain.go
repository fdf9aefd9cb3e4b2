package cluster

import (
	"cmp"
	"math"
	"slices"
)

// reason is why two profiles belong together.
type reason struct {
	evidence []Evidence
	result
}

// explain says why a report agrees with near, with which it compares as lv says:
// every field that counted, heaviest first, so that the weights and the prior add up
// to the score. f, where there is one, lends the report its texts for people.
func (e *Engine) explain(f *Features, near *profile, lv *levels) reason {
	n := 0
	for i, l := range lv {
		if l != absent && e.weights.fields[i][l] != 0 {
			n++
		}
	}
	out := make([]Evidence, 0, n)
	var shown displays
	if f != nil {
		shown.find(f, near, e.freq)
	}
	for i, l := range lv {
		if l == absent || e.weights.fields[i][l] == 0 {
			continue
		}
		fd := field(i)
		out = append(out, Evidence{
			Key: fd.key(), Matched: near.report, Value: shown.text(f, fd.key()),
			Score: fd.share(l), Weight: float64(e.weights.fields[i][l]),
		})
	}
	slices.SortStableFunc(out, func(a, b Evidence) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
	return reason{evidence: out, result: e.weights.score(lv)}
}

// displays are the texts of what a report and an exemplar have in common: for each
// key that of the rarest value.
type displays struct {
	texts [64]string
	idf   [64]float32
	has   uint64
}

func (d *displays) find(f *Features, near *profile, freq *frequency) {
	for i := range f.Values {
		v := &f.Values[i]
		h := pack(v.Key, v.Hash)
		if _, ok := slices.BinarySearch(near.values, h); !ok || v.Key > 63 {
			continue
		}
		if idf := freq.idf(h); d.has&(1<<v.Key) == 0 || idf > d.idf[v.Key] {
			d.idf[v.Key], d.texts[v.Key] = idf, v.Text
		}
		d.has |= 1 << v.Key
	}
}

// text is what agreed in a key, or the name of an attachment that has it.
func (d *displays) text(f *Features, k Key) string {
	if f == nil {
		return ""
	}
	if text := d.texts[k&63]; text != "" {
		return text
	}
	return fileName(f, k)
}

// fileName is the name of the first attachment that has what a key compares, and
// a name.
func fileName(f *Features, k Key) string {
	for i := range f.Files {
		if a := &f.Files[i]; a.Name != "" && a.has(k) {
			return a.Name
		}
	}
	return ""
}

func (a *File) has(k Key) bool {
	switch k {
	case KeyFileHash:
		return true
	case KeyFileDigest:
		return a.Digest != "" && a.Kind != FileImage
	case KeyFileText:
		return a.Text.Total >= leastText
	case KeyLook:
		return a.Look != 0
	}
	return false
}

// share is a level as a share of the best.
func (f field) share(l int8) float64 { return float64(l) / float64(f.top()) }

// top is the best level of a field.
func (f field) top() int8 {
	switch f {
	case fieldText, fieldShortText, fieldWords, fieldTags, fieldFileText, fieldListText, fieldSenderText, fieldLookText:
		return int8(len(textBounds))
	case fieldContainment:
		return int8(len(containmentBounds))
	case fieldRareWords:
		return int8(len(countBounds))
	case fieldBody, fieldHTML, fieldFileDigest:
		return int8(len(digestBounds))
	case fieldSubject:
		return int8(len(subjectBounds))
	case fieldTokens:
		return int8(len(tokenBounds))
	case fieldBreadth:
		return int8(len(breadthBounds))
	case fieldCore:
		return int8(len(coreBounds))
	case fieldLook, fieldLookAlone:
		return int8(len(lookBounds))
	}
	return int8(len(rarityBounds)) + 1
}
