package cluster

import "shoal/cluster/fuzzyhash"

// Near gives the features, as far as they are compared, of the exemplar by which the
// last report joined, and then of the reports that stood alone until it brought them
// in; nothing if it joined none or none came since a restart. Texts for people, sizes
// and names of files and the time are not kept with an exemplar.
func (e *Engine) Near() []*Features {
	var near []*Features
	for _, p := range e.near {
		near = append(near, p.features())
	}
	return near
}

// features are what a profile was made of. They share nothing with it.
func (p *profile) features() *Features {
	body, skeleton := p.body(), p.skeleton()
	f := &Features{
		Report: p.report, Text: p.sketch(sampleText).clone(), Words: p.sketch(sampleWords).clone(), Tags: p.sketch(sampleTags).clone(),
		Subject: exact(p.sketch(sampleSubject).Hashes), BodyDigest: digestText(&body), HTMLDigest: digestText(&skeleton),
	}
	for i := range p.files {
		a := &p.files[i]
		f.Files = append(f.Files, File{
			Kind: a.kind, Inline: a.inline, Hash: a.hash, Look: a.look, Digest: digestText(&a.digest), Text: a.text.clone(),
		})
	}
	for _, v := range p.values {
		f.Values = append(f.Values, Value{Key: unpackKey(v), Hash: v << (64 - keyShift)})
	}
	return f
}

func (s Sketch) clone() Sketch { return Sketch{Total: s.Total, Hashes: exact(s.Hashes)} }

func digestText(d *fuzzyhash.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
