package cluster

import (
	"cmp"
	"slices"
)

// maxEvidence bounds the evidence that is kept of a join.
const maxEvidence = 12

// explain says why p agrees with near: the fields with the largest weights,
// heaviest first. f, where there is one, lends p its texts for people.
func (e *Engine) explain(f *Features, p, near *profile, core int8) []Evidence {
	lv := compare(p, near, e.freq)
	if core != absent {
		lv[fieldCore] = core
	}
	var out []Evidence
	for i, l := range lv {
		if l == absent {
			continue
		}
		w := e.weights.fields[i][l]
		if w == 0 {
			continue
		}
		fd := field(i)
		out = append(out, Evidence{
			Key: fd.key(), Matched: near.report, Value: e.display(f, p, near, fd),
			Score: float64(l) / float64(fd.top()), Weight: float64(w),
		})
	}
	slices.SortStableFunc(out, func(a, b Evidence) int { return -cmp.Compare(max(a.Weight, -a.Weight), max(b.Weight, -b.Weight)) })
	return out[:min(len(out), maxEvidence)]
}

// display is the text of what agreed: the rarest shared value of the key.
func (e *Engine) display(f *Features, p, near *profile, fd field) string {
	if f == nil {
		return ""
	}
	k := fd.key()
	best, text := float32(-1), ""
	for _, v := range f.Values {
		if v.Key != k {
			continue
		}
		h := pack(v.Key, v.Hash)
		if _, ok := slices.BinarySearch(near.values, h); !ok {
			continue
		}
		if idf := e.freq.idf(h); idf > best {
			best, text = idf, v.Text
		}
	}
	if k == KeyFileHash || k == KeyFileDigest || k == KeyFileText || k == KeyLook {
		for _, a := range f.Files {
			if a.Name != "" {
				return a.Name
			}
		}
	}
	return text
}

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
	case fieldCore:
		return int8(len(coreBounds))
	case fieldLook, fieldLookAlone:
		return int8(len(lookBounds))
	}
	return int8(len(rarityBounds)) + 1
}
