package intake

import (
	"net/mail"
	"net/netip"
	"strings"
	"time"
)

// maxAddress bounds a mail address (RFC 5321: 64 + 1 + 255).
const maxAddress = 320

// normaliseAddress gives the one form of an address that ids and joins use:
// bare and in lower case. The local part is folded too: no large mailbox
// provider tells its letters' case apart. What is no address, such as a
// producer's own identifier of a mailbox, is only trimmed and folded.
func normaliseAddress(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "")
	if a := firstAddress(s); a != "" {
		return a
	}
	if s = strings.ToLower(strings.Trim(s, "<> \t\r\n")); len(s) > maxAddress {
		s = strings.ToValidUTF8(s[:maxAddress], "")
	}
	return strings.TrimSpace(s)
}

// addresses lists the mailboxes that a field value names, normalised. It takes
// anything between blanks, commas and angle brackets that has the form of an
// address, because the fields of hostile mail are seldom well-formed; where angle
// brackets hold addresses, only those count.
func addresses(v string) []string {
	if len(v) > 1<<16 {
		v = v[:1<<16]
	}
	if list, err := mail.ParseAddressList(v); err == nil {
		out := make([]string, 0, len(list))
		for _, a := range list {
			if s := bareAddress(a.Address); s != "" {
				out = append(out, s)
			}
		}
		return out
	}
	var angled, loose []string
	for i, piece := range strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune("<>, \t\r\n;\"()", r) }) {
		if i > 1000 {
			break
		}
		a := bareAddress(piece)
		switch {
		case a == "":
		case strings.Contains(v, "<"+piece+">"):
			angled = append(angled, a)
		default:
			loose = append(loose, a)
		}
	}
	if len(angled) > 0 {
		return angled
	}
	return loose
}

func firstAddress(v string) string {
	if list := addresses(v); len(list) > 0 {
		return list[0]
	}
	return ""
}

// bareAddress returns s in lower case if it is local@domain, else "".
func bareAddress(s string) string {
	i := strings.LastIndexByte(s, '@')
	if i <= 0 || i == len(s)-1 || len(s) > maxAddress {
		return ""
	}
	for _, c := range s {
		if c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == 0xfffd {
			return ""
		}
	}
	return strings.ToLower(s)
}

// parseIP reads an IP address as feedback reports give it: bare, in brackets,
// with an "IPv6:" tag, or followed by a host name.
func parseIP(s string) (netip.Addr, bool) {
	first, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	first = strings.Trim(first, "[]();,")
	if len(first) > 5 && strings.EqualFold(first[:5], "ipv6:") {
		first = first[5:]
	}
	ip, err := netip.ParseAddr(first)
	if err != nil || ip.Zone() != "" {
		return netip.Addr{}, false
	}
	return ip.Unmap(), true
}

// zones are the names of RFC 5322, 4.3, which package time reads as UTC.
var zones = map[string]int{
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}

// parseDate reads an RFC 5322 date. Years outside 1990 to 2100 are refused.
func parseDate(s string) (time.Time, bool) {
	t, err := mail.ParseDate(strings.TrimSpace(s))
	if err != nil {
		return time.Time{}, false
	}
	if name, offset := t.Zone(); offset == 0 {
		t = t.Add(-time.Duration(zones[name]) * time.Hour)
	}
	return plausible(t)
}

func plausible(t time.Time) (time.Time, bool) {
	if t.Year() < 1990 || t.Year() > 2100 {
		return time.Time{}, false
	}
	return t.UTC(), true
}
