package simulate

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
)

// mail is a message before it is written.
type mail struct {
	fromName, from, replyTo string
	to                      *mailbox
	subject                 string
	plain, page             string // page is HTML; either may be ""
	files                   []file
	inline                  bool // the files belong to the page
	time                    time.Time
	kit                     *kit
	origin                  origin
	returnPath              string
	signed                  string // DKIM domain that passes; "" for mail that fails
	extra                   [][2]string
	charset, encoding       string // "" leaves it to the kit
	wordEncoding            byte   // of header fields: 0 where needed, 'b' or 'q' always
}

// write gives the message in wire form (RFC 5322), lines ended by CRLF.
func (m *mail) write(r *rng) []byte {
	var b bytes.Buffer
	m.trace(&b, r)
	for _, name := range m.kit.order {
		m.field(&b, r, name)
	}
	for _, f := range m.extra {
		fmt.Fprintf(&b, "%s: %s\r\n", f[0], f[1])
	}
	m.body(&b, r)
	return b.Bytes()
}

// trace is what the receiving side puts on top.
func (m *mail) trace(b *bytes.Buffer, r *rng) {
	_, domain, _ := strings.Cut(m.to.address, "@")
	_, from, _ := strings.Cut(m.from, "@")
	fmt.Fprintf(b, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", m.returnPath, m.to.address)
	if m.signed != "" {
		fmt.Fprintf(b, "Authentication-Results: mx.%s; spf=pass smtp.mailfrom=%s; dkim=pass header.d=%s; dmarc=pass header.from=%s\r\n", domain, m.returnPath, m.signed, from)
	} else {
		fmt.Fprintf(b, "Authentication-Results: mx.%s; spf=%s smtp.mailfrom=%s; dkim=none; dmarc=fail header.from=%s\r\n", domain, pick(r, []string{"none", "softfail", "neutral"}), m.returnPath, from)
	}
	fmt.Fprintf(b, "Received: from %s (%s [%s])\r\n\tby mx.%s with ESMTPS id %s\r\n\tfor <%s>; %s\r\n",
		m.origin.helo, m.origin.helo, literal(m.origin.ip), domain, r.letters(alnum, 12), m.to.address, m.time.Format(time.RFC1123Z))
}

func literal(ip string) string {
	if strings.Contains(ip, ":") {
		return "IPv6:" + ip
	}
	return ip
}

func (m *mail) field(b *bytes.Buffer, r *rng, name string) {
	put := func(name, value string) { fmt.Fprintf(b, "%s: %s\r\n", name, value) }
	_, domain, _ := strings.Cut(m.from, "@")
	switch name {
	case "Date":
		put(name, m.time.Add(-time.Duration(r.between(1, 90))*time.Second).Format(time.RFC1123Z))
	case "From":
		put(name, m.words(m.fromName, true)+" <"+m.from+">")
	case "To":
		put(name, m.to.address)
	case "Subject":
		put(name, m.words(m.subject, false))
	case "Message-ID":
		put(name, m.kit.messageID(r, domain))
	case "MIME-Version":
		put(m.kit.mime[0], "1.0")
	case "Reply-To":
		if m.replyTo != "" {
			put(name, "<"+m.replyTo+">")
		}
	case "X-Mailer":
		if m.kit.mailer[0] != "" {
			put(m.kit.mailer[0], m.kit.mailer[1])
		}
	case "Priority":
		if m.kit.priority {
			put("X-Priority", "3")
		}
	case "Unsubscribe":
		if m.kit.unsub {
			put("List-Unsubscribe", "<mailto:leave-"+r.letters(hexes, 10)+"@"+domain+">")
		}
	}
}

// words writes a text of the header (RFC 2047).
func (m *mail) words(s string, phrase bool) string {
	if ascii(s) && m.wordEncoding == 0 {
		if phrase && strings.ContainsAny(s, `.,:;@()<>[]"\`) {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		return s
	}
	encoder := mime.BEncoding
	if m.wordEncoding == 'q' {
		encoder = mime.QEncoding
	}
	if ascii(s) { // the encoder would leave it
		return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
	}
	return strings.ReplaceAll(encoder.Encode("utf-8", s), "?= =?", "?=\r\n =?")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// body writes the parts, nested no deeper than they need.
func (m *mail) body(b *bytes.Buffer, r *rng) {
	var texts []func()
	if m.plain != "" || m.page == "" && (len(m.files) == 0 || !m.inline) {
		texts = append(texts, func() { m.text(b, "text/plain", m.plain) })
	}
	if m.page != "" {
		page := func() { m.text(b, "text/html", m.page) }
		if m.inline && len(m.files) > 0 {
			page = m.multipart(b, r, "related", append([]func(){page}, m.fileParts(b)...))
		}
		texts = append(texts, page)
	}
	content := texts[0]
	if len(texts) > 1 {
		content = m.multipart(b, r, "alternative", texts)
	}
	if len(m.files) > 0 && !m.inline {
		content = m.multipart(b, r, "mixed", append([]func(){content}, m.fileParts(b)...))
	}
	content()
}

func (m *mail) multipart(b *bytes.Buffer, r *rng, kind string, parts []func()) func() {
	return func() {
		boundary := m.kit.boundary(r)
		fmt.Fprintf(b, "%s: multipart/%s; boundary=%q\r\n\r\n", m.kit.mime[1], kind, boundary)
		for _, p := range parts {
			fmt.Fprintf(b, "--%s\r\n", boundary)
			p()
			if !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) {
				b.WriteString("\r\n")
			}
		}
		fmt.Fprintf(b, "--%s--\r\n", boundary)
	}
}

func (m *mail) fileParts(b *bytes.Buffer) (out []func()) {
	for _, f := range m.files {
		out = append(out, func() {
			disposition := "attachment"
			if m.inline {
				disposition = "inline"
			}
			fmt.Fprintf(b, "%s: %s; name=%q\r\n%s: base64\r\nContent-Disposition: %s; filename=%q\r\n", m.kit.mime[1], f.mediaType, f.name, m.kit.mime[2], disposition, f.name)
			if f.contentID != "" {
				fmt.Fprintf(b, "Content-ID: <%s>\r\n", f.contentID)
			}
			b.WriteString("\r\n")
			writeBase64(b, f.data)
		})
	}
	return out
}

func (m *mail) text(b *bytes.Buffer, mediaType, text string) {
	encoding, charset := m.encoding, m.charset
	if encoding == "" {
		encoding = m.kit.encoding
	}
	if charset == "" {
		charset = "utf-8"
	}
	if encoding == "7bit" && (!ascii(text) || longest(text) > 990) {
		encoding = "quoted-printable"
	}
	data := []byte(text)
	if charset == "iso-8859-1" || charset == "windows-1252" {
		if latin, ok := toLatin(text); ok {
			data = latin
		} else {
			charset = "utf-8"
		}
	}
	fmt.Fprintf(b, "%s: %s; charset=%s\r\n%s: %s\r\n\r\n", m.kit.mime[1], mediaType, charset, m.kit.mime[2], encoding)
	switch encoding {
	case "base64":
		writeBase64(b, data)
	case "quoted-printable":
		w := quotedprintable.NewWriter(b)
		_, _ = w.Write(data) // a buffer takes everything
		_ = w.Close()
	default:
		b.Write(data)
	}
}

func longest(text string) (n int) {
	for line := range strings.SplitSeq(text, "\r\n") {
		n = max(n, len(line))
	}
	return n
}

func toLatin(s string) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}

func writeBase64(b *bytes.Buffer, data []byte) {
	text := base64.StdEncoding.EncodeToString(data)
	for len(text) > 76 {
		b.WriteString(text[:76])
		b.WriteString("\r\n")
		text = text[76:]
	}
	b.WriteString(text)
	b.WriteString("\r\n")
}
