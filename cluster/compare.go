package cluster

import (
	"math/bits"

	"shoal/cluster/fuzzyhash"
)

// Texts with fewer shingles than shortText are compared on a scale of their own;
// those with fewer than leastText are not compared.
const (
	shortText = 10
	leastText = 2
	leastTags = 5
)

// compare measures how far two profiles agree, field by field.
func compare(a *probe, b *profile, freq *frequency) (lv levels) {
	a.weigh(freq)
	b.weigh(freq)
	for i := range lv {
		lv[i] = absent
	}
	text := compareText(a, b, &lv)
	compareMarkup(a, b, &lv)
	compareSubject(a.profile, b, &lv)
	compareFiles(a.profile, b, freq, &lv)
	compareValueFields(a, b, freq, &lv)
	compareContext(a.profile, b, text, &lv)
	compareBreadth(&lv)
	return lv
}

// shorter is the number of members that the smaller of two sampled sets has.
func shorter(a, b *profile, s sample) uint32 { return min(a.total[s], b.total[s]) }

// compareText fills the fields of the visible text and returns the level of its
// resemblance, or absent.
func compareText(a *probe, b *profile, lv *levels) int8 {
	text := compareResemblance(a, b, lv)
	if shorter(a.profile, b, sampleWords) >= leastText {
		o := a.overlap(b, sampleWords, WordSketchSize)
		lv[fieldWords] = level(o.resemblance(), textBounds)
		lv[fieldRareWords] = level(float32(o.rare), countBounds)
	}
	lv[fieldBody] = digestLevel(&a.text, b.body())
	return text
}

func compareResemblance(a *probe, b *profile, lv *levels) int8 {
	n := shorter(a.profile, b, sampleText)
	if n < leastText {
		return absent
	}
	o := a.overlap(b, sampleText, TextSketchSize)
	text := level(o.resemblance(), textBounds)
	if n < shortText {
		lv[fieldShortText] = text
	} else {
		lv[fieldText] = text
		lv[fieldContainment] = level(o.containment(), containmentBounds)
	}
	return text
}

func digestLevel(a *fuzzyhash.Probe, b fuzzyhash.Digest) int8 {
	if a.IsZero() || b.IsZero() {
		return absent
	}
	return level(float32(a.Compare(&b)), digestBounds)
}

func compareMarkup(a *probe, b *profile, lv *levels) {
	if shorter(a.profile, b, sampleTags) >= leastTags {
		o := a.overlap(b, sampleTags, TagSketchSize)
		lv[fieldTags] = level(o.resemblance(), textBounds)
	}
	lv[fieldHTML] = digestLevel(&a.html, b.skeleton())
}

func compareSubject(a, b *profile, lv *levels) {
	x, y := a.sketch(sampleSubject), b.sketch(sampleSubject)
	if x.Total == 0 || y.Total == 0 {
		return
	}
	o := measure(x, y, a.weightsOf(sampleSubject), b.weightsOf(sampleSubject), MaxSubject)
	lv[fieldSubject] = level(o.resemblance(), subjectBounds)
}

// compareFiles takes, for each field, the best pair of attachments.
func compareFiles(a, b *profile, freq *frequency, lv *levels) {
	for i := range a.files {
		for j := range b.files {
			compareFile(&a.files[i], &b.files[j], freq, lv)
		}
	}
	if shorter(a, b, sampleText) < shortText {
		lv[fieldLookAlone], lv[fieldLook] = lv[fieldLook], absent
	}
}

func compareFile(x, y *fileProfile, freq *frequency, lv *levels) {
	raise := func(f field, l int8) { lv[f] = max(lv[f], l) }
	if x.hash == y.hash {
		raise(fieldFile, freq.rarity(fileTerm(x.hash)))
	} else {
		raise(fieldFile, 0)
	}
	if x.kind == y.kind && !x.digest.IsZero() && !y.digest.IsZero() && x.kind != FileImage {
		raise(fieldFileDigest, level(float32(fuzzyhash.Compare(&x.digest, &y.digest)), digestBounds))
	}
	if min(x.text.Total, y.text.Total) >= leastText {
		var wx, wy [FileSketchSize]uint8
		freq.weigh(spaceText, x.text.Hashes, wx[:])
		freq.weigh(spaceText, y.text.Hashes, wy[:])
		o := measure(x.text, y.text, wx[:], wy[:], FileSketchSize)
		raise(fieldFileText, level(o.resemblance(), textBounds))
	}
	if x.look != 0 && y.look != 0 {
		raise(fieldLook, compareLooks(x.look, y.look, freq))
	}
}

// compareLooks grades two images. Pictures that many clusters show, logos above
// all, agree at the lowest level whatever they look like.
func compareLooks(x, y uint64, freq *frequency) int8 {
	l := level(float32(64-bits.OnesCount64(x^y)), lookBounds)
	if freq.rarity(lookTerm(x)) < 4 {
		return min(l, 1)
	}
	return l
}

// keyFields maps a key to its field, for keys of values.
var keyFields = func() (t [64]field) {
	for i := range t {
		t[i] = numFields
	}
	for i, k := range valueKeys {
		t[k] = fieldValues + field(i)
	}
	return t
}()

// compareValueFields looks b's values up among a's.
func compareValueFields(a *probe, b *profile, freq *frequency, lv *levels) {
	var tokens float32
	for _, v := range b.values {
		i := a.valueAt(v)
		if i < 0 {
			continue
		}
		if k := unpackKey(v); k == KeyToken {
			tokens += freq.idf(v)
		} else if f := keyFields[k&63]; f < numFields {
			lv[f] = max(lv[f], a.rarity(i, freq))
		}
	}
	if a.keys&b.keys&(1<<KeyToken) != 0 {
		lv[fieldTokens] = level(tokens, tokenBounds)
	}
	disagree(a.profile, b, lv)
}

// disagree sets level 0 where both sides have values of a key and share none.
func disagree(a, b *profile, lv *levels) {
	both := a.keys & b.keys
	for _, k := range valueKeys {
		if f := keyFields[k]; lv[f] == absent && both&(1<<k) != 0 {
			lv[f] = 0
		}
	}
}

// senderFields are what two mails of one sender share whatever they say: where
// they come from one, these say nothing more.
var senderFields = []field{
	fieldTags, fieldHTML, keyFields[KeyURL], keyFields[KeyURLPath], keyFields[KeyHost], keyFields[KeyDomain],
	keyFields[KeyPhone], keyFields[KeyContact], keyFields[KeySenderDomain], keyFields[KeySenderLocal],
	keyFields[KeySenderName], keyFields[KeyReplyTo], keyFields[KeyMessageID], keyFields[KeyBoundary],
	keyFields[KeyHeader], keyFields[KeyMailer], keyFields[KeySourceIP], keyFields[KeyNetwork], keyFields[KeyHELO],
	keyFields[KeyReturnPath], keyFields[KeyDKIM], keyFields[KeyMIMEShape], keyFields[KeyRemoteImage],
	keyFields[KeySenderWord], keyFields[KeyUnseen],
}

// compareContext repeats the level of the text where something makes resemblance
// of everything else likely even between strangers.
func compareContext(a, b *profile, text int8, lv *levels) {
	of := func(k Key) int8 { return lv[keyFields[k]] }
	if of(KeyList) > 0 {
		lv[fieldListText] = text
	}
	if of(KeySenderAddress) > 0 {
		lv[fieldSenderText] = text
	}
	if of(KeyList) > 0 || of(KeySenderAddress) > 0 {
		for _, f := range senderFields {
			lv[f] = absent
		}
		if text != absent { // what hangs on a text says nothing beside it
			lv[fieldFileDigest], lv[fieldFileText] = absent, absent
		}
	}
	if lv[fieldLook] == 0 {
		lv[fieldLookText] = text
	}
}

// kinds groups the fields of content by what they independently speak of: what is
// said, called, led to, told of, laid out, carried. Each has the level from which
// one of its fields agrees.
var kinds = [...][]agreement{
	{{fieldText, 4}, {fieldShortText, 4}, {fieldWords, 4}, {fieldBody, 3}},
	{{fieldSubject, 4}, {keyFields[KeySubjectShape], 3}},
	{{keyFields[KeyURLPath], 4}, {keyFields[KeyHost], 4}, {keyFields[KeyDomain], 4}, {keyFields[KeyRemoteImage], 4}},
	{{fieldTokens, 2}, {keyFields[KeyPhone], 4}, {keyFields[KeyWallet], 4}, {keyFields[KeyContact], 4}, {keyFields[KeyMacro], 4}},
	{{fieldTags, 6}, {fieldHTML, 4}, {keyFields[KeyUnseen], 4}},
	{{fieldFile, 4}, {fieldFileDigest, 3}, {fieldFileText, 4}, {fieldLook, 2}, {fieldLookAlone, 2}},
}

// agreement is a level of a field that is no accident.
type agreement struct {
	field field
	level int8
}

// compareBreadth counts the kinds of content that agree: several that agree
// somewhat say more than one that agrees well.
func compareBreadth(lv *levels) {
	for _, kind := range kinds {
		for _, a := range kind {
			if lv[a.field] != absent {
				lv[fieldBreadth] = max(lv[fieldBreadth], 0)
			}
			if lv[a.field] >= a.level {
				lv[fieldBreadth]++
				break
			}
		}
	}
}
