package message

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// hostile builds inputs of about n bytes, each aimed at one cost.
func hostile(n int) map[string][]byte {
	fill := func(head, unit string) []byte {
		return append([]byte(head), bytes.Repeat([]byte(unit), max(1, (n-len(head))/len(unit)))...)
	}
	const mp = "From: a@b\nContent-Type: multipart/mixed; boundary="
	nest := func(each string) []byte {
		var b bytes.Buffer
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d%s\n\n--b%d\n", i, each, i)
		}
		return b.Bytes()
	}
	return map[string][]byte{
		"nested":             nest(""),
		"nested same":        fill(mp+"b\n\n", "--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
		"one-byte boundary":  fill(mp+"-\n\n", "---\n"),
		"dashes":             fill(mp+"-\n\n", "-"),
		"long boundary":      fill(mp+strings.Repeat("a", 2000)+"\n\n", "\n--"+strings.Repeat("a", 1999)+"b"),
		"empty parts":        fill(mp+"b\n\n", "--b\n\n"),
		"fields":             fill("", "a:b\n"),
		"one field":          fill("Subject: ", "=?utf-8?q?=41?= "),
		"open words":         fill("Subject: ", "=?"),
		"broken words":       fill("Subject: ", "=?a?b?"),
		"folds":              fill("Subject: x\n", " \n"),
		"no colon":           fill("Subject: x\n", "abc\nA: b\n"),
		"to list":            fill("To: ", "a@b,"),
		"to nested":          fill("To: ", "(<\""),
		"type parameters":    fill("Content-Type: text/plain", "; a=b"),
		"type quotes":        fill("Content-Type: text/plain; name=\"", "\\\""),
		"type words":         fill("Content-Type: text/plain; name=", "=?utf-8?q?=41?= "),
		"part types":         fill(mp+"b\n\n", "--b\nContent-Type: text/plain"+strings.Repeat("; a", 700)+"\nContent-Disposition: attachment"+strings.Repeat("; =?utf-8?q?a?=", 500)+"\n\nx\n"),
		"bad base64":         fill("Content-Type: x/x\nContent-Transfer-Encoding: base64\n\n", "\x00\xff!"),
		"good base64":        fill("Content-Type: x/x\nContent-Transfer-Encoding: base64\n\n", "QUJD"),
		"8-bit qp":           fill("Content-Type: x/x\nContent-Transfer-Encoding: quoted-printable\n\n", "\xff\xfe"),
		"qp equals":          fill("Content-Type: x/x\nContent-Transfer-Encoding: quoted-printable\n\n", "="),
		"qp spaces":          fill("Content-Type: x/x\nContent-Transfer-Encoding: quoted-printable\n\n", " "),
		"qp newlines":        fill("Content-Type: x/x\nContent-Transfer-Encoding: quoted-printable\n\n", " \r=\n"),
		"utf-7":              fill("Content-Type: text/plain; charset=utf-7\n\n", "+AGEAYQ-"),
		"utf-7 open":         fill("Content-Type: text/plain; charset=utf-7\n\n+", "AGEA"),
		"utf-16":             fill("Content-Type: text/plain; charset=utf-16\n\n", "a\x00"),
		"iso-2022-jp":        fill("Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B\x1b(B"),
		"gb18030":            fill("Content-Type: text/plain; charset=gb18030\n\n", "\x81\x30\x81\x30"),
		"cid":                fill(mp+"b\n\n--b\nContent-ID: <x>\n\n--b\nContent-Type: text/html\n\n", "cid:"),
		"bare CR":            fill("A: b\r", "a: b\r\r"),
		"CR in field":        fill("A: ", "\r"),
		"blank start":        fill("", "\n"),
		"mbox lines":         fill("", "From \n"),
		"NUL":                fill("", "\x00"),
		"lone boundary hunt": fill("Content-Type: multipart/mixed\n\n", "--a\n"),
		"rfc822":             fill("", "Content-Type: message/rfc822\n\n"),
		"digest":             fill("Content-Type: multipart/digest; boundary=b\n\n", "--b\n\nSubject: x\n\n"),
		"addresses":          fill("From: ", "\"<@"),
	}
}

// TestHostile runs every hostile shape at a size that shows superlinear cost,
// and checks what Parse promises. Helpers run too: they read the same fields.
func TestHostile(t *testing.T) {
	cfg := Default()
	for name, raw := range hostile(1 << 18) {
		m := New(cfg).Parse(raw)
		checkMessage(t, cfg, m)
		m.Addresses("To")
		m.Addresses("From")
		m.Date()
		if t.Failed() {
			t.Fatalf("input %q", name)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	p := New(Default())
	for name, raw := range hostile(25 << 20) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				m := p.Parse(raw)
				m.Addresses("To")
				m.Addresses("From")
			}
		})
	}
}
