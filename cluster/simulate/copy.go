package simulate

import (
	"strings"
	"time"
)

// reader is one copy's recipient and what is told to them alone.
type reader struct {
	*mailbox
	num, code, ref string
	url            string
}

func (v *reader) slot(name string) string {
	switch name {
	case "name":
		return v.name()
	case "first":
		return v.first
	case "email":
		return v.address
	case "street":
		return v.street
	case "city":
		return v.city
	case "num":
		return v.num
	case "code":
		return v.code
	case "ref":
		return v.ref
	case "link":
		return linkMark
	}
	return "<" + name + ">"
}

// copyOf makes the i-th copy of a campaign.
func (g *generator) copyOf(c *campaign, i int, single bool, at time.Time) Message {
	purpose := ofMessage
	if single {
		purpose = ofMessage + 1<<32
	}
	r := newRNG(g.cfg.Seed, purpose, c.number, uint64(i))
	box := mailboxOf(g.cfg.Seed, c.aim.hit(r, g.cfg.mailboxes()))
	host := pick(r, c.hosts)
	if c.classes.Has(Rehosted) {
		host = hostName(r)
	}
	v := &reader{
		mailbox: &box, num: r.letters(digits[1:], 9), code: strings.ToUpper(r.letters(hexes, 7)) + r.letters(digits, 2),
		ref: r.letters(capitals, 2) + "-" + r.letters(digits, 8), url: c.link.url(r, host),
	}
	m := &mail{
		fromName: c.sender.name, from: c.sender.address(r), to: v.mailbox, time: at,
		kit: &c.kits[r.IntN(len(c.kits))], origin: pick(r, c.origins),
	}
	m.returnPath = pick(r, []string{m.from, "bounce-" + r.letters(hexes, 6) + "@" + m.origin.helo})
	if c.theme.needs == "reply" && r.chance(0.5) {
		m.replyTo = c.known["contact"]
	}
	subject, pieces := c.speak(r, v)
	m.subject = subject
	text := c.fillBody(r, m, v, pieces)
	if c.classes.Has(Encoded) {
		recode(r, m)
	}
	raw := c.finish(r, m, v, pieces)
	return Message{
		Raw: raw, Campaign: c.label, Family: c.family, Class: c.class, Classes: c.classes,
		Kind: KindCampaign, Text: text, Recipient: box.address, Mailbox: box.number, Region: box.region, List: box.list, ReportedAt: at,
	}
}

// speak words the subject and the pieces of one copy.
func (c *campaign) speak(r *rng, v *reader) (subject string, pieces []said) {
	s := speech{r: r, spin: c.classes.Has(Spintax)}
	if c.classes.Has(Reworded) && c.choices > 0 {
		for range r.between(1, 4) {
			s.flips = append(s.flips, r.IntN(c.choices))
		}
	}
	var b strings.Builder
	s.say(&b, c.subject, v.slot)
	subject = strings.ReplaceAll(b.String(), linkMark, v.url)
	if c.html || r.chance(0.5) || c.theme.needs != "none" {
		pieces = append(pieces, said{kind: blockText, text: greeting(c, r, v)})
	}
	for _, block := range c.blocks {
		b.Reset()
		s.say(&b, block.text, v.slot)
		pieces = append(pieces, said{kind: block.kind, text: b.String(), url: v.url})
	}
	if s.spin {
		shuffle(r, pieces)
	}
	if c.classes.Has(Homoglyph) {
		subject = disguise(r, subject, 0.06)
		for i := range pieces {
			pieces[i].text = disguise(r, pieces[i].text, 0.12)
		}
	}
	return subject, pieces
}

// greeting is fixed for a campaign but for the name.
func greeting(c *campaign, r *rng, v *reader) string {
	forms := []string{"Dear " + v.name() + ",", "Hello " + v.first + ",", "Hi " + v.address + ",", v.name() + ":", "Good day " + v.name() + ",", "Attention " + v.address}
	if c.classes.Has(Spintax) {
		return pick(r, forms)
	}
	return forms[int(c.number)%len(forms)]
}

// shuffle changes the order of the sentences between greeting and demand, and
// leaves one out where there are several.
func shuffle(r *rng, pieces []said) {
	last := len(pieces)
	for last > 0 && pieces[last-1].kind != blockText {
		last--
	}
	if last < 3 {
		return
	}
	inner := pieces[1:last]
	r.Shuffle(len(inner), func(i, j int) { inner[i], inner[j] = inner[j], inner[i] })
	if len(inner) > 3 {
		inner[len(inner)-1].text = detail(r)
	}
}

// fillBody puts the pieces where the campaign puts them, and returns the text that
// a reader sees.
func (c *campaign) fillBody(r *rng, m *mail, v *reader, pieces []said) string {
	switch {
	case c.class == Image:
		c.imageBody(r, m, v)
		return ""
	case c.class == Attachment, c.class == AttachmentOnly:
		lines := make([]string, len(pieces))
		for i := range pieces {
			lines[i] = strings.ReplaceAll(pieces[i].text, linkMark, v.url)
		}
		url := ""
		if c.form == formHTML {
			url = v.url
		}
		m.files = []file{buildFile(r, c.form, c.stem, lines, url)}
		if c.class == AttachmentOnly {
			return ""
		}
		pieces = pieces[:2]
	case c.class == Abused:
		c.service.fill(m, r, v, pieces)
		return textOf(pieces)
	}
	if c.classes.Has(Padded) {
		pieces = append(pieces[:len(pieces):len(pieces)], padding(pick(r, c.pads))...)
	}
	if !c.html {
		m.plain = plainText(pieces)
		return textOf(pieces)
	}
	var extra []string
	if c.classes.Has(Hidden) {
		extra = hidden(r, len(pieces))
	}
	l := pick(r, c.layouts)
	m.page = l.render(pieces, extra)
	if c.number%3 == 0 {
		m.plain = plainText(pieces)
	}
	return textOf(pieces)
}

// textOf is the running text of the pieces.
func textOf(pieces []said) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
		b.WriteByte('\n')
	}
	return b.String()
}

func (c *campaign) imageBody(r *rng, m *mail, v *reader) {
	data, kind := c.picture.render(r)
	id := r.letters(hexes, 12) + "@" + pick(r, c.sender.domains)
	m.files = []file{{name: "image" + r.letters(digits, 3) + "." + kind, mediaType: "image/" + kind, data: data, contentID: id}}
	m.inline = true
	img := `<img src="cid:` + id + `">`
	if c.theme.needs == "link" {
		img = `<a href="` + v.url + `">` + img + "</a>"
	}
	m.page = "<html><body>" + img + "</body></html>\r\n"
}
