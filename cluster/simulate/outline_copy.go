package simulate

import (
	"cmp"
	"slices"

	"shoal/cluster"
)

// features makes one copy of an outline.
func (o *outline) features(r *rng) *cluster.Features {
	f := new(cluster.Features)
	var padText, padWords []uint32
	if o.how == Padded && len(o.pads) > 0 {
		pad := newRNG(ofPadding, pick(r, o.pads))
		n := pad.between(150, 450)
		padText, padWords = make([]uint32, n), make([]uint32, n/2)
		for j := range padText {
			padText[j] = pad.Uint32()
		}
		for j := range padWords {
			padWords[j] = common(pad, 0.7, 3000)
		}
	}
	f.Text = sample(r, o.text, o.drift, cluster.TextSketchSize, padText...)
	f.Words = sample(r, o.words, o.drift/2, cluster.WordSketchSize, padWords...)
	f.Subject = slices.Clone(o.subject)
	if o.how == Spintax {
		f.Subject[r.IntN(len(f.Subject))] = r.Uint32()
	}
	o.markup(r, f)
	if o.body != "" {
		size := len(o.text)
		if padText != nil {
			size = len(padText)
			f.BodyDigest = digest(r, newRNG(uint64(padText[0])).letters(base64Letters, 50), 0.15, size)
		} else {
			f.BodyDigest = digest(r, o.body, o.drift, size)
		}
	}
	o.files(r, f)
	o.values(r, f)
	return f
}

func (o *outline) markup(r *rng, f *cluster.Features) {
	if len(o.tags) == 0 {
		return
	}
	tags, html := o.tags, o.html
	if o.how == Rethemed {
		n := mix(o.number + r.Uint64()%4)
		tags, html = crowd(n, 10+int(n%30)), newRNG(n).letters(base64Letters, 40)
	}
	f.Tags = sample(r, tags, 0, cluster.TagSketchSize)
	f.HTMLDigest = digest(r, html, 0.01, 60)
}

// digest is one of a text of about n words, in the form of ssdeep, some of its
// characters exchanged.
func digest(r *rng, of string, drift float64, n int) string {
	b := []byte(of)
	for i := range b {
		if r.chance(drift) {
			b[i] = base64Letters[r.IntN(64)]
		}
	}
	size := "3:"
	switch {
	case n > 200:
		size = "24:"
	case n > 100:
		size = "12:"
	case n > 50:
		size = "6:"
	}
	return size + string(b) + ":" + string(b[:min(32, len(b)/2)])
}

func (o *outline) files(r *rng, f *cluster.Features) {
	switch o.how {
	case Image:
		look := o.look
		for range r.IntN(6) {
			look ^= 1 << r.IntN(64)
		}
		f.Files = []cluster.File{{Kind: cluster.FileImage, Inline: true, Size: 9000, Hash: r.Uint64(), Look: look, Name: "image.jpg"}}
	case Attachment, AttachmentOnly:
		f.Files = []cluster.File{{
			Kind: cluster.FileDocument, Size: 3000, Hash: r.Uint64(), Digest: digest(r, o.body+o.html+"0123456789", 0.4, 300),
			Text: sample(r, o.fileText, 0.03, cluster.FileSketchSize), Name: "document.pdf",
		}}
	}
}

// values adds what belongs to a copy: its host, server, sender and kit.
func (o *outline) values(r *rng, f *cluster.Features) {
	f.Values = make([]cluster.Value, 0, len(o.fixed)+16)
	f.Values = append(f.Values, o.fixed...)
	add := func(key cluster.Key, of uint64) { f.Values = append(f.Values, value(key, of)) }
	host := mix(o.crew + uint64(r.IntN(o.hosts)))
	if o.hosts > 1<<20 {
		host = r.Uint64()
	}
	origin := mix(o.crew + uint64(r.IntN(o.origins))<<8)
	kit := mix(o.crew+uint64(r.IntN(o.kits))<<16) % numKits
	sender := mix(o.number + uint64(r.IntN(o.senders))<<24)
	if o.kind == KindHam {
		sender = o.crew
	}
	for i := range o.links {
		add(cluster.KeyURL, host^o.number+uint64(i))
		add(cluster.KeyURLPath, o.crew+uint64(i)<<1)
	}
	if o.links > 0 {
		add(cluster.KeyHost, host)
		add(cluster.KeyDomain, host)
	}
	add(cluster.KeySenderAddress, sender)
	add(cluster.KeySenderDomain, sender>>1)
	add(cluster.KeySenderLocal, sender%500)
	add(cluster.KeyMessageID, kit%7)
	add(cluster.KeyBoundary, kit%7)
	add(cluster.KeyHeader, kit)
	if kit%3 > 0 {
		add(cluster.KeyMailer, kit)
	}
	add(cluster.KeySourceIP, origin)
	add(cluster.KeyNetwork, origin>>8)
	add(cluster.KeyHELO, origin)
	add(cluster.KeyReturnPath, pick(r, []uint64{sender, origin}))
	slices.SortFunc(f.Values, func(a, b cluster.Value) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Hash, b.Hash))
	})
	f.Values = slices.CompactFunc(f.Values, func(a, b cluster.Value) bool { return a.Key == b.Key && a.Hash == b.Hash })
}
