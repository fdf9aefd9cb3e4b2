package extract

import (
	"strings"

	"shoal/pipeline"
	"shoal/pipeline/message"
)

// people are those a message concerns.
type people struct {
	recipient string // in clear, "" if unknown
	origin    pipeline.Origin
	from      message.Address
	hasFrom   bool
	mask      *mask
	hops      []hop
}

// recipientFields name the envelope recipient, most trustworthy first.
var recipientFields = []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "X-Rcpt-To", "X-Apparently-To"}

func readPeople(r *pipeline.Report, m *message.Message) people {
	var p people
	if from := m.Addresses("From"); len(from) > 0 {
		p.from, p.hasFrom = from[0], from[0].Domain != ""
	}
	p.hops = readHops(m)
	to := m.Addresses("To")
	p.recipient, p.origin = normalAddress(r.Recipient), pipeline.OriginReported
	if p.recipient == "" {
		p.recipient, p.origin = p.deriveRecipient(m, to), pipeline.OriginDerived
	}
	if p.recipient == "" {
		p.origin = pipeline.OriginMissing
	}
	p.mask = newMask(p.toMask(r, m, to))
	return p
}

func (p *people) deriveRecipient(m *message.Message, to []message.Address) string {
	for _, name := range recipientFields {
		if a, ok := message.ParseAddress(m.Get(name)); ok && a.Domain != "" {
			return normalAddress(a.String())
		}
	}
	if len(to) == 1 && to[0].Domain != "" {
		return normalAddress(to[0].String())
	}
	for _, h := range p.hops {
		if strings.Contains(h.rcpt, "@") {
			return normalAddress(h.rcpt)
		}
	}
	return ""
}

// toMask lists the addresses and names that must not leave: the recipient's and,
// since mail is forwarded between a person's mailboxes, those it was sent to.
func (p *people) toMask(r *pipeline.Report, m *message.Message, to []message.Address) (addresses, names []string) {
	add := func(a string) {
		if a = normalAddress(a); a != "" && len(addresses) < maxMasked && !contains(addresses, a) {
			addresses = append(addresses, a)
		}
	}
	from := normalAddress(p.from.String())
	add(p.recipient)
	add(r.Reporter)
	for _, name := range recipientFields {
		if a, ok := message.ParseAddress(m.Get(name)); ok && a.Domain != "" {
			add(a.String())
		}
	}
	for i, a := range to {
		s := normalAddress(a.String())
		if i < 4 && a.Domain != "" && s != from {
			add(s)
		}
		if i < 4 && s != from && a.Name != "" && !strings.Contains(a.Name, "@") && len(a.Name) < 64 {
			names = append(names, a.Name)
		}
	}
	for _, h := range p.hops {
		if strings.Contains(h.rcpt, "@") && h.rcpt != from {
			add(h.rcpt)
		}
	}
	return addresses, names
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
