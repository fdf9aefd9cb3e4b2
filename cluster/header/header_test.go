package header

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// sent is a header as a program sent it.
var sent = []Field{
	{"Message-ID", "<000c01c77d6b$4ee87ba0$001a172c@desk>"},
	{"From", `"Ann Example" <ann@example.org>`},
	{"To", "<bob@example.net>"},
	{"Subject", "Hello"},
	{"Date", "Fri, 13 Apr 2007 01:30:24 +0200"},
	{"MIME-Version", "1.0"},
	{"Content-Type", "multipart/alternative;\tboundary=\"----=_NextPart_000_0009_01C77D6B.4EE87BA0\""},
	{"X-Priority", "3"},
	{"X-Mailer", "Microsoft Outlook Express 6.00.2600.0000"},
}

// received is the same program's next message as another receiver stored it.
var received = slices.Concat([]Field{
	{"Return-Path", "<ann@example.com>"},
	{"Received", "from a by b"},
	{"X-Spam-Status", "No"},
	{"DKIM-Signature", "v=1"},
	{"ARC-Seal", "i=1"},
	{"X-MS-Exchange-Organization-SCL", "5"},
	{"X-AcmeScan-Virus", "clean"},
	{"Message-ID", "<001401c77d13$84e96f50$17171771@desk>"},
	{"From", `Bo <bo@example.com>`},
}, sent[2:6], []Field{
	{"Content-Type", "multipart/alternative; boundary=\"----=_NextPart_000_000F_01C77D13.84E96F50\""},
	{"X-Priority", "3"},
	{"X-Mailer", "The Bat! (v3.0)"},
	{"X-Antivirus", "x"}, {"Status", "O"}, {"MIME-Version", "1.0"},
})

func TestShape(t *testing.T) {
	const want = "Message-ID From To Subject Date Content-Type X-Priority X-Mailer; " +
		"id=h12$h8$h8@host; boundary=----=_NextPart_000_h4_h8.h8"
	for name, fields := range map[string][]Field{"sent": sent, "received": received} {
		if got := Shape(fields); got != want {
			t.Errorf("Shape(%s) = %q, want %q", name, got, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	base := Fingerprint(sent)
	// The value is stored and compared over time: it must never change by accident.
	if want := "h1:9cf6d5f3bf883534"; base != want {
		t.Errorf("Fingerprint(sent) = %q, want %q", base, want)
	}
	if got := Fingerprint(received); got != base {
		t.Errorf("Fingerprint(received) = %q, want that of sent, %q", got, base)
	}
	reordered := slices.Clone(sent)
	reordered[1], reordered[2] = reordered[2], reordered[1]
	respelled := slices.Clone(sent)
	respelled[0].Name = "Message-Id"
	oddMIME := slices.Clone(sent)
	oddMIME[5].Name = "MiME-Version"
	otherID := slices.Clone(sent)
	otherID[0].Value = "<12345.67@example.org>"
	for name, fields := range map[string][]Field{
		"reordered": reordered, "respelled": respelled, "odd MIME-Version": oddMIME,
		"other id": otherID, "one fewer": sent[1:],
	} {
		if got := Fingerprint(fields); got == base || got == "" {
			t.Errorf("Fingerprint(%s) = %q, want another than %q", name, got, base)
		}
	}
	if got := Fingerprint([]Field{{"Received", "x"}, {"Status", "O"}}); got != "" {
		t.Errorf("Fingerprint of transit fields = %q, want none", got)
	}
}

// A list manager's fields are the sender's only where no list manager was.
func TestList(t *testing.T) {
	bulk := []Field{{"From", "a"}, {"List-Unsubscribe", "<x>"}, {"Precedence", "bulk"}}
	if got, want := Shape(bulk), "From List-Unsubscribe Precedence"; got != want {
		t.Errorf("Shape(bulk) = %q, want %q", got, want)
	}
	list := append(slices.Clone(bulk), Field{"X-BeenThere", "l@example.org"}, Field{"Sender", "l"})
	if got, want := Shape(list), "From"; got != want {
		t.Errorf("Shape(list) = %q, want %q", got, want)
	}
}

func TestMessageIDPattern(t *testing.T) {
	for _, c := range []struct{ id, want string }{
		{"", ""},
		{"<>", ""},
		{"<a@b", "!a@host"},
		{"x@example.org", "!a@name"},
		{"<001101c77d58$0e039ba0$06092471@dd>", "h12$h8$h8@host"},
		{"<ca362c194ba571409c7b3c616c0228ae@localhost.localdomain>", "h32@localhost"},
		{"<d3f8be66-778a-4197-b3e7-01d141a3e585@example.org>", "h8-h4-h4-h4-h12@name"},
		{"<20241216125910.6843642536@host-17>", "postfix@host"},
		{"<200704120530.l3C5UM0k012345@mx.example.org>", "sendmail@name"},
		{"<1HbX2C-0001Ab-7K@mx.example.org>", "exim@name"},
		{"<20070412053012.12345.qmail@mx.example.org>", "qmail@name"},
		{"<20010015182416.A30727@example.org>", "914.a9@name"},
		{"<CAF7uT+QmZk3x=Lp2vW_9aBcD4eFgH@example.org>", "b32@name"},
		{"<7.1@[192.0.2.1]>", "9.9@literal"},
		{"<7.1@192.0.2.1>", "9.9@literal"},
		{"<\xff\x00@example.org>", "??@name"},
	} {
		if got := MessageIDPattern(c.id); got != c.want {
			t.Errorf("MessageIDPattern(%q) = %q, want %q", c.id, got, c.want)
		}
	}
	if got, want := messageIDPattern("<1@mail.example.org>", "example.org"), "9@from"; got != want {
		t.Errorf("messageIDPattern below the From domain = %q, want %q", got, want)
	}
}

func TestBoundary(t *testing.T) {
	for _, c := range []struct{ value, boundary, pattern string }{
		{"text/plain", "", ""},
		{`multipart/mixed; boundary="b1_ca362c194ba571409c7b3c616c0228ae"; x=y`, "b1_ca362c194ba571409c7b3c616c0228ae", "b1_h32"},
		{"multipart/mixed; BOUNDARY=--1234567890123456789; charset=x", "--1234567890123456789", "--920"},
		{`multipart/mixed; boundary="----=_Part_14626942_1578580680.1758718015446"`, "----=_Part_14626942_1578580680.1758718015446", "----=_Part_9_910.914"},
		{"multipart/mixed; boundary=", "", ""},
	} {
		got := Boundary(c.value)
		if got != c.boundary || BoundaryPattern(got) != c.pattern {
			t.Errorf("Boundary(%q) = %q, pattern %q, want %q and %q", c.value, got, BoundaryPattern(got), c.boundary, c.pattern)
		}
	}
}

func TestDateStyle(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"", ""},
		{"Fri, 13 Apr 2007 01:30:24 +0200", "W, D M Y h:m:s z"},
		{"Fri, 3 Apr 2007 01:30:24 -0200 (CEST)", "W, D M Y h:m:s z (c)"},
		{"3 Apr 07 01:30 GMT", "D M D h:m Z"},
		{"Fri Apr 13 01:30:24 2007", "W M D h:m:s Y"},
		{"ven., 13 avr. 2007 01:30:24 +0200", "w., D w. Y h:m:s z"},
	} {
		if got := DateStyle(c.value); got != c.want {
			t.Errorf("DateStyle(%q) = %q, want %q", c.value, got, c.want)
		}
	}
}

func TestMailer(t *testing.T) {
	for _, c := range []struct {
		fields []Field
		want   string
	}{
		{nil, ""},
		{[]Field{{"X-MimeOLE", "Produced By Microsoft MimeOLE V6.00"}}, "Microsoft MimeOLE V6.00"},
		{[]Field{{"User-Agent", "Mutt/1.5\t\x00  (2006)"}, {"x-mailer", " The Bat!  (v3.0)"}}, "The Bat! (v3.0)"},
		{[]Field{{"X-Mailer", strings.Repeat("a", 200)}}, strings.Repeat("a", 64)},
	} {
		if got := Mailer(c.fields); got != c.want {
			t.Errorf("Mailer(%v) = %q, want %q", c.fields, got, c.want)
		}
	}
}

// FuzzShape: any header gives printable answers of bounded length, and what is
// added in transit changes none of them.
func FuzzShape(f *testing.F) {
	f.Add("Message-ID: <1@a>\nFrom: a@b\nDate: Fri, 1 Jan 2021 00:00:00 +0000")
	f.Add("X-1: 2\n\xff: \x00\nContent-Type: boundary=\"")
	f.Fuzz(func(t *testing.T, raw string) {
		fields := splitHeader(raw)
		shape := Shape(fields)
		check(t, "shape", shape, maxFields*(maxName+1)+400)
		check(t, "mailer", Mailer(fields), 64)
		for _, part := range []string{raw, first(fields, "Date")} {
			check(t, "id", MessageIDPattern(part), 2*maxPattern)
			check(t, "boundary", BoundaryPattern(part), maxPattern)
			check(t, "date", DateStyle(part), 400)
		}
		more := slices.Concat([]Field{{"Received", raw}, {"X-Spam-Score", "9"}}, fields, []Field{{"Status", "RO"}})
		if got := Shape(more); got != shape {
			t.Errorf("Shape with transit fields = %q, want %q", got, shape)
		}
		if fp := Fingerprint(fields); (fp == "") != (shape == "") || fp != "" && len(fp) != 19 {
			t.Errorf("Fingerprint = %q of shape %q", fp, shape)
		}
	})
}

func check(t *testing.T, name, s string, limit int) {
	t.Helper()
	if len(s) > limit {
		t.Errorf("%s has %d bytes, more than %d", name, len(s), limit)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		t.Errorf("%s %q is not printable ASCII", name, s)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	fields := received
	for range 5 { // as many transit fields as large receivers add
		fields = append(fields, Field{"X-MS-Exchange-CrossTenant-Id", "x"}, Field{"Received", "x"},
			Field{"X-Forefront-Antispam-Report", "x"}, Field{"Authentication-Results", "x"})
	}
	b.ReportAllocs()
	for b.Loop() {
		Fingerprint(fields)
	}
}

func BenchmarkCorpus(b *testing.B) {
	corpus := readCorpus(b)
	for b.Loop() {
		for _, m := range corpus {
			Fingerprint(m.fields)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(corpus)), "µs/msg")
}
