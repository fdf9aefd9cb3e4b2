package cluster

import (
	"cmp"
	"slices"
)

// Turn is a change of an [Explanation] that would turn whether the two agree.
type Turn struct {
	Changes []Change
	// Score and Content would be those of the comparison.
	Score, Content float64
}

// Change is one field that compares otherwise.
type Change struct {
	Field string
	Key   Key
	// Exact: values agree or do not, and From and To say how rare the common one
	// is; else they say how far both agree.
	Exact bool
	// From and To are 0 to 1; From is -1 where a side has nothing to compare.
	From, To float64
	// Weight is what it changes, in nats.
	Weight float64
}

// Bounds of the search for turns.
const (
	maxTurns   = 3
	maxChanges = 6 // of several fields, in one turn
)

// shift is one field brought to another level.
type shift struct {
	field    field
	from, to int8
}

// search looks for the smallest changes of a comparison that would turn it.
type search struct {
	e  *Engine
	lv levels
	// up: they do not agree, and what would make them is wanted.
	up bool
	// mute fields say nothing between these two, whatever they have.
	mute [numFields]bool
	// invent: what neither or only one has may agree as well.
	invent bool
}

// turns prefers changes of what there is to such of what there is not, and those
// of one field to those of several.
func (s search) turns() []Turn {
	for _, s.invent = range []bool{false, true} {
		if t := s.ofOne(); len(t) > 0 {
			return t
		}
		if t := s.ofMany(); len(t) > 0 {
			return t
		}
	}
	return nil
}

func (s search) turned(lv *levels) bool { return s.e.agrees(s.e.weights.score(lv)) == s.up }

func (s search) ofOne() []Turn {
	var singles []shift
	for _, h := range s.shifts(&s.lv) {
		if n := len(singles); n > 0 && singles[n-1].field == h.field {
			continue // a smaller change of the field is enough
		}
		if s.turned(h.apply(&s.lv)) {
			singles = append(singles, h)
		}
	}
	slices.SortStableFunc(singles, func(a, b shift) int { return cmp.Compare(a.size(), b.size()) })
	var out []Turn
	for _, h := range singles[:min(len(singles), maxTurns)] {
		out = append(out, s.turn(h))
	}
	return out
}

// ofMany changes field after field, each time the one that brings most, and of the
// last no more than is enough.
func (s search) ofMany() []Turn {
	now := s.lv
	var all []shift
	for range maxChanges {
		var best *shift
		least := s.missing(&now)
		for _, h := range s.shifts(&now) {
			if slices.ContainsFunc(all, func(t shift) bool { return t.field == h.field }) {
				continue
			}
			if m := s.missing(h.apply(&now)); m < least {
				best, least = &h, m
			}
		}
		if best == nil {
			return nil
		}
		all, now = append(all, *best), *best.apply(&now)
		if s.turned(&now) {
			return []Turn{s.turn(all...)}
		}
	}
	return nil
}

// missing is how many nats are missing until a comparison turns, -1 if it has.
func (s search) missing(lv *levels) float64 {
	if s.turned(lv) {
		return -1
	}
	r := s.e.weights.score(lv)
	score, content := r.total-s.e.cfg.Join, r.content-s.e.cfg.Content
	if s.up {
		return max(0, -score) + max(0, -content)
	}
	return min(score, content)
}

// shifts gives every field that can be brought to other levels, up or down, with
// all of these, nearest first. What is circumstance is left alone.
func (s search) shifts(lv *levels) []shift {
	var out []shift
	for f := range fieldListText {
		l := lv[f]
		switch {
		case l == absent && (!s.up || !s.invent || s.mute[f] || f == fieldCore || !first(f, lv)):
		case s.up:
			for to := max(l, 0) + 1; to <= f.top(); to++ {
				out = append(out, shift{f, l, to})
			}
		default:
			for to := l - 1; to >= 0; to-- {
				out = append(out, shift{f, l, to})
			}
		}
	}
	return out
}

// apply gives the levels after a shift. Those of circumstances repeat that of the
// text, wherever there are any.
func (h shift) apply(lv *levels) *levels {
	out := *lv
	out[h.field] = h.to
	if h.field == fieldText || h.field == fieldShortText {
		for f := fieldListText; f < numFields; f++ {
			if out[f] != absent {
				out[f] = h.to
			}
		}
	}
	return &out
}

// size is how large a shift is: the share of its levels that it passes. To have
// something where there is nothing passes one more.
func (h shift) size() float64 {
	d := h.to - h.from
	return h.field.share(max(d, -d))
}

// turn says what the comparison would be after shifts.
func (s search) turn(shifts ...shift) Turn {
	now := &s.lv
	before := s.e.weights.score(now)
	var t Turn
	for _, h := range shifts {
		now = h.apply(now)
		after := s.e.weights.score(now)
		c := Change{
			Field: h.field.String(), Key: h.field.key(), Exact: h.field.exact(),
			From: -1, To: h.field.share(h.to), Weight: after.total - before.total,
		}
		if h.from != absent {
			c.From = h.field.share(h.from)
		}
		t.Changes, before = append(t.Changes, c), after
	}
	t.Score, t.Content = before.total, before.content
	return t
}
