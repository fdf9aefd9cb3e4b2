package message

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	const text = "From: a@example.org\nContent-Type: text/plain"
	for _, c := range []struct {
		name, raw string
		want      Message
	}{
		{"empty", "", Message{Shape: "text/plain",
			Defects: []Defect{DefectEmpty, DefectHeaderMissing}}},
		{"body only", "hello there\n\nworld", Message{Plain: "hello there\n\nworld", Shape: "text/plain",
			Defects: []Defect{DefectHeaderMalformed, DefectHeaderMissing, DefectHeaderUnterminated}}},
		{"plain", text + "; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: 8BIT\r\n\r\nhé\r\n", Message{
			Plain: "hé\r\n", Shape: "text/plain", Charset: "utf-8", Encoding: "8bit"}},
		{"quoted-printable latin", text + "; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nh=E9 =\nx", Message{
			Plain: "hé x", Shape: "text/plain", Charset: "iso-8859-1", Encoding: "quoted-printable"}},
		{"undeclared latin", "A: b\n\nh\xe9", Message{Plain: "hé", Shape: "text/plain",
			Defects: []Defect{DefectCharsetGuessed}}},
		{"hint of the header", "Subject: =?koi8-r?b?8NLJ18XU?=\n\n\xf0\xd2\xc9\xd7\xc5\xd4", Message{Plain: "Привет", Shape: "text/plain",
			Defects: []Defect{DefectCharsetGuessed}}},
		{"UTF-8 under a western label", text + "; charset=us-ascii\n\nh\u00e9", Message{Plain: "hé", Shape: "text/plain", Charset: "us-ascii",
			Defects: []Defect{DefectCharsetMismatch}}},
		{"latin under UTF-8", text + "; charset=utf-8\n\nh\xe9", Message{Plain: "hé", Shape: "text/plain", Charset: "utf-8",
			Defects: []Defect{DefectCharsetMismatch}}},
		{"unknown set", text + "; charset=x-none\n\nh\xe9", Message{Plain: "hé", Shape: "text/plain", Charset: "x-none",
			Defects: []Defect{DefectCharsetGuessed, DefectCharsetUnknown}}},
		{"base64 with a footer", text + "\nContent-Transfer-Encoding: base64\n\naGVs\nbG8=\n-- \nlist footer", Message{
			Plain: "hello", Shape: "text/plain", Encoding: "base64", Defects: []Defect{DefectEncodingMalformed}}},
		{"no boundary", "Content-Type: multipart/mixed\n\n--x\nContent-Type: text/html\n\n<p>\n--x--\n", Message{
			HTML: "<p>", Shape: "multipart/mixed(text/html)", Defects: []Defect{DefectBoundaryMissing}}},
		{"other boundary", "Content-Type: multipart/mixed; boundary=y\n\n--x\nContent-Type: text/html\n\n<p>\n", Message{
			HTML: "<p>\n", Shape: "multipart/mixed(text/html)", Boundary: "y", Defects: []Defect{DefectBoundaryUnclosed, DefectBoundaryUnseen}}},
		{"no parts", "Content-Type: multipart/mixed; boundary=y\n\n<html>x", Message{
			HTML: "<html>x", Shape: "text/html", Boundary: "y", Defects: []Defect{DefectBoundaryUnseen}}},
		{"prefix boundaries", "Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: multipart/mixed; boundary=yy\n\n--yy\n\none\n--yy--\n--y\n\ntwo\n--y--", Message{
			Plain: "one\ntwo", Shape: "multipart/mixed(multipart/mixed(text/plain),text/plain)", Boundary: "y"}},
		{"outer ends inner", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--o\n\ntwo\n--o--", Message{
			Plain: "one\ntwo", Shape: "multipart/mixed(multipart/mixed(text/plain),text/plain)", Boundary: "o", Defects: []Defect{DefectBoundaryUnclosed}}},
		{"text attachment", "Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Disposition: attachment; filename=\"C:\\\\a\\\\b.txt\"\n\none\n--y--", Message{
			Shape: "multipart/mixed(text/plain)", Boundary: "y", Parts: []Part{{Name: "b.txt", Type: "text/plain", Data: []byte("one")}}}},
		{"digest", "Content-Type: multipart/digest; boundary=y\n\n--y\n\nSubject: a\n\none\n--y--", Message{
			Shape: "multipart/digest(message/rfc822)", Boundary: "y", Parts: []Part{{Type: "message/rfc822", Data: []byte("Subject: a\n\none")}}}},
		{"bare CR", "A: b\rC: d\r\rtext\r", Message{Plain: "text\n", Shape: "text/plain", Defects: []Defect{DefectLineEnds}}},
		{"body at once", "A: b\nhello,\nit is\nlate\nand\nso on\nfurther\n", Message{Plain: "hello,\nit is\nlate\nand\nso on\nfurther\n", Shape: "text/plain",
			Defects: []Defect{DefectHeaderMalformed, DefectHeaderUnterminated}}},
		{"no type", "Content-Type: nonsense\n\nx", Message{Plain: "x", Shape: "text/plain", Defects: []Defect{DefectTypeMalformed}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := New(Default()).Parse([]byte(c.raw))
			checkMessage(t, Default(), got)
			got.Header, got.Size = nil, 0
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("Parse(%q): -want +got\n%s", c.raw, diff)
			}
		})
	}
}

// TestBounds gives each bound a message that meets it, and one that passes.
func TestBounds(t *testing.T) {
	tight := Config{MaxBytes: 4000, MaxParts: 4, MaxDepth: 2, MaxFields: 3, MaxHeaderBytes: 300, MaxValueBytes: 80, MaxTextBytes: 100, MaxPartBytes: 100}
	nest := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("Content-Type: multipart/mixed; boundary=b" + string(rune('0'+i)) + "\n\n--b" + string(rune('0'+i)) + "\n")
		}
		return b.String() + "\nx"
	}
	parts := func(n int) string {
		return "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", n) + "--b--"
	}
	file := "Content-Type: x/y\n\n"
	for _, c := range []struct {
		code      Defect
		pass, hit string
	}{
		{DefectSizeTruncated, file + strings.Repeat("x", 4000-len(file)), file + strings.Repeat("x", 4001-len(file))},
		{DefectPartsTruncated, parts(3), parts(4)},
		{DefectDepthTruncated, nest(2), nest(3)},
		{DefectHeaderTruncated, strings.Repeat("a: b\n", 3), strings.Repeat("a: b\n", 4)},
		{DefectHeaderTruncated, strings.Repeat("a: "+strings.Repeat("b", 70)+"\n", 3), "a: b\n" + strings.Repeat(" "+strings.Repeat("b", 30)+"\n", 20)},
		{DefectFieldTruncated, "a:" + strings.Repeat("b", 80), "a:" + strings.Repeat("b", 81)},
		{DefectTextTruncated, "a: b\n\n" + strings.Repeat("x", 99), "a: b\n\n" + strings.Repeat("x", 101)},
		{DefectDataTruncated, file + strings.Repeat("x", 100), file + strings.Repeat("x", 101)},
	} {
		for raw, want := range map[string]bool{c.pass: false, c.hit: true} {
			m := New(tight).Parse([]byte(raw))
			checkMessage(t, tight, m)
			if got := slices.Contains(m.Defects, c.code); got != want {
				t.Errorf("Parse(%.60q...) of %d bytes has %s: %v, want %v (all %v)", raw, len(raw), c.code, got, want, m.Defects)
			}
		}
	}
}

func TestConfig(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Errorf("Default().Validate() = %v", err)
	}
	c := Default()
	c.MaxDepth = 0
	if c.Validate() == nil {
		t.Error("Validate of no depth = nil, want an error")
	}
}

func TestDefects(t *testing.T) {
	all := Defects()
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("Defects() = %v, want them sorted and distinct", all)
	}
}

// The corpus holds an honest message of each build and a hostile one.
func TestCorpus(t *testing.T) {
	p := New(Default())
	want := map[string]struct {
		shape   string
		parts   []string
		plain   string
		defects []Defect
	}{
		"plain.eml": {"text/plain", nil, "Shall we meet at noon?\n", nil},
		"related.eml": {"multipart/related(multipart/alternative(text/plain,text/html),image/png,text/html)",
			[]string{"logo.png", "invoice.html"}, "Your parcel waits in café number 4.\n", nil},
		"forward.eml": {"multipart/mixed(text/plain,message/rfc822)", []string{""}, "Please look at this.\n", nil},
		"hostile.eml": {"multipart/mixed(text/plain,application/zip)", []string{"agpj.exe"}, "café =zz end", []Defect{
			DefectBoundaryUnclosed, DefectBoundaryUnseen, DefectCharsetGuessed, DefectCharsetMismatch, DefectCharsetUnknown,
			DefectControlBytes, DefectEncodedWord, DefectEncodingMalformed, DefectFieldRepeated, DefectHeader8Bit,
			DefectHeaderMalformed, DefectMboxLine}},
	}
	for name, raw := range corpus(t) {
		m := p.Parse(raw)
		checkMessage(t, Default(), m)
		var names []string
		for _, part := range m.Parts {
			names = append(names, part.Name)
		}
		w := want[name]
		if m.Shape != w.shape || m.Plain != w.plain || !slices.Equal(names, w.parts) || !slices.Equal(m.Defects, w.defects) {
			t.Errorf("%s: shape %s, plain %q, parts %q, defects %q", name, m.Shape, m.Plain, names, m.Defects)
		}
	}
	m := p.Parse(corpus(t)["related.eml"])
	if !m.Parts[0].Inline || m.Parts[1].Inline || !strings.HasPrefix(m.HTML, "<html>") {
		t.Errorf("related.eml: logo inline %v, invoice inline %v, HTML %.20q", m.Parts[0].Inline, m.Parts[1].Inline, m.HTML)
	}
}

func corpus(tb testing.TB) map[string][]byte {
	tb.Helper()
	paths, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no corpus: %v", err)
	}
	out := map[string][]byte{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		out[filepath.Base(path)] = raw
	}
	return out
}

// FuzzParse: any bytes, under tight bounds, give a message that keeps every
// promise, the same one each time, and leave the input alone.
func FuzzParse(f *testing.F) {
	for _, raw := range corpus(f) {
		f.Add(raw)
	}
	for _, raw := range hostile(300) {
		f.Add(raw)
	}
	cfg := Config{MaxBytes: 1 << 16, MaxParts: 10, MaxDepth: 4, MaxFields: 20, MaxHeaderBytes: 4096, MaxValueBytes: 300, MaxTextBytes: 500, MaxPartBytes: 600}
	p := New(cfg)
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		m := p.Parse(raw)
		checkMessage(t, cfg, m)
		if slices.Contains(m.Defects, DefectParserFailed) {
			t.Errorf("parser failed")
		}
		if !bytes.Equal(before, raw) {
			t.Error("Parse wrote into its input")
		}
		if diff := cmp.Diff(m, p.Parse(raw)); diff != "" {
			t.Errorf("two parses differ: %s", diff)
		}
		m.Date()
		for _, a := range append(m.Addresses("From"), m.Addresses("To")...) {
			checkAddress(t, a)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	p := New(Default())
	for name, raw := range corpus(b) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				p.Parse(raw)
			}
		})
	}
}
