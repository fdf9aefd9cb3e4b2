package cluster

import (
	"cmp"
	"slices"
)

// Side is one of two reports that [Engine.Explain] compares.
type Side struct {
	Features *Features
	// Campaign that has the report, "" where that is not known: what all of its
	// exemplars have in common counts.
	Campaign CampaignID
}

// Outcome says how two reports compare in a field.
type Outcome uint8

// Outcomes.
const (
	OutcomeAgrees  Outcome = iota // both have it and it agrees
	OutcomeDiffers                // both have it and it does not
	OutcomeOnlyA                  // the second has none
	OutcomeOnlyB                  // the first has none
	// OutcomeMute: both have it, but between these two it says nothing, since
	// one sender or list always sends it, or the two cannot be held against
	// each other.
	OutcomeMute
)

var outcomeNames = [...]string{"agrees", "differs", "only-a", "only-b", "mute"}

// String is the outcome's name, such as "agrees".
func (o Outcome) String() string { return outcomeNames[o] }

// FieldOutcome is how two reports compare in one field.
type FieldOutcome struct {
	// Field is the comparison's name, such as "text-containment"; Key is the
	// kind of feature that it compares.
	Field string
	Key   Key
	// Content: it speaks of what the mail says or carries.
	Content bool
	// Exact: values agree or do not, and Score says how rare the common one is.
	Exact   bool
	Outcome Outcome
	// A and B are what either side has, for people; where a value agrees both are
	// that value. Empty where there is no text for it.
	A, B string
	// Score is how far they agree, 0 to 1, and Weight what that adds, in nats.
	Score, Weight float64
}

// Explanation says why the engine would or would not take two reports for one
// campaign.
type Explanation struct {
	A, B ReportID
	// Fields that either side has, heaviest first.
	Fields []FieldOutcome
	// Prior and the weights of Fields add up to Score; Content is the part of it
	// that fields of content gave. Agrees if Score reaches NeedScore and Content
	// NeedContent.
	Prior, Score, Content  float64
	NeedScore, NeedContent float64
	Agrees                 bool
	// Turns are the smallest changes of which each would turn Agrees: up to
	// three changes of one field, or else one of several. None if nothing would.
	Turns []Turn
}

// Explain compares two reports as [Engine.Step] compares a report with an
// exemplar, by what the engine knows now of how rare values are. It changes
// nothing that a result depends on.
func (e *Engine) Explain(a, b Side) Explanation {
	p, q := newProfile(a.Features), newProfile(b.Features)
	lv := compare(new(probe).of(p), q, e.freq)
	lv[fieldCore] = worse(coreLevel(e.core(a.Campaign), q), coreLevel(e.core(b.Campaign), p))
	return e.explanation(&lv, a.Features, b.Features, p, q)
}

// ExplainComparison explains a comparison that [Engine.Observe] was told of. a
// and b are the features of its report and its exemplar.
func (e *Engine) ExplainComparison(c Comparison, a, b *Features) Explanation {
	var lv levels
	copy(lv[:], c.Levels)
	return e.explanation(&lv, a, b, newProfile(a), newProfile(b))
}

func (e *Engine) core(id CampaignID) []uint64 {
	slot, ok := e.find(id)
	if !ok {
		return nil
	}
	return e.groups[slot].core
}

func (e *Engine) explanation(lv *levels, a, b *Features, p, q *profile) Explanation {
	s := e.weights.score(lv)
	x := Explanation{
		A: a.Report, B: b.Report, Prior: float64(e.weights.bias), Score: s.total, Content: s.content,
		NeedScore: e.cfg.Join, NeedContent: e.cfg.Content, Agrees: e.agrees(s),
	}
	turn := search{e: e, lv: *lv, up: !x.Agrees}
	var shown displays
	shown.find(a, q, e.freq)
	for fd := range numFields {
		if f, ok := e.outcome(fd, lv, p, q); ok {
			f.A, f.B = shown.both(fd.key(), a, b)
			x.Fields = append(x.Fields, f)
			turn.mute[fd] = f.Outcome == OutcomeMute
		}
	}
	slices.SortStableFunc(x.Fields, func(f, g FieldOutcome) int {
		return cmp.Or(cmp.Compare(max(g.Weight, -g.Weight), max(f.Weight, -f.Weight)), cmp.Compare(f.Outcome, g.Outcome))
	})
	x.Turns = turn.turns()
	return x
}

// agrees: the score is high enough, and enough of it comes from content.
func (e *Engine) agrees(s result) bool { return s.total >= e.cfg.Join && s.content >= e.cfg.Content }

// outcome says how p and q compare in a field; ok is false where there is nothing
// to say.
func (e *Engine) outcome(fd field, lv *levels, p, q *profile) (f FieldOutcome, ok bool) {
	f = FieldOutcome{Field: fd.String(), Key: fd.key(), Content: fd.content(), Exact: fd.exact()}
	l := lv[fd]
	if l != absent {
		f.Score, f.Weight = fd.share(l), float64(e.weights.fields[fd][l])
		if l == 0 {
			f.Outcome = OutcomeDiffers
		}
		return f, true
	}
	if fd >= fieldListText || fd == fieldCore || !first(fd, lv) {
		return f, false
	}
	switch a, b := p.has(f.Key), q.has(f.Key); {
	case a && b:
		f.Outcome = OutcomeMute
	case a:
		f.Outcome = OutcomeOnlyA
	case b:
		f.Outcome = OutcomeOnlyB
	default:
		return f, false
	}
	return f, true
}

// first says whether an absent field is the first of its key and none of the
// others says anything either.
func first(fd field, lv *levels) bool {
	for g := range fieldListText {
		if g != fd && g.key() == fd.key() && (g < fd || lv[g] != absent) {
			return false
		}
	}
	return true
}

// exact says whether a field is of values that agree or do not.
func (f field) exact() bool { return f == fieldFile || f >= fieldValues && f < fieldListText }

// has says whether a profile has something of a key to compare.
func (p *profile) has(k Key) bool {
	file := func(is func(*fileProfile) bool) bool {
		return slices.ContainsFunc(p.files, func(f fileProfile) bool { return is(&f) })
	}
	switch k {
	case KeyText:
		return p.total[sampleText] >= leastText
	case KeyWords:
		return p.total[sampleWords] >= leastText
	case KeyBodyDigest:
		d := p.body()
		return !d.IsZero()
	case KeyTags:
		return p.total[sampleTags] >= leastTags
	case KeyHTMLDigest:
		d := p.skeleton()
		return !d.IsZero()
	case KeySubject:
		return p.total[sampleSubject] > 0
	case KeyFileHash:
		return len(p.files) > 0
	case KeyFileDigest:
		return file(func(f *fileProfile) bool { return !f.digest.IsZero() && f.kind != FileImage })
	case KeyFileText:
		return file(func(f *fileProfile) bool { return f.text.Total >= leastText })
	case KeyLook:
		return file(func(f *fileProfile) bool { return f.look != 0 })
	}
	return p.keys&(1<<k) != 0
}

// both gives what either side has of a key, for people: the rarest common value, or
// else the first of each.
func (d *displays) both(k Key, a, b *Features) (string, string) {
	if keyFields[k&63] == numFields && k != KeyToken {
		return fileName(a, k), fileName(b, k)
	}
	if common := d.texts[k&63]; common != "" {
		return common, common
	}
	return valueText(a, k), valueText(b, k)
}

// valueText is the text of the first value of a key.
func valueText(f *Features, k Key) string {
	for _, v := range f.Values {
		if v.Key == k {
			return v.Text
		}
	}
	return ""
}
