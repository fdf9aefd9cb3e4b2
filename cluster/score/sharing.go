package score

import (
	"cmp"

	"shoal/cluster"
)

// sharing knows which text occurs under several labels.
type sharing struct {
	mails []Mail
	owner map[uint32]int32 // of a shingle: the label that has it, or several
}

// several stands for more than one label.
const several = -1

func newSharing(items []Item, mails []Mail) *sharing {
	s := &sharing{mails: mails, owner: make(map[uint32]int32)}
	label := number(items, func(it *Item) string { return it.Truth }).of
	for i := range mails {
		if mails[i].Features == nil {
			continue
		}
		for _, h := range mails[i].Features.Text.Hashes {
			if owner, ok := s.owner[h]; !ok {
				s.owner[h] = label[i]
			} else if owner != label[i] {
				s.owner[h] = several
			}
		}
	}
	return s
}

// padded says whether most of the text of mail i occurs under other labels too.
func (s *sharing) padded(i int) bool {
	t := s.mails[i].Features.Text
	if t.Total < hardlyText {
		return false
	}
	shared := 0
	for _, h := range t.Hashes {
		if s.owner[h] == several {
			shared++
		}
	}
	return float64(shared) >= paddedFrom*float64(len(t.Hashes))
}

// looks bounds the members of a campaign that are compared with each other.
const looks = 48

// resemblance is the mean over pairs of members, evenly spaced if there are many,
// of the Jaccard coefficient of their texts; 1 where there are no two texts.
func resemblance(members []int, mails []Mail) float64 {
	var texts []cluster.Sketch
	for _, i := range members {
		if t := mails[i].Features.Text; t.Total >= hardlyText {
			texts = append(texts, t)
		}
	}
	step := max(1, float64(len(texts))/looks)
	sum, pairs := 0.0, 0
	for a := 0.0; int(a) < len(texts); a += step {
		for b := a + step; int(b) < len(texts); b += step {
			sum += jaccard(texts[int(a)], texts[int(b)])
			pairs++
		}
	}
	if pairs == 0 {
		return 1
	}
	return sum / float64(pairs)
}

// jaccard estimates the resemblance of two sets from their smallest hashes
// (Broder 1997): of the smallest hashes of the union, the share that both have.
func jaccard(a, b cluster.Sketch) float64 {
	union, both := 0, 0
	size := cluster.TextSketchSize
	for i, j := 0, 0; union < size && (i < len(a.Hashes) || j < len(b.Hashes)); union++ {
		order := 0
		switch {
		case i == len(a.Hashes):
			order = 1
		case j == len(b.Hashes):
			order = -1
		default:
			order = cmp.Compare(a.Hashes[i], b.Hashes[j])
		}
		if order <= 0 {
			i++
		}
		if order >= 0 {
			j++
		}
		if order == 0 {
			both++
		}
	}
	if union == 0 {
		return 0
	}
	return float64(both) / float64(union)
}
