package cluster

import (
	"slices"

	"shoal/cluster/fuzzyhash"
)

// profile is a report in the form that comparisons want: parsed, sorted, without
// texts for people. An exemplar is a profile that the engine keeps.
type profile struct {
	report  ReportID
	text    Sketch
	words   Sketch
	tags    Sketch
	subject []uint32 // ascending, distinct
	body    fuzzyhash.Digest
	html    fuzzyhash.Digest
	files   []fileProfile
	values  []uint64 // packed, ascending: see pack
	weights weights
}

// weights are the weights of the members of a profile's samples, as the frequency
// table gave them when it had seen a number of clusters. Looking one up costs a
// cache miss, so an exemplar keeps them until the table has grown by an eighth.
type weights struct {
	text, words, tags, subject []uint8
	clusters                   uint32
}

// weigh brings the weights of a profile up to date.
func (p *profile) weigh(f *frequency) {
	at := p.weights.clusters
	if at > 0 && f.clusters+1 >= at && f.clusters+1 <= at+at/8 {
		return
	}
	w := &p.weights
	w.clusters = f.clusters + 1
	w.text = f.weigh(spaceText, p.text.Hashes, w.text)
	w.words = f.weigh(spaceWord, p.words.Hashes, w.words)
	w.tags = f.weigh(spaceTag, p.tags.Hashes, w.tags)
	w.subject = f.weigh(spaceSubject, p.subject, w.subject)
}

type fileProfile struct {
	kind   FileKind
	inline bool
	hash   uint64
	look   uint64
	digest fuzzyhash.Digest
	text   Sketch
}

// A packed value holds its key in the upper 6 bits and the upper 58 bits of its
// hash below, so that one sorted slice serves all keys.
const keyShift = 58

func pack(k Key, h uint64) uint64 { return uint64(k&63)<<keyShift | h>>6 }

func unpackKey(v uint64) Key { return Key(v >> keyShift) }

func newProfile(f *Features) *profile {
	p := &profile{
		report: f.Report, text: f.Text, words: f.Words, tags: f.Tags,
		subject: slices.Compact(slices.Sorted(slices.Values(f.Subject))),
		body:    parseDigest(f.BodyDigest), html: parseDigest(f.HTMLDigest),
	}
	for i := range f.Files {
		a := &f.Files[i]
		p.files = append(p.files, fileProfile{
			kind: a.Kind, inline: a.Inline, hash: a.Hash, look: a.Look,
			digest: parseDigest(a.Digest), text: a.Text,
		})
	}
	for _, v := range f.Values {
		p.values = append(p.values, pack(v.Key, v.Hash))
	}
	slices.Sort(p.values)
	p.values = slices.Compact(p.values)
	return p
}

// parseDigest reads a digest; one that cannot be read is as good as none.
func parseDigest(s string) fuzzyhash.Digest {
	if s == "" {
		return fuzzyhash.Digest{}
	}
	d, err := fuzzyhash.Parse(s)
	if err != nil {
		return fuzzyhash.Digest{}
	}
	return d
}

// Names of hash spaces in the frequency table, so that a word and a shingle with
// the same 32 bits are two things.
const (
	spaceText    uint64 = 1 << 32
	spaceWord    uint64 = 2 << 32
	spaceTag     uint64 = 3 << 32
	spaceSubject uint64 = 4 << 32
)

// terms yields every hash under which the frequency table counts the profile.
func (p *profile) terms(yield func(uint64)) {
	for _, s := range []struct {
		space  uint64
		hashes []uint32
	}{{spaceText, p.text.Hashes}, {spaceWord, p.words.Hashes}, {spaceTag, p.tags.Hashes}, {spaceSubject, p.subject}} {
		for _, h := range s.hashes {
			yield(s.space | uint64(h))
		}
	}
	for i := range p.files {
		yield(fileTerm(p.files[i].hash))
		if look := p.files[i].look; look != 0 {
			yield(lookTerm(look))
		}
	}
	for _, v := range p.values {
		yield(v)
	}
}

func fileTerm(h uint64) uint64 { return pack(KeyFileHash, h) }

func lookTerm(look uint64) uint64 { return pack(KeyLook, mix(look)) }
