package cluster

import (
	"math"
	"slices"

	"shoal/cluster/fuzzyhash"
)

// profile is a report in the form that comparisons want: parsed, sorted, without
// texts for people. An exemplar is a profile that the engine keeps, a million of
// them: what it has lies in few arrays of exact size, most without pointers, so that
// it takes about 1 kB and the garbage collector passes over it.
type profile struct {
	report ReportID
	// hashes are the members of the samples, one sample behind the other.
	hashes []uint32
	// bytes holds the weights of hashes and, behind them, the digests of the text
	// and of the HTML skeleton.
	bytes []uint8
	// values are packed, ascending: see pack.
	values []uint64
	files  []fileProfile
	total  [numSamples]uint32 // members of the sampled sets
	ends   [numSamples]uint16 // of the samples in hashes
	html   uint16             // where its digest begins in bytes
	// clusters is how many clusters the frequency table had seen when it gave the
	// weights, and one: see weigh.
	clusters uint32
	keys     uint64 // that values are of; every key is below 64
}

// sample is one of the sketches of a profile.
type sample uint8

const (
	sampleText sample = iota
	sampleWords
	sampleTags
	sampleSubject // all of it: ascending, distinct
	numSamples
)

// Names of hash spaces in the frequency table, so that a word and a shingle with
// the same 32 bits are two things.
const (
	spaceText    uint64 = 1 << 32
	spaceWord    uint64 = 2 << 32
	spaceTag     uint64 = 3 << 32
	spaceSubject uint64 = 4 << 32
)

// space is where the frequency table counts the members of a sample.
func (s sample) space() uint64 { return uint64(s+1) << 32 }

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
	p := new(profile)
	p.set(f)
	return p
}

// set makes p the profile of f, in the memory that it has. The texts of files stay
// those of f.
func (p *profile) set(f *Features) {
	*p = profile{report: f.Report, hashes: p.hashes[:0], bytes: p.bytes[:0], values: p.values[:0], files: p.files[:0]}
	p.sample(sampleText, f.Text)
	p.sample(sampleWords, f.Words)
	p.sample(sampleTags, f.Tags)
	p.sample(sampleSubject, Sketch{Hashes: f.Subject})
	subject := p.sketch(sampleSubject).Hashes
	slices.Sort(subject)
	p.cut(len(slices.Compact(subject)))
	p.digests(parseDigest(f.BodyDigest), parseDigest(f.HTMLDigest))
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
	p.note()
}

// sample appends the next sample.
func (p *profile) sample(s sample, of Sketch) {
	p.hashes = append(p.hashes, of.Hashes...)
	p.ends[s] = uint16(len(p.hashes))
	p.total[s] = uint32(min(max(of.Total, 0), math.MaxInt32))
}

// cut leaves n words of the subject, which is the last sample.
func (p *profile) cut(n int) {
	p.hashes = p.hashes[:int(p.ends[sampleTags])+n]
	p.ends[sampleSubject] = uint16(len(p.hashes))
	p.total[sampleSubject] = uint32(n)
}

// digests appends them behind room for the weights.
func (p *profile) digests(body, html fuzzyhash.Digest) {
	p.bytes = body.Pack(append(p.bytes[:0], make([]uint8, len(p.hashes))...))
	p.html = uint16(len(p.bytes))
	p.bytes = html.Pack(p.bytes)
}

// note fills keys.
func (p *profile) note() {
	for _, v := range p.values {
		p.keys |= 1 << (unpackKey(v) & 63)
	}
}

// clone is a copy of p of exact size that shares nothing with it.
func (p *profile) clone() *profile {
	q := *p
	q.hashes, q.bytes, q.values = exact(p.hashes), exact(p.bytes), exact(p.values)
	q.files = exact(p.files)
	for i := range q.files {
		q.files[i].text.Hashes = exact(q.files[i].text.Hashes)
	}
	return &q
}

func exact[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	out := make([]T, len(s))
	copy(out, s)
	return out
}

// start is where a sample begins in hashes, and its weights in bytes.
func (p *profile) start(s sample) int {
	if s == 0 {
		return 0
	}
	return int(p.ends[s-1])
}

func (p *profile) sketch(s sample) Sketch {
	return Sketch{Total: int(p.total[s]), Hashes: p.hashes[p.start(s):p.ends[s]]}
}

// weightsOf are the weights of the members of a sample: see weigh.
func (p *profile) weightsOf(s sample) []uint8 { return p.bytes[p.start(s):p.ends[s]] }

// body and skeleton are the digests of the text and of the HTML.
func (p *profile) body() fuzzyhash.Digest     { return fuzzyhash.Unpack(p.bytes[len(p.hashes):]) }
func (p *profile) skeleton() fuzzyhash.Digest { return fuzzyhash.Unpack(p.bytes[p.html:]) }

// weigh brings the weights of a profile up to date. Looking one up in the frequency
// table costs a cache miss, and a weight is a logarithm, so an exemplar keeps them
// until the table knows half as many clusters again, or half as many. It says whether
// they are others than before.
func (p *profile) weigh(f *frequency) bool {
	if p.clusters > 0 {
		then, now := p.clusters-1+prior, f.clusters+prior
		if then/2 <= now && now <= then+then/2 {
			return false
		}
	}
	p.clusters = f.clusters + 1
	for s := range numSamples {
		f.weigh(s.space(), p.sketch(s).Hashes, p.weightsOf(s))
	}
	return true
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

// terms yields every hash under which the frequency table counts the profile.
func (p *profile) terms(yield func(uint64)) {
	for s := range numSamples {
		for _, h := range p.sketch(s).Hashes {
			yield(s.space() | uint64(h))
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
