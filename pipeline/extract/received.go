package extract

import (
	"net/netip"
	"strings"
	"time"

	"shoal/pipeline/message"
)

// hop is one Received field, as far as its many dialects can be read.
type hop struct {
	ip   netip.Addr // of the host that handed the message over
	helo string     // the name that it gave
	rdns string     // the name that its address has
	by   string     // who took it
	rcpt string     // "for" whom
	date string
	pull bool // fetched from a mailbox, not received by SMTP
}

// readHop reads Postfix, Sendmail, Exim, qmail, Exchange and their like.
func readHop(v string) hop {
	var h hop
	if i := strings.LastIndexByte(v, ';'); i >= 0 {
		h.date = v[i+1:]
		v = v[:i]
	}
	if len(v) > 2048 {
		v = v[:2048]
	}
	low := " " + strings.ToLower(oneSpaced(v)) + " "
	h.by = cleanHost(wordAfter(low, " by "))
	h.rcpt = strings.Trim(wordAfter(low, " for "), "<>;,()")
	h.pull = strings.Contains(low, "with pop3") || strings.Contains(low, "with imap") || strings.Contains(low, "(fetchmail")
	from, ok := strings.CutPrefix(low, " from ")
	if !ok {
		return h
	}
	if i := strings.Index(from, " by "); i >= 0 {
		from = from[:i]
	}
	h.host(from)
	return h
}

// host reads the from-clause: its name, then comments with address and names.
func (h *hop) host(from string) {
	first := from
	if i := strings.IndexAny(from, " ("); i >= 0 {
		first = from[:i]
	}
	h.helo = strings.Trim(first, "[]")
	for _, mark := range []string{"helo=", "ehlo=", "helo ", "ehlo "} {
		if i := strings.Index(from, mark); i >= 0 {
			h.helo = strings.Trim(cutAt(from[i+len(mark):], " )]"), "[]")
			break
		}
	}
	var last netip.Addr
	for word := range strings.FieldsFuncSeq(from, hopSign) {
		word = strings.TrimPrefix(word, "ipv6:")
		if a, ok := parseAddr(cutPort(word)); ok {
			last = a.Unmap().WithZone("")
		}
	}
	h.ip = last
	if i := strings.IndexByte(from, '('); i >= 0 {
		if name := strings.TrimSuffix(cutAt(from[i+1:], " )["), "."); strings.Contains(name, ".") && !strings.ContainsAny(name, "=:@") {
			if _, isAddr := parseAddr(name); !isAddr {
				h.rdns = name
			}
		}
	}
}

func hopSign(r rune) bool {
	switch r {
	case ' ', '(', ')', '[', ']', ';', ',', '=', '<', '>', '@':
		return true
	}
	return false
}

// parseAddr is netip.ParseAddr for words that are mostly names: an error for each
// would cost more than all the rest.
func parseAddr(s string) (netip.Addr, bool) {
	for i := range len(s) {
		if c := s[i]; c == ':' {
			break
		} else if (c < '0' || c > '9') && c != '.' && !(c|0x20 >= 'a' && c|0x20 <= 'f' && i < 4) {
			return netip.Addr{}, false
		}
	}
	if s == "" {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	return a, err == nil
}

// oneSpaced gives the words of s with one space between them.
func oneSpaced(s string) string {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x80 || c == ' ' && (i == 0 || s[i-1] == ' ' || i == len(s)-1) {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	return s
}

func cutPort(s string) string {
	if strings.Count(s, ":") == 1 {
		return cutAt(s, ":")
	}
	return s
}

func cutAt(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
}

func wordAfter(s, mark string) string {
	i := strings.Index(s, mark)
	if i < 0 {
		return ""
	}
	return cutAt(strings.TrimLeft(s[i+len(mark):], " "), " ")
}

// inside reports a hop within one organisation: both ends carry names of one
// registered domain, and the sending one's is not merely claimed.
func (h *hop) inside() bool {
	name := h.rdns
	if name == "" && h.ip.Is6() {
		name = h.helo // cloud mail hosts give no reverse name; their hops are IPv6
	}
	if name == "" || h.by == "" {
		return false
	}
	d := registrable(name)
	return d == registrable(h.by) && strings.Contains(d, ".")
}

// sender finds the host that handed the message to the receiving side: the
// first, from the top, that is neither ours nor a hop within one organisation. A
// receiver that states the client's address settles it, if a hop has it.
func (x *Extractor) sender(hops []hop, stated netip.Addr) hop {
	var first, fallback hop
	for _, h := range hops {
		if stated.IsValid() && h.ip == stated {
			return h
		}
		if !h.ip.IsValid() || h.pull || x.cfg.trusts(h.ip) {
			continue
		}
		if !fallback.ip.IsValid() {
			fallback = h
		}
		if !first.ip.IsValid() && !h.inside() {
			first = h
		}
	}
	if first.ip.IsValid() {
		return first
	}
	return fallback
}

// readHops reads the Received fields, the receiving side's first.
func readHops(m *message.Message) (hops []hop) {
	for i := range m.Header {
		if strings.EqualFold(m.Header[i].Name, "Received") && len(hops) < maxReceived {
			hops = append(hops, readHop(m.Header[i].Raw))
		}
	}
	return hops
}

// parseDate reads a date of RFC 5322 and what comes near it; zero if it cannot.
func parseDate(s string) time.Time {
	m := message.Message{Header: []message.Field{{Name: "Date", Value: s, Raw: s}}}
	t, _ := m.Date()
	return t
}
