package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"time"
)

const dateFormat = "Mon, 02 Jan 2006 15:04:05 -0700"

// provider is where a recipient has the mailbox.
type provider struct {
	domain, mx, ip string
	// store is the name of an inner host that adds a hop without an address, "" for none.
	store string
}

// The providers: three for consumers and a small domain with a Maildir.
var (
	inbox   = provider{domain: "inbox.example", mx: "mx.inbox.example", ip: "203.0.113.10"}
	post    = provider{domain: "post.example", mx: "mx1.post.example", ip: "203.0.113.20"}
	mailbox = provider{domain: "mail.example", mx: "mx-in.mail.example", ip: "203.0.113.30", store: "store7.mail.example"}
	orchard = provider{domain: "orchard.example", mx: "mail.orchard.example", ip: "203.0.113.40"}
)

// host is a server that sends.
type host struct{ helo, ip string }

// kit is sending software: the order and spelling of its header fields, its
// message ids and its boundaries.
type kit struct {
	// fields in order, as the kit spells them. A field without a value is left out.
	fields []string
	mailer string
	// id is a pattern of the Message-ID, boundary one of the boundary: each #
	// becomes a hexadecimal digit of chance, each * a letter or digit, $ the
	// name of the sending host.
	id, boundary string
	// encoding of text parts: 8bit, quoted-printable or base64.
	encoding string
}

// fill makes an id or a boundary out of a kit's pattern.
func fill(r *rand.Rand, pattern, name string) string {
	var b strings.Builder
	for _, c := range pattern {
		switch c {
		case '#':
			fmt.Fprintf(&b, "%x", r.IntN(16))
		case '*':
			b.WriteString(token(r, 1))
		case '$':
			b.WriteString(name)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// part is one leaf of a MIME tree.
type part struct {
	// header is what stands beside the transfer encoding, lines without the last newline.
	header string
	data   []byte
	binary bool
}

func plain(text string) part {
	return part{header: "Content-Type: text/plain; charset=utf-8", data: []byte(text + "\n")}
}

func markup(html string) part {
	return part{header: "Content-Type: text/html; charset=utf-8", data: []byte(html + "\n")}
}

// letter is a message before it is sent.
type letter struct {
	kit  kit
	from host
	// sender is the whole From field, envelope the return path's address.
	sender, envelope string
	subject          string
	// more holds other fields by lower-case name.
	more map[string]string
	// mixture is the multipart subtype, for more than one part.
	mixture string
	parts   []part
	// local is a hop before the sending host, as its own Received field says it, "" for none.
	local string
	// auth is what the receiving provider found.
	auth string
}

// sent is a message as the recipient's provider stored it.
type sent struct {
	at       time.Time
	from     host
	envelope string
	subject  string
	auth     string
	raw      []byte
}

// send delivers the letter to a person at a time.
func (l letter) send(r *rand.Rand, to person, at time.Time) sent {
	p, ident := to.mailbox, strings.ToUpper(token(r, 11))
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if p.store != "" {
		line("Received: by %s with LMTP id %s; %s", p.store, token(r, 8), at.Add(2*time.Second).Format(dateFormat))
	} else {
		line("Delivered-To: %s", to.address)
	}
	line("Return-Path: <%s>", l.envelope)
	line("Received: from %s (%s [%s])\n\tby %s with ESMTP id %s\n\tfor <%s>; %s", l.from.helo, l.from.helo, l.from.ip,
		p.mx, ident, to.address, at.Format(dateFormat))
	line("Authentication-Results: %s;\n\t%s", p.mx, l.auth)
	if l.local != "" {
		line("Received: %s id %s; %s", l.local, token(r, 10), at.Add(-time.Duration(2+r.IntN(40))*time.Second).Format(dateFormat))
	}
	l.compose(&b, r, to, at)
	return sent{at: at, from: l.from, envelope: l.envelope, subject: l.subject, auth: l.auth, raw: b.Bytes()}
}

// compose writes what the sending kit made: its header fields and the body.
func (l letter) compose(b *bytes.Buffer, r *rand.Rand, to person, at time.Time) {
	values := map[string]string{
		"from": l.sender, "to": "<" + to.address + ">", "subject": l.subject, "x-mailer": l.kit.mailer,
		"user-agent": l.kit.mailer, "mime-version": "1.0",
		"date":       at.Add(-time.Duration(3+r.IntN(60)) * time.Second).Format(dateFormat),
		"message-id": "<" + fill(r, l.kit.id, l.from.helo) + ">",
	}
	for name, value := range l.more {
		values[name] = value
	}
	boundary := fill(r, l.kit.boundary, "")
	values["content-type"] = fmt.Sprintf("multipart/%s;\n\tboundary=\"%s\"", l.mixture, boundary)
	if len(l.parts) == 1 {
		values["content-type"] = strings.TrimPrefix(l.parts[0].header, "Content-Type: ")
		values["content-transfer-encoding"] = l.encodingOf(l.parts[0])
	}
	for _, field := range l.kit.fields {
		if value := values[strings.ToLower(field)]; value != "" {
			fmt.Fprintf(b, "%s: %s\n", field, value)
		}
	}
	b.WriteString("\n")
	if len(l.parts) == 1 {
		b.Write(encode(l.parts[0].data, l.encodingOf(l.parts[0])))
		return
	}
	for _, p := range l.parts {
		fmt.Fprintf(b, "--%s\n%s\nContent-Transfer-Encoding: %s\n\n", boundary, p.header, l.encodingOf(p))
		b.Write(encode(p.data, l.encodingOf(p)))
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "--%s--\n", boundary)
}

func (l letter) encodingOf(p part) string {
	if p.binary {
		return "base64"
	}
	return l.kit.encoding
}

// encode is data in a transfer encoding, with newlines at the ends of lines.
func encode(data []byte, encoding string) []byte {
	var b bytes.Buffer
	switch encoding {
	case "base64":
		for text := base64.StdEncoding.EncodeToString(data); text != ""; {
			n := min(76, len(text))
			b.WriteString(text[:n] + "\n")
			text = text[n:]
		}
	case "quoted-printable":
		w := quotedprintable.NewWriter(&b)
		w.Write(data) // a bytes.Buffer takes everything
		w.Close()
		return bytes.ReplaceAll(b.Bytes(), []byte("\r\n"), []byte("\n"))
	default:
		b.Write(data)
	}
	return b.Bytes()
}
