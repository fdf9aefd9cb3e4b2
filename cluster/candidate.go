package cluster

import "shoal/cluster/fuzzyhash"

// Bounds of the search for candidates. They bound the work for a report,
// however many exemplars there are.
const (
	textKeys      = 12 // smallest shingle hashes
	wordKeys      = 12 // rarest words
	subjectKeys   = 3  // rarest words of the subject
	tagKeys       = 3
	gramKeys      = 4 // digest windows, for skeletons and attachments
	fileKeys      = 4 // attachments
	tokenKeys     = 10
	maxCandidates = 16
	// perCluster keeps one large campaign from taking all places.
	perCluster = 4
)

// indexKey is a key of the index and what finding it is worth as a hint.
type indexKey struct {
	key  uint64
	vote float32
}

// Spaces of index keys that are not values.
const (
	spaceGram uint64 = 6 << 40
	spaceLook uint64 = 7 << 40
	spaceTags uint64 = 8 << 40
)

// hints says how much sharing a value of a key suggests a comparison; keys that
// are not listed are not indexed.
var hints = [64]float32{
	KeySubjectShape: 1.2, KeyURL: 1, KeyURLPath: 1, KeyHost: 0.8, KeyPhone: 1.5, KeyWallet: 1.5,
	KeyContact: 1, KeyMacro: 1.2, KeyToken: 0.8, KeySenderAddress: 0.7, KeySenderName: 0.7,
	KeyReplyTo: 0.8, KeyHeader: 0.4, KeyMessageID: 0.3, KeySourceIP: 0.4, KeyRemoteImage: 0.8,
	KeySenderDomain: 0.3, KeyDomain: 0.4, KeySenderWord: 0.3, KeyUnseen: 0.5,
}

// leastHint is the idf below which a key is everybody's and not looked up.
const leastHint = 0.3

// leastVote is what an exemplar, or an idle campaign, must have of votes to be compared: a look one bit away
// in a band is enough; a mail program or a server alone, or a word that many have, is
// not. Two comparisons of three were of exemplars with less, and of those 1 in 10,000
// agreed.
const leastVote = 0.5

// indexKeys gives the index keys of a profile, most of them chosen by rarity.
func (p *profile) indexKeys(freq *frequency, dst []indexKey) []indexKey {
	p.weigh(freq)
	dst = p.appendLowest(dst, sampleText, textKeys, 0.5)
	dst = p.appendRarest(dst, sampleWords, wordKeys, 0.6)
	dst = p.appendRarest(dst, sampleSubject, subjectKeys, 0.5)
	if tags := p.sketch(sampleTags); tags.Total >= leastTags {
		dst = p.appendLowest(dst, sampleTags, tagKeys, 0.3)
		dst = append(dst, indexKey{spaceTags | digestOf(tags.Hashes), 0.6})
	}
	html := p.skeleton()
	dst = appendGrams(dst, &html, 0.3)
	for i := range p.files[:min(len(p.files), fileKeys)] {
		dst = p.files[i].indexKeys(freq, dst)
	}
	return p.appendValues(freq, dst)
}

func (f *fileProfile) indexKeys(freq *frequency, dst []indexKey) []indexKey {
	dst = append(dst, indexKey{fileTerm(f.hash), 2 * freq.idf(fileTerm(f.hash))})
	dst = f.appendText(dst, freq)
	if f.kind != FileImage {
		dst = appendGrams(dst, &f.digest, 0.4)
	}
	if f.look != 0 {
		for i := range lookBands {
			dst = append(dst, indexKey{lookKey(f.look, i, 0), 0.6})
		}
	}
	return dst
}

// lookBands of 16 bits make a perceptual hash. Of two hashes that differ in up to
// 7 bits, one band differs in one bit at most.
const lookBands = 4

func lookKey(look uint64, band int, flip uint64) uint64 {
	return spaceLook | uint64(band)<<16 | (look>>(16*band))&0xffff ^ flip
}

// appendNearLooks adds what looks one bit away in a band are posted under; only
// a search does, so that postings stay few.
func (p *profile) appendNearLooks(dst []indexKey) []indexKey {
	for i := range p.files[:min(len(p.files), fileKeys)] {
		look := p.files[i].look
		if look == 0 {
			continue
		}
		for band := range lookBands {
			for bit := range 16 {
				dst = append(dst, indexKey{lookKey(look, band, 1<<bit), 0.5})
			}
		}
	}
	return dst
}

func (p *profile) appendValues(freq *frequency, dst []indexKey) []indexKey {
	tokens := 0
	for _, v := range p.values {
		k := unpackKey(v)
		hint := hints[k&63]
		if hint == 0 {
			continue
		}
		if k == KeyToken {
			if tokens++; tokens > tokenKeys {
				continue
			}
		}
		if idf := freq.idf(v); idf >= leastHint {
			dst = append(dst, indexKey{v, hint * idf})
		}
	}
	return dst
}

// appendLowest takes the smallest hashes of a sample: two sets share one of them
// with a probability that grows with their resemblance.
func (p *profile) appendLowest(dst []indexKey, s sample, n int, hint float32) []indexKey {
	hashes, weights := p.sketch(s).Hashes, p.weightsOf(s)
	for i, h := range hashes[:min(n, len(hashes))] {
		if idf := float32(weights[i]) / fullWeight; idf >= leastHint {
			dst = append(dst, indexKey{s.space() | uint64(h), hint * idf})
		}
	}
	return dst
}

// appendText does the same for the text of a file, which has no weights.
func (f *fileProfile) appendText(dst []indexKey, freq *frequency) []indexKey {
	for _, h := range f.text.Hashes[:min(fileKeys, len(f.text.Hashes))] {
		if idf := freq.idf(spaceText | uint64(h)); idf >= leastHint {
			dst = append(dst, indexKey{spaceText | uint64(h), 0.6 * idf})
		}
	}
	return dst
}

// appendRarest takes the hashes of a sample that fewest clusters have, of equal ones
// the smallest.
func (p *profile) appendRarest(dst []indexKey, s sample, n int, hint float32) []indexKey {
	hashes, weights := p.sketch(s).Hashes, p.weightsOf(s)
	own := len(dst)
	for i, h := range hashes {
		k := indexKey{s.space() | uint64(h), hint * float32(weights[i]) / fullWeight}
		if len(dst) == own+n { // the last goes, or this one
			if k.vote <= dst[len(dst)-1].vote {
				continue
			}
			dst = dst[:len(dst)-1]
		}
		dst = append(dst, k)
		for j := len(dst) - 1; j > own && dst[j-1].vote < k.vote; j-- {
			dst[j-1], dst[j] = k, dst[j-1]
		}
	}
	return dst
}

// appendGrams takes some windows of a digest, of every digest that has them the same.
func appendGrams(dst []indexKey, d *fuzzyhash.Digest, hint float32) []indexKey {
	var least [gramKeys]uint64
	n := 0
	fuzzyhash.EachGram(d, func(gram uint64) {
		m := mix(gram)
		at := n
		for at > 0 && least[at-1] > m {
			at--
		}
		if at == gramKeys || at > 0 && least[at-1] == m {
			return
		}
		n = min(n+1, gramKeys)
		copy(least[at+1:n], least[at:])
		least[at] = m
	})
	for _, m := range least[:n] {
		dst = append(dst, indexKey{spaceGram ^ m, hint})
	}
	return dst
}

// digestOf is one hash for a whole sample.
func digestOf(hs []uint32) uint64 {
	h := uint64(len(hs))
	for _, x := range hs {
		h = mix(h ^ uint64(x))
	}
	return h >> 24
}

// mix is the finaliser of MurmurHash3.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// candidates gives the exemplars that share most with p, by the votes of the
// keys that they share, at most maxCandidates.
func (e *Engine) candidates(p *profile) []candidate {
	keys := e.searchKeys(p)
	e.index.touch(keys)
	e.ballot.clear()
	for _, k := range keys {
		e.index.find(k.key, func(slot uint32) { e.ballot.vote(slot, k.vote) })
	}
	return e.choose(e.ballot.count())
}

// searchKeys gives what the report is looked up by. Those that the live campaigns do
// not know are looked up in the attic by the same.
func (e *Engine) searchKeys(p *profile) []indexKey {
	if e.sought.version != e.freq.version {
		e.sought.version = e.freq.version
		e.sought.keys = p.appendNearLooks(p.indexKeys(e.freq, e.sought.keys[:0]))
	}
	return e.sought.keys
}

// sought are the search keys of the report, made when the frequency table was of
// version; 0 before.
type sought struct {
	keys    []indexKey
	version uint64
}

// choose cuts to the bounds, without the dead and the crowded.
func (e *Engine) choose(found []candidate) []candidate {
	taken := found[:0]
	for _, c := range found {
		if c.vote < leastVote {
			break
		}
		x := e.exemplar(c.slot)
		if x == nil || e.crowd(taken, x.cluster) >= perCluster {
			continue
		}
		if taken = append(taken, c); len(taken) == maxCandidates {
			break
		}
	}
	return taken
}

// touch reads a word of each array of the candidates, like [index.touch].
func (e *Engine) touch(candidates []candidate) {
	sum := uint64(0)
	for _, c := range candidates {
		x := e.exemplars[c.slot].profile
		sum += uint64(len(x.bytes))
		if len(x.hashes) > 0 {
			sum += uint64(x.hashes[0])
		}
		if len(x.values) > 0 {
			sum += x.values[0]
		}
	}
	e.touched = sum
}

func (e *Engine) crowd(taken []candidate, cluster uint32) int {
	n := 0
	for _, c := range taken {
		if e.exemplars[c.slot].cluster == cluster {
			n++
		}
	}
	return n
}
