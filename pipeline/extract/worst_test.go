package extract

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/message"
)

// worst builds messages of about n bytes, each aimed at one cost of extraction.
func worst(tb testing.TB, n int) map[string][]byte {
	const html, text = "Content-Type: text/html\n\n", "Content-Type: text/plain\n\n"
	const victim = "To: abcdef@example.org\nDelivered-To: abcdef@example.org\n"
	fill := func(head, unit string) []byte {
		return append([]byte(head), strings.Repeat(unit, max(1, (n-len(head))/len(unit)))...)
	}
	many := func(s string) string { return strings.Repeat(s, 400) }
	return map[string][]byte{
		"open tags":         fill(html, "<div>"),
		"closed tags":       fill(html, "</div>"),
		"attributes":        fill(html+"<a", " a=b"),
		"distinct attrs":    append([]byte(html+"<a"), numbered(n, " a%d=b")...),
		"classes":           fill(html+"<style>.a{display:none}</style>", "<b class='"+many("a ")+"'>"),
		"style elements":    fill(html, "<style>"+many("a{b:c}")+"</style>"),
		"styles":            fill(html, "<p style='"+many("top:1;")+"'>"),
		"entities":          fill(html, "&amp;&notit;&#x41;"),
		"comments":          fill(html, "<!-- -- >"),
		"links":             append([]byte(victim+html), numbered(n, "<a href='http://h%d.example/ab/abcdefghijklmnopqrstuv?abab=ab'>")...),
		"long links":        append([]byte(victim+html), numbered(n, "<a href='http://h%d.example/"+many("abab/")+"'>")...),
		"words":             append([]byte(text), numbered(n, "w%d ")...),
		"letters apart":     fill(text, "a "),
		"rare words":        append([]byte(victim+text), numbered(n, "ab%d12 ")...),
		"one token":         fill(text, "-"),
		"signs":             fill(text, "a.b"),
		"lines":             fill(text, ">\n"),
		"quoted headers":    fill(text, "From: a\n"),
		"greetings":         fill(text, "Dear Ann Lee Bea Kay Dee Joy Zoe Amy Ivy Mia Eva Ida Ada Una x\n"),
		"passwords":         fill(text, "your pass pass pass pass word "+many("a")+"\n"),
		"addresses":         fill(text, "12 oak st 99999 a FL 33333 12345\n"),
		"macros":            fill(text, "{a{b[c%d$e#f"),
		"phones":            fill(text, "1-2(3)4.5/6 "),
		"wallets":           fill(text, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT1 "),
		"look-alikes":       fill(text, "аrе "),
		"combining":         fill(text, "a"+many("\u0301")),
		"CJK":               fill(text, "漢字"),
		"received":          fill("", "Received: from a (b [1.2.3.4]) by "+many("c ")+"\n"),
		"results":           fill("", "Authentication-Results: a; "+many("spf=pass; ")+"\n"),
		"rtf":               attached(n, "a.rtf", append([]byte("{\\rtf"), strings.Repeat("\\par{", n/5)...)),
		"zeros":             attached(n, "a.bin", make([]byte, n)),
		"ones":              attached(n, "a.bin", bytes.Repeat([]byte("ab"), n/2)),
		"files":             attached(n, "a.txt", bytes.Repeat([]byte("word "), n/60)),
		"PNG of one colour": attached(n, "a.png", pngOf(tb, n, color.Gray{9})),
		"PNG of 16 bits":    attached(n, "a.png", pngOf(tb, n, color.NRGBA64{1, 2, 3, 4})),
		"JPEG":              attached(n, "a.jpg", jpegOf(tb, n)),
		"scans":             attached(n, "a.jpg", scans(tb, n)),
		"office":            attached(n, "a.docx", office(tb, n)),
		"zip entries":       attached(n, "a.docx", entries(tb, n)),
		"PDF objects":       attached(n, "a.pdf", append([]byte("%PDF "), numbered(n/12, "%d 0 obj endobj ")...)),
		"PDF streams":       attached(n, "a.pdf", pdfOf(20, "<</FlateDecode>>stream\n"+deflated(bytes.Repeat([]byte("BT /F1 Tf (a) Tj "), n/40))+"endstream")),
		"PDF object stream": attached(n, "a.pdf", pdfObjects(n)),
		"PDF fonts":         attached(n, "a.pdf", pdfFonts(n)),
	}
}

// numbered repeats a pattern with running numbers up to n bytes.
func numbered(n int, pattern string) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, pattern, i)
	}
	return b
}

// attached is a message with as many copies of a file as n bytes hold, at most a
// dozen.
func attached(n int, name string, data []byte) []byte {
	var b bytes.Buffer
	b.WriteString("Content-Type: multipart/mixed; boundary=b\n\n")
	coded := base64.StdEncoding.EncodeToString(data)
	for i := range max(1, min(12, n/(len(coded)+1))) {
		fmt.Fprintf(&b, "--b\nContent-Type: application/octet-stream; name=%q\nContent-Transfer-Encoding: base64\n\n%s", name, coded)
		if coded[len(coded)-1] != '=' {
			// A byte more, so that no two are alike.
			fmt.Fprintf(&b, "%s", base64.StdEncoding.EncodeToString([]byte{byte(i)}))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// side is that of the largest square picture that is decoded, for messages of
// full size.
func side(n int) int { return min(4472, n/1000) }

func pngOf(tb testing.TB, n int, c color.Color) []byte {
	img := &oneColour{c, side(n)}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

type oneColour struct {
	c    color.Color
	side int
}

func (o *oneColour) ColorModel() color.Model {
	if _, grey := o.c.(color.Gray); grey {
		return color.GrayModel
	}
	return color.NRGBA64Model
}
func (o *oneColour) Bounds() image.Rectangle { return image.Rect(0, 0, o.side, o.side) }
func (o *oneColour) At(int, int) color.Color { return o.c }

func jpegOf(tb testing.TB, n int) []byte {
	img := image.NewYCbCr(image.Rect(0, 0, side(n), side(n)), image.YCbCrSubsampleRatio444)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range img.Y {
		img.Y[i], img.Cb[i], img.Cr[i] = byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 60}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// scans is a progressive JPEG of as many scans as are read, each over all blocks
// in a few bytes.
func scans(tb testing.TB, n int) []byte {
	base := jpegOf(tb, n)
	sof, sos := bytes.Index(base, []byte{0xff, 0xc0}), bytes.Index(base, []byte{0xff, 0xda})
	if sof < 0 || sos < 0 {
		tb.Fatal("encoder wrote no frame")
	}
	out := slices.Clone(base[:sos])
	out[sof+1] = 0xc2
	blocks := (side(n) + 7) / 8 * ((side(n) + 7) / 8)
	// A table whose codes are 0, end of a run of 32,767 blocks, and 10.
	out = append(out, 0xff, 0xc4, 0, 21, 0x10, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0, 0)
	for range maxScans - 1 {
		out = append(out, 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0)
		for range blocks/(1<<14) + 1 {
			out = append(out, 0, 0)
		}
	}
	return append(out, 0xff, 0xd9)
}

func deflated(b []byte) string {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.String()
}

func office(tb testing.TB, n int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml"} {
		w, err := z.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprint(w, strings.Repeat("<a b='c'/>", n/5))
	}
	_ = z.Close()
	return b.Bytes()
}

// entries is an archive of nothing but a directory.
func entries(tb testing.TB, n int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range n / 12 / 60 {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: "x", CRC32: crc32.ChecksumIEEE(nil)}); err != nil {
			tb.Fatal(err)
		}
	}
	_ = z.Close()
	return b.Bytes()
}

func pdfOf(count int, object string) []byte {
	b := []byte("%PDF-1.4\n")
	for i := range count {
		b = fmt.Appendf(b, "%d 0 obj %s endobj\n", i+10, object)
	}
	return b
}

// pdfObjects is an object stream whose objects overlap: every other one begins at
// its beginning and ends at its end.
func pdfObjects(n int) []byte {
	var head []byte
	for i := range 4000 {
		head = fmt.Appendf(head, "%d %d ", i+10, i%2*n/20)
	}
	stream := deflated(append(head, bytes.Repeat([]byte("/a 1 0 "), n/40)...))
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj <</ObjStm /First %d /FlateDecode>>stream\n%sendstream endobj\n", len(head), stream)
}

// pdfFonts is many fonts of one long map.
func pdfFonts(n int) []byte {
	b := pdfOf(4000, "<</Font /ToUnicode 1 0 R>>")
	return fmt.Appendf(b, "1 0 obj <</FlateDecode>>stream\n%sendstream endobj\n", deflated(bytes.Repeat([]byte("beginbfchar <41> "), n/40)))
}

// TestWorst runs every kind small: none fails, and all keep to the engine's
// bounds.
func TestWorst(t *testing.T) {
	x, p := newExtractor(t), message.New(message.Default())
	for name, raw := range worst(t, 1<<18) {
		f, row := x.Extract(&pipeline.Report{Raw: raw, ReceivedAt: received}, p.Parse(raw))
		if err := f.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if slices.Contains(row.Defects, defectFailed) {
			t.Errorf("%s: %v", name, row.Defects)
		}
		if len(f.Files) > cluster.MaxFiles {
			t.Errorf("%s: %d files", name, len(f.Files))
		}
	}
}

// BenchmarkWorst measures parsing and extraction of the largest messages that are
// read: the slowest bounds what one message may cost.
func BenchmarkWorst(b *testing.B) {
	p := message.New(message.Default())
	all := worst(b, 25<<20)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		raw := all[name]
		b.Run(name, func(b *testing.B) {
			x := newExtractor(b) // remembers no picture
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				x.Extract(&pipeline.Report{Raw: raw, ReceivedAt: received}, p.Parse(raw))
			}
		})
	}
}
