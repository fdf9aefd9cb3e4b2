package simulate

import (
	"fmt"
	"strings"
	"time"
)

// newsletter makes the i-th copy of an issue; which newsletter's issue it is
// follows from the stream.
func (g *generator) newsletter(s *stream, i int, at time.Time) Message {
	issue := newRNG(g.cfg.Seed, ofIssue, s.id)
	number := issue.IntN(g.newsletters())
	own := newRNG(g.cfg.Seed, ofSender, uint64(number))
	title, domain, l := firmName(own)+" "+pick(own, []string{"Weekly", "News", "Letter", "Digest", "Review"}), domainName(own), newLayout(own)
	k, from := kitOf(g.cfg.Seed, own.IntN(numKits)), newOrigin(own)
	intro, legal := detail(own), strings.Join(passage(own, 3), " ")
	r := newRNG(g.cfg.Seed, ofMessage+2<<32, s.id, uint64(i))
	box := g.anybody(r)
	pieces := []said{{text: title + ", no. " + itoa(issue.between(10, 400))}, {text: intro}}
	for range issue.between(3, 6) {
		shape := newLinkShape(issue)
		pieces = append(pieces, said{text: strings.Join(passage(issue, issue.between(2, 5)), "\n")},
			said{kind: blockAsk, text: "Read more: " + linkMark, url: shape.url(issue, "www."+domain)})
	}
	pieces = append(pieces, said{kind: blockEnd, text: legal}, said{kind: blockEnd, text: "You get this because " + box.address + " is subscribed. Unsubscribe: " + linkMark,
		url: "https://www." + domain + "/unsubscribe/" + r.letters(hexes, 16)})
	m := &mail{
		fromName: title, from: "news@" + domain, to: &box, subject: title + ": " + detail(issue), time: at, kit: &k, origin: from,
		returnPath: "bounce@" + domain, signed: domain, page: l.render(pieces, nil),
		extra: [][2]string{{"List-Id", "<news." + domain + ">"}, {"List-Unsubscribe", "<https://www." + domain + "/unsubscribe/" + r.letters(hexes, 16) + ">"}},
	}
	return g.legitimate(Newsletter, fmt.Sprintf("issue-%05d", s.id), &box, at, m.write(r))
}

// post makes a message of a mailing list's thread.
func (g *generator) post(n int, at time.Time) Message {
	r := newRNG(g.cfg.Seed, ofPost, uint64(n))
	l := newRNG(g.cfg.Seed, ofSender+1<<32, uint64(r.IntN(40)))
	name, host := pick(l, words["nouns"])+"-"+pick(l, []string{"dev", "users", "talk"}), "lists."+domainName(l)
	from, k := newOrigin(l), kitOf(g.cfg.Seed, r.IntN(numKits))
	thread := newRNG(g.cfg.Seed, ofPost+1<<32, l.Uint64(), uint64(r.IntN(12)))
	subject, original := strings.TrimSuffix(detail(thread), "."), passage(thread, thread.between(3, 6))
	pieces := []said{}
	if r.chance(0.6) {
		subject = "Re: " + subject
		pieces = append(pieces, said{text: "On " + at.Add(-20*time.Hour).Format("2 Jan 2006") + ", " + personName(thread) + " wrote:\n> " + strings.Join(original[:1], "\n> ")})
	}
	for _, p := range passage(r, r.between(2, 8)) {
		pieces = append(pieces, said{text: p})
	}
	author := personName(r)
	pieces = append(pieces, said{text: pick(r, []string{"Cheers", "Regards", "Thanks", "Best"}) + ",\n" + author},
		said{text: "_______________________________________________\n" + name + " mailing list\n" + name + "@" + host + "\nhttps://" + host + "/mailman/listinfo/" + name})
	box := g.anybody(r)
	m := &mail{
		fromName: author, from: slug(author) + "@" + pick(r, providers), to: &box, subject: "[" + name + "] " + subject, time: at, kit: &k, origin: from,
		returnPath: name + "-bounces@" + host, signed: host, plain: plainText(pieces),
		extra: [][2]string{{"List-Id", "<" + name + "." + host + ">"}, {"Precedence", "list"}},
	}
	return g.legitimate(List, "-", &box, at, m.write(r))
}

// receipt makes a message of a sender whose template stays and whose contents do
// not.
func (g *generator) receipt(n int, at time.Time) Message {
	r := newRNG(g.cfg.Seed, ofMessage+3<<32, uint64(n))
	box := g.anybody(r)
	v := &reader{mailbox: &box, num: r.letters(digits, 9)}
	m := &mail{to: &box, time: at}
	if r.chance(0.2) { // a harmless use of a service that others abuse
		g.service(r.IntN(numServices)).fill(m, r, v, []said{{text: strings.Join(passage(r, r.between(2, 5)), " ")}})
		return g.legitimate(Transactional, "-", &box, at, m.write(r))
	}
	own := newRNG(g.cfg.Seed, ofSender+2<<32, uint64(r.zipf(120)))
	shop, domain, l, k := firmName(own), domainName(own), newLayout(own), kitOf(g.cfg.Seed, own.IntN(numKits))
	origin := newOrigin(own)
	opening, shipping, legal := detail(own), detail(own), strings.Join(passage(own, 2), " ")
	kind := pick(own, []string{"order", "booking", "ticket", "invoice", "appointment"})
	pieces := []said{{text: "Hello " + v.first + ","}, {text: opening + " Your " + kind + " " + v.num + ":"}}
	for range r.between(3, 9) {
		pieces = append(pieces, said{text: fill("<small> x <adj> <noun> <noun> \"<product>\" in <adj>, from <company>, <price>", func(s string) string { return invent(r, nil, s) })})
	}
	if r.chance(0.6) {
		pieces = append(pieces, said{text: "Note: " + detail(r)})
	}
	pieces = append(pieces, said{text: shipping + " " + box.street + ", " + box.city}, said{kind: blockAsk, text: "Details: " + linkMark,
		url: "https://www." + domain + "/" + kind + "s/" + v.num}, said{kind: blockEnd, text: shop + ". " + legal})
	m.fromName, m.from, m.subject = shop, kind+"s@"+domain, "Your "+shop+" "+kind+" "+v.num
	m.kit, m.origin, m.returnPath, m.signed, m.page = &k, origin, "bounce@"+domain, domain, l.render(pieces, nil)
	return g.legitimate(Transactional, "-", &box, at, m.write(r))
}

// letter makes a mail from person to person.
func (g *generator) letter(n int, at time.Time) Message {
	r := newRNG(g.cfg.Seed, ofMessage+4<<32, uint64(n))
	box, sender := g.anybody(r), g.anybody(r)
	k := kitOf(0, r.IntN(8))
	pieces := []said{{text: pick(r, []string{"Hi ", "Dear ", "Hello ", "Hey "}) + box.first + ","}}
	for _, p := range passage(r, r.between(1, 12)) {
		pieces = append(pieces, said{text: p})
	}
	pieces = append(pieces, said{text: pick(r, []string{"See you", "Love", "Best", "Yours", "Talk soon"}) + ",\n" + sender.first})
	_, domain, _ := strings.Cut(sender.address, "@")
	m := &mail{
		fromName: sender.name(), from: sender.address, to: &box, subject: strings.TrimSuffix(detail(r), "."), time: at, kit: &k,
		origin: newOrigin(newRNG(ofSender, uint64(len(domain)))), returnPath: sender.address, signed: domain, plain: plainText(pieces),
	}
	if r.chance(0.1) {
		data, kind := pictureOf(r)
		m.files = []file{{name: "IMG_" + r.letters(digits, 4) + "." + kind, mediaType: "image/" + kind, data: data}}
	}
	return g.legitimate(Private, "-", &box, at, m.write(r))
}

func pictureOf(r *rng) ([]byte, string) {
	p := newPicture(r)
	return p.render(r)
}

func (g *generator) anybody(r *rng) mailbox {
	return mailboxOf(g.cfg.Seed, uint32(r.IntN(g.cfg.mailboxes())))
}

func (g *generator) legitimate(class Class, label string, box *mailbox, at time.Time, raw []byte) Message {
	return Message{
		Raw: raw, Campaign: label, Family: "-", Class: class, Classes: SetOf(class), Kind: KindHam,
		Recipient: box.address, Mailbox: box.number, Region: box.region, List: box.list, ReportedAt: at,
	}
}
