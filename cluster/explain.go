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
	var out []Evidence
	for i, l := range lv {
		if l == absent || e.weights.fields[i][l] == 0 {
			continue
		}
		fd := field(i)
		out = append(out, Evidence{
			Key: fd.key(), Matched: near.report, Value: e.display(f, near, fd),
			Score: fd.share(l), Weight: float64(e.weights.fields[i][l]),
		})
	}
	slices.SortStableFunc(out, func(a, b Evidence) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
	return reason{evidence: out, result: e.weights.score(lv)}
}

// display is the text of what agreed: the rarest value of the field's key that
// both have, or the name of an attachment.
func (e *Engine) display(f *Features, near *profile, fd field) string {
	if f == nil {
		return ""
	}
	if text := e.rarest(f, fd.key(), near); text != "" {
		return text
	}
	return fileName(f, fd.key())
}

// rarest is the text of the rarest value of a key that f and near have.
func (e *Engine) rarest(f *Features, k Key, near *profile) string {
	best, text := float32(-1), ""
	for _, v := range f.Values {
		h := pack(v.Key, v.Hash)
		if _, ok := slices.BinarySearch(near.values, h); v.Key != k || !ok {
			continue
		}
		if idf := e.freq.idf(h); idf > best {
			best, text = idf, v.Text
		}
	}
	return text
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
