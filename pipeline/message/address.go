package message

import (
	"net/mail"
	"strings"
)

// Address is one mailbox of an address field.
type Address struct {
	// Name is the display name, decoded; "" without one.
	Name string
	// Local and Domain are the two halves of the address, Domain in lower
	// case. Domain is "" where there is no "@".
	Local, Domain string
}

// String gives local@domain, without the name.
func (a Address) String() string {
	if a.Domain == "" {
		return a.Local
	}
	return a.Local + "@" + a.Domain
}

// maxAddresses bounds what one field yields.
const maxAddresses = 200

// Addresses reads the mailboxes of every field of that name. A field that
// net/mail refuses is scanned for anything like an address.
func (m *Message) Addresses(name string) []Address {
	var out []Address
	for _, f := range m.Header {
		if f.is(name) && len(out) < maxAddresses {
			out = append(out, parseAddresses(f.Raw)...)
		}
	}
	return out[:min(len(out), maxAddresses)]
}

// ParseAddress reads the first mailbox of s, which may hold RFC 2047 words.
func ParseAddress(s string) (Address, bool) {
	list := parseAddresses(s)
	if len(list) == 0 {
		return Address{}, false
	}
	return list[0], true
}

func parseAddresses(raw string) []Address {
	list, err := (&mail.AddressParser{}).ParseList(raw)
	if err != nil {
		return scanAddresses(raw)
	}
	out := make([]Address, 0, len(list))
	for _, a := range list {
		out = append(out, makeAddress(a.Name, a.Address))
	}
	return out
}

// scanAddresses reads a broken list: it is cut at commas and semicolons outside
// quotes and angle brackets, and each piece is a name and an address.
func scanAddresses(raw string) []Address {
	var out []Address
	for _, piece := range splitList(raw) {
		if len(out) >= maxAddresses {
			break
		}
		if a, ok := scanAddress(piece); ok {
			out = append(out, a)
		}
	}
	return out
}

func splitList(s string) []string {
	var out []string
	quoted, angle, start := false, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' && (i == 0 || s[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case !angle && (c == ',' || c == ';'):
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// scanAddress takes the last bracketed text, else the first word with an "@".
func scanAddress(piece string) (Address, bool) {
	piece = strings.TrimSpace(piece)
	if piece == "" {
		return Address{}, false
	}
	if open := strings.LastIndexByte(piece, '<'); open >= 0 {
		spec, _, _ := strings.Cut(piece[open+1:], ">")
		return makeAddress(piece[:open], spec), true
	}
	for _, w := range strings.Fields(piece) {
		if strings.Contains(w, "@") {
			name := strings.Replace(piece, w, "", 1)
			return makeAddress(name, strings.Trim(w, "()[]'\":,")), true
		}
	}
	if strings.Contains(piece, " ") {
		return makeAddress(piece, ""), true
	}
	return makeAddress("", piece), true
}

func makeAddress(name, spec string) Address {
	var ignored defects
	name = strings.TrimSpace(clean(words(name, &ignored)))
	if len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
		name = strings.TrimSpace(strings.ReplaceAll(name[1:len(name)-1], `\`, ""))
	}
	spec = strings.Trim(clean(words(spec, &ignored)), " \t'\"")
	spec = strings.TrimPrefix(spec, "mailto:")
	at := strings.LastIndexByte(spec, '@')
	if at < 0 {
		return Address{Name: name, Local: spec}
	}
	domain := strings.ToLower(strings.Trim(spec[at+1:], " \t."))
	return Address{Name: name, Local: strings.TrimSpace(spec[:at]), Domain: domain}
}
