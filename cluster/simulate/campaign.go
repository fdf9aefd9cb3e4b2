package simulate

import (
	"fmt"
	"strings"
)

// campaign is what the copies of one lure have in common.
type campaign struct {
	number        uint64
	label, family string
	class         Class
	classes       Set
	theme         *theme
	known         facts
	subject       template
	blocks        []block
	choices       int
	sender        senderForm
	html          bool
	layouts       []layout
	kits          []kit
	hosts         []string
	link          linkShape
	origins       []origin
	aim           aim
	pads          []uint64
	picture       picture
	form          fileForm
	stem          string
	service       *service
}

type block struct {
	kind blockKind
	text template
}

// senderForm is how a campaign names its senders.
type senderForm struct {
	name    string
	locals  []string
	domains []string
	random  bool // an address for each copy
}

// campaign builds a campaign, or a lure of which there is one copy, from its
// number alone.
func (g *generator) campaign(number uint64, class Class, single bool) *campaign {
	purpose := ofCampaign
	if single {
		purpose = ofCampaign + 1<<32
	}
	r := newRNG(g.cfg.Seed, purpose, number)
	c := &campaign{number: number, class: class, classes: SetOf(class), family: "-", theme: &themes[r.IntN(len(themes))]}
	if !g.cfg.Plain && !class.alone() && r.chance(0.25) {
		c.classes |= SetOf(pick(r, second))
	}
	c.label = fmt.Sprintf("%s-%05d", c.theme.name, number)
	c.known = facts{}
	for _, s := range []string{"brand", "product", "agent", "company", "place", "phone", "wallet", "ticker", "price", "amount", "contact", "dept", "first2"} {
		c.known[s] = invent(r, nil, s)
	}
	c.word(r)
	c.carry(r)
	c.identify(r)
	if !single && r.chance(0.2) {
		g.enlist(c, r.IntN(g.crews()))
	}
	c.spread(r, g)
	return c
}

// word chooses the sentences.
func (c *campaign) word(r *rng) {
	t := c.theme
	asks := t.asks
	switch {
	case c.class == NoURL:
		asks = themeNamed("renewal").asks
	case c.class == Attachment || c.class == AttachmentOnly:
		asks = themeNamed("invoice").asks
	}
	add := func(kind blockKind, pattern string) {
		b := block{kind, compile(distinct(r, pattern), r, c.known)}
		c.choices += b.text.choices()
		c.blocks = append(c.blocks, b)
	}
	c.subject = compile(distinctSubject(r, pick(r, t.subjects)), r, c.known)
	c.choices += c.subject.choices()
	add(blockText, pick(r, t.opens))
	if c.class != Short && c.class != Abused {
		for _, p := range draw(r, t.bodies, r.between(1, len(t.bodies))) {
			add(blockText, p)
		}
		for range r.between(1, 3) {
			add(blockText, pick(r, details))
		}
	}
	add(blockAsk, pick(r, asks))
	if c.class != Short && c.class != Abused {
		add(blockEnd, pick(r, t.end))
		if r.chance(0.3) {
			add(blockEnd, "<street>, <city>")
		}
	}
}

func themeNamed(name string) *theme {
	for i := range themes {
		if themes[i].name == name {
			return &themes[i]
		}
	}
	panic("no theme " + name) // the stock is compiled in
}

// carry chooses markup, links, pictures and files.
func (c *campaign) carry(r *rng) {
	c.html = r.chance(0.7) || c.classes.Has(Rethemed) || c.classes.Has(Hidden) || c.classes.Has(Image)
	c.layouts = []layout{newLayout(r)}
	if c.classes.Has(Rethemed) {
		for range r.between(2, 5) {
			c.layouts = append(c.layouts, newLayout(r))
		}
	}
	c.link = newLinkShape(r)
	for range r.between(1, 3) {
		c.hosts = append(c.hosts, hostName(r))
	}
	c.picture = newPicture(r)
	c.form = fileForm(r.IntN(int(numForms)))
	c.stem = pick(r, words["nouns"]) + pick(r, []string{"-", "_"}) + pick(r, words["paths"])
}

// identify chooses who seems to send it.
func (c *campaign) identify(r *rng) {
	f := &c.sender
	f.name = pick(r, []string{c.known["brand"], c.known["agent"], c.known["company"], c.known["brand"] + " " + c.known["dept"]})
	for range r.between(1, 3) {
		f.locals = append(f.locals, pick(r, []string{"info", "service", "no-reply", "support", slug(c.known["agent"]), slug(c.known["dept"]), invent(r, nil, "word")}))
		f.domains = append(f.domains, domainName(r))
	}
	f.random = r.chance(0.3)
}

// spread chooses from where and to whom it is sent.
func (c *campaign) spread(r *rng, g *generator) {
	if len(c.origins) == 0 {
		for range 1 + min(40, int(r.lognormal(1, 1.2))) {
			c.origins = append(c.origins, newOrigin(r))
		}
	}
	if len(c.kits) == 0 {
		c.kits = []kit{kitOf(g.cfg.Seed, r.zipf(numKits))}
	}
	if c.classes.Has(Kits) {
		for range r.between(2, 4) {
			c.kits = append(c.kits, kitOf(g.cfg.Seed, r.IntN(numKits)))
		}
	}
	for range r.between(2, 5) {
		c.pads = append(c.pads, uint64(r.IntN(g.paddings())))
	}
	c.aim = newAim(r)
	if c.classes.Has(Abused) {
		c.service = g.service(r.IntN(numServices))
	}
}

// enlist makes the campaign one of a crew's, which uses one kit, markup, link shape
// and infrastructure for several lures.
func (g *generator) enlist(c *campaign, crew int) {
	r := newRNG(g.cfg.Seed, ofCrew, uint64(crew))
	c.family = fmt.Sprintf("crew-%04d", crew)
	c.layouts[0] = newLayout(r)
	c.link = newLinkShape(r)
	c.hosts = []string{hostName(r), hostName(r)}
	c.kits = []kit{kitOf(g.cfg.Seed, r.IntN(numKits))}
	for range r.between(2, 8) {
		c.origins = append(c.origins, newOrigin(r))
	}
}

// address chooses a sender for one copy.
func (f *senderForm) address(r *rng) string {
	if f.random {
		return strings.ToLower(pick(r, words["given"])) + r.letters(digits, 3) + "@" + domainName(r)
	}
	return pick(r, f.locals) + "@" + pick(r, f.domains)
}
