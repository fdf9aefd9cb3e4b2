// Package header makes a fingerprint of a header block: a stable value of the
// sending program's habits.
//
// A program writes its fields in one order and spelling and makes its
// message-ids, boundaries and dates in one form, whatever the lure. What relays
// and receivers add or move on the way says nothing about the sender and is left
// out, since the copies of one campaign arrive through many of them. Whom a
// message is from and what it says are no part of it either: other features
// carry those. A fingerprint is shared by all who use the same program, so it
// confirms and never decides.
//
// The package is pure and total: any bytes give an answer of bounded length.
package header

import (
	"encoding/hex"
	"hash/fnv"
	"strings"
)

// Field is one header field: its name as spelled, its value unfolded and not
// decoded.
type Field struct{ Name, Value string }

// Bounds of what is looked at.
const (
	maxFields = 64
	maxName   = 40
	maxValue  = 512
)

// Fingerprint gives "h1:" and 16 hexadecimal digits, a hash of [Shape]; "" where
// the block has no field of the sender's. The number names the version of the
// rules: values of two versions do not compare.
func Fingerprint(fields []Field) string {
	shape := Shape(fields)
	if shape == "" {
		return ""
	}
	h := fnv.New64a()
	h.Write([]byte(shape)) // never fails
	return "h1:" + hex.EncodeToString(h.Sum(nil))
}

// Shape gives what [Fingerprint] hashes, for people: the fields in order, then
// the form of message-id and boundary.
//
// The mailer's name, the form of the date and that of the From value are left
// out. Over labelled campaigns they told hardly any strangers apart that the
// rest did not, and split kits that draw the mailer at random or write dates in
// the language of the machine they run on. [Mailer] and [DateStyle] are values
// of their own.
func Shape(fields []Field) string {
	var b strings.Builder
	list := managed(fields)
	kept := 0
	for _, f := range fields {
		if kept == maxFields {
			break
		}
		if name := fieldName(f.Name, list); name != "" {
			if kept > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(name)
			kept++
		}
	}
	if kept == 0 {
		return ""
	}
	writePart(&b, "id", messageIDPattern(first(fields, "Message-ID"), domainOf(first(fields, "From"))))
	writePart(&b, "boundary", BoundaryPattern(Boundary(first(fields, "Content-Type"))))
	return b.String()
}

func writePart(b *strings.Builder, name, value string) {
	if value != "" {
		b.WriteString("; ")
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(value)
	}
}

// first gives the start of the first value of that name, trimmed.
func first(fields []Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return strings.TrimSpace(f.Value[:min(len(f.Value), maxValue)])
		}
	}
	return ""
}

// domainOf gives the domain of a From value, lower case.
func domainOf(from string) string {
	at := strings.LastIndexByte(from, '@')
	if at < 0 {
		return ""
	}
	domain := from[at+1:]
	if end := strings.IndexAny(domain, "> \t\","); end >= 0 {
		domain = domain[:end]
	}
	return strings.ToLower(domain)
}
