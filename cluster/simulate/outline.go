package simulate

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"shoal/cluster"
)

// Labelled is a report's features with their label.
type Labelled struct {
	Features *cluster.Features
	// Campaign is the label, "-" if the report belongs with no other.
	Campaign string
	Class    Class
	Kind     Kind
}

// Features yields cfg.Reports reports as extraction would give them, in order of
// time, without making the mail: samples, digests and values are drawn so that
// copies and strangers resemble each other about as they do among [Messages]. Of
// the two streams of one Config, sizes, times and classes are the same; contents
// are not. Features that are yielded are the caller's.
func Features(cfg Config) (iter.Seq[Labelled], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	return func(yield func(Labelled) bool) {
		g := &outliner{generator: newGenerator(cfg), running: map[uint64]*outline{}}
		for s := range g.plan.slots() {
			if !yield(g.report(s)) {
				return
			}
		}
	}, nil
}

// outliner makes features.
type outliner struct {
	*generator
	running map[uint64]*outline
	n       uint64
}

// outline is what the copies of one mailing have in common, as hashes.
type outline struct {
	label  string
	class  Class // as labelled
	how    Class // as mutated
	kind   Kind
	number uint64 // seeds everything that is the mailing's own
	drift  float64
	// text, words, tags are the sets that copies vary.
	text, words, tags, fileText []uint32
	subject                     []uint32
	pads                        []uint64
	body, html                  string // characters of the digests
	look                        uint64
	fixed                       []cluster.Value // of every copy
	hosts, origins, kits        int
	senders, links              int
	crew                        uint64
}

func (g *outliner) report(s slot) Labelled {
	o := g.outlineOf(s)
	g.n++
	r := newRNG(g.cfg.Seed, ofMessage+5<<32, g.n)
	f := o.features(r)
	binary.BigEndian.PutUint64(f.Report[:8], mix(g.n^mix(g.cfg.Seed)))
	binary.BigEndian.PutUint64(f.Report[8:], g.n)
	f.Time = s.time
	return Labelled{f, o.label, o.class, o.kind}
}

// outlineOf gives the mailing that a slot belongs to.
func (g *outliner) outlineOf(s slot) *outline {
	if s.stream == nil {
		return g.background(s.i)
	}
	o := g.running[s.stream.id]
	if o == nil {
		if len(g.running) >= maxRunning {
			clear(g.running)
		}
		o = g.begin(s.stream)
		g.running[s.stream.id] = o
	}
	if s.i+1 == int(s.stream.size) {
		delete(g.running, s.stream.id)
	}
	return o
}

func (g *outliner) begin(s *stream) *outline {
	r := newRNG(g.cfg.Seed, ofWords, s.id)
	if s.ham {
		number := uint64(r.IntN(g.newsletters()))
		o := newOutline(r, Newsletter, 250, mix(s.id)|1, mix(number^ofSender<<32))
		o.label, o.kind = fmt.Sprintf("issue-%05d", s.id), KindHam
		o.fixed = append(o.fixed, value(cluster.KeyList, o.crew), value(cluster.KeyDKIM, o.crew))
		o.hosts, o.origins, o.kits, o.senders, o.links, o.drift = 1, 2, 1, 1, 5, 0.003
		return o
	}
	o := g.lure(r, g.class(s.id))
	o.label, o.kind = fmt.Sprintf("campaign-%05d", s.id), KindCampaign
	return o
}

// lure makes the outline of abuse.
func (g *outliner) lure(r *rng, class Class) *outline {
	crew := r.Uint64()
	if r.chance(0.2) {
		crew = mix(uint64(r.IntN(g.crews())) ^ ofCrew<<32)
	}
	size := 72.0
	switch class {
	case Short:
		size = 20
	case Attachment:
		size = 12
	}
	o := newOutline(r, class, size, r.Uint64(), crew)
	for range r.between(2, 5) {
		o.pads = append(o.pads, uint64(r.IntN(g.paddings())))
	}
	switch class {
	case Abused:
		o.crew = mix(uint64(r.IntN(numServices)) ^ ofService<<32)
		o.text = append(o.text[:min(20, len(o.text))], crowd(o.crew, 55)...)
	case Kits:
		o.kits = r.between(3, 5)
	case Rehosted:
		o.hosts = 1 << 30
	case Image, AttachmentOnly:
		o.text, o.words, o.tags, o.body, o.html = nil, nil, nil, "", ""
	}
	return o
}

// background makes a report that belongs to no stream.
func (g *outliner) background(i int) *outline {
	r := newRNG(g.cfg.Seed, ofWords+1<<32, uint64(i))
	if g.plan.isAlone(i) {
		o := g.lure(r, pick(r, g.cfg.classes()))
		o.label, o.kind, o.class = "-", KindSingle, Alone
		return o
	}
	var o *outline
	switch x := r.IntN(55); {
	case x < 20:
		o = newOutline(r, List, 70, r.Uint64(), mix(uint64(r.IntN(40))^ofPost<<32))
		o.tags, o.html = nil, ""
		o.fixed = append(o.fixed, value(cluster.KeyList, o.crew))
	case x < 40:
		o = newOutline(r, Transactional, 70, r.Uint64(), mix(uint64(r.zipf(120))^ofSender<<33))
		o.text = append(o.text, crowd(o.crew, 40)...)
		o.fixed = append(o.fixed, value(cluster.KeyDKIM, o.crew))
	default:
		o = newOutline(r, Private, 70, r.Uint64(), r.Uint64())
		o.tags, o.html, o.links = nil, "", 0
	}
	o.label, o.kind = "-", KindHam
	return o
}

// drifts is how much of the text a copy words otherwise, by class: such that copies
// resemble each other as extraction finds it among Messages. A test of shoal
// simulate holds one against the other.
var drifts = map[Class]float64{
	Personalised: 0.005, Reworded: 0.1, Spintax: 0.45, Hidden: 0.04, Rethemed: 0.03, Kits: 0.03, Short: 0.01,
}

func newOutline(r *rng, class Class, size float64, number, crew uint64) *outline {
	n := max(6, int(size*r.lognormal(0, 0.5)))
	o := &outline{class: class, how: class, number: number, crew: crew, drift: 0.01, hosts: r.between(1, 3), kits: 1, senders: r.between(1, 3)}
	if r.chance(0.6) {
		o.links = 1
	}
	if d, ok := drifts[class]; ok {
		o.drift = d
	}
	o.origins = 1 + min(40, int(r.lognormal(1, 1.2)))
	for range n {
		o.text = append(o.text, common(r, 0.06, 4000))
	}
	for range max(5, n*8/10) {
		o.words = append(o.words, common(r, 0.7, 3000))
	}
	for range r.between(3, 8) {
		o.subject = append(o.subject, common(r, 0.6, 800))
	}
	if r.chance(0.6) {
		o.tags = crowd(crew, 8+int(crew%20))
		o.html = r.letters(base64Letters, 20+int(crew%30))
	}
	if n > 25 {
		o.body = newRNG(number).letters(base64Letters, 35+r.IntN(25))
	}
	o.look = r.Uint64()
	for range r.between(30, 90) {
		o.fileText = append(o.fileText, r.Uint32())
	}
	o.fixed = append(o.fixed, value(cluster.KeySubjectShape, number),
		value(cluster.KeySenderName, number), value(cluster.KeyLanguage, 1), value(cluster.KeyMIMEShape, crew%12))
	for i := range r.between(0, 2) {
		o.fixed = append(o.fixed, value(cluster.KeyToken, number+uint64(i)))
	}
	if r.chance(0.2) {
		o.fixed = append(o.fixed, value(pick(r, []cluster.Key{cluster.KeyPhone, cluster.KeyWallet, cluster.KeyContact}), number))
	}
	return o
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// common is a hash that many texts have with probability p, else nearly nobody's.
func common(r *rng, p float64, kinds int) uint32 {
	if r.chance(p) {
		return uint32(mix(uint64(r.zipf(kinds)) + 1<<40))
	}
	return r.Uint32()
}

// crowd is a set that belongs to whatever owner stands for.
func crowd(owner uint64, n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(mix(owner + uint64(i)))
	}
	return out
}

func value(key cluster.Key, of uint64) cluster.Value {
	return cluster.Value{Key: key, Hash: mix(of ^ uint64(key)<<56), Text: "simulated"}
}

// sample is the bottom-k sample of a set in which each member was exchanged for
// another with probability drift.
func sample(r *rng, set []uint32, drift float64, k int, more ...uint32) cluster.Sketch {
	if len(set)+len(more) == 0 {
		return cluster.Sketch{}
	}
	out := make([]uint32, 0, len(set)+len(more))
	for _, h := range set {
		if drift > 0 && r.chance(drift) {
			// one of four other wordings, or something of this copy's own
			if n := r.IntN(5); n < 4 {
				h = uint32(mix(uint64(h) + uint64(n)<<32))
			} else {
				h = r.Uint32()
			}
		}
		out = append(out, h)
	}
	out = append(out, more...)
	slices.Sort(out)
	out = slices.Compact(out)
	return cluster.Sketch{Total: len(out), Hashes: out[:min(k, len(out)):min(k, len(out))]}
}
