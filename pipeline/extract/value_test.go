package extract

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/bits"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/message"
)

func TestPhones(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"call +1 (805) 304-5566 now", []string{"18053045566"}},
		{"call +1 (8O5) 3O4-55 66", []string{"18053045566"}},
		{"1-800-555-0100 or 020 7946 0958", []string{"18005550100", "02079460958"}},
		{"tel 030/1234567890", []string{"0301234567890"}},
		{"on 14-09-2023 19:00, 2024-01-31", nil},
		{"pay 1.234.567.890 or $12,345,678", nil},
		{"id 8312345678901", nil},
		{"order 12345678", nil},
		{"from 192.0.2.133", nil},
		{"8005550100", []string{"8005550100"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, phones(nil, tt.in)); diff != "" {
			t.Errorf("phones(%q) (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestWallet(t *testing.T) {
	tests := []struct{ in, want string }{
		{"1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
		{"bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
		{"1BoatSLRHtKNngkdXEeobR76b53LETtpyU", ""},
		{"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4,", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
		{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", ""},
		{"0xDe0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae"},
		{"Incomprehensibilities1234567890", ""},
	}
	for _, tt := range tests {
		if got := wallet(tt.in); got != tt.want {
			t.Errorf("wallet(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMacros(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"Hi {name}, {{first_name}} [[x1]] %NAME% %START_WORD now", []string{"{name}", "{{first_name}}", "[[x#]]", "%name%", "%start_word"}},
		{"$$code$$ #RAND_4# ${who}", []string{"$$code$$", "#rand_##", "${who}"}},
		{"100% of {} and [note] #1 $5 50%-20% [1]", nil},
		{"x=www.a%20-%20BINANCE%20150", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, macros(nil, tt.in)); diff != "" {
			t.Errorf("macros(%q) (-want +got):\n%s", tt.in, diff)
		}
	}
}

// TestValueBounds: of many values the same ones stay, whatever their order.
func TestValueBounds(t *testing.T) {
	var a, b valueSet
	a.mask, b.mask = newMask(nil, nil), newMask(nil, nil)
	for i := range 1000 {
		a.add(cluster.KeyToken, fmt.Sprint("tok", i))
		b.add(cluster.KeyToken, fmt.Sprint("tok", 999-i))
		a.add(cluster.KeyURL, strings.Repeat("é", 100)+fmt.Sprint(i))
		b.add(cluster.KeyURL, strings.Repeat("é", 100)+fmt.Sprint(999-i))
	}
	x, y := a.done(), b.done()
	if diff := cmp.Diff(x, y); diff != "" || len(x) != 32 {
		t.Errorf("%d values, order matters:\n%s", len(x), diff)
	}
}

func picture(t testing.TB, size int, paint func(x, y int) color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.Set(x, y, paint(x, y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLook(t *testing.T) {
	bars := func(scale int) func(x, y int) color.Color {
		return func(x, y int) color.Color {
			if (x/scale/7+y/scale/13)%3 == 0 {
				return color.White
			}
			return color.RGBA{uint8(x / scale), uint8(y / scale), 90, 255}
		}
	}
	w := testWork(t, "a@example.net", "")
	w.pixels = maxPixels
	look := func(data []byte) uint64 { return w.look(data, sha256.Sum256(data)) }
	one, two := look(picture(t, 120, bars(1))), look(picture(t, 240, bars(2)))
	if one == 0 || bits.OnesCount64(one^two) > 8 {
		t.Errorf("looks of one picture in two sizes: %x, %x", one, two)
	}
	flat := func(x, y int) color.Color { return color.White }
	if got := look(picture(t, 120, flat)); got != 0 {
		t.Errorf("look of a blank picture = %x", got)
	}
	if got := look(picture(t, 10, bars(1))); got != 0 {
		t.Errorf("look of a tiny picture = %x", got)
	}
	if got := look([]byte("\x89PNG broken")); got != 0 || !contains(w.defects, defectImage) {
		t.Errorf("look of a broken picture = %x, defects %v", got, w.defects)
	}
	if again := look(picture(t, 120, bars(1))); again != one {
		t.Errorf("look of a remembered picture = %x, want %x", again, one)
	}
	w.pixels = 100
	if got := look(picture(t, 120, bars(1))); got != 0 {
		t.Errorf("look beyond the bound = %x", got)
	}
}

func TestDocumentText(t *testing.T) {
	var z bytes.Buffer
	zw := zip.NewWriter(&z)
	f, _ := zw.Create("word/document.xml")
	fmt.Fprint(f, `<w:document><w:p><w:t>Pay the</w:t><w:t> invoice</w:t></w:p><w:p><w:t>today</w:t></w:p></w:document>`)
	zw.Close()
	const pdf = "%PDF-1.4\n5 0 obj<</Type/Font/ToUnicode 6 0 R>>endobj\n6 0 obj<</Length 1>>stream\n2 beginbfchar <0001> <0050> <0002> <0061> endbfchar 1 beginbfrange <0003> <0004> <0079> endbfrange\nendstream endobj\n" +
		"7 0 obj<</Resources<</Font<</F1 5 0 R>>>>>>endobj\n8 0 obj<<>>stream\nBT /F1 12 Tf <000100020003> Tj /F9 1 Tf T* (it \\(now\\)) Tj ET\nendstream endobj"
	tests := []struct {
		name string
		part message.Part
		want string
	}{
		{"docx", message.Part{Name: "a.docx", Data: z.Bytes()}, "Pay the invoice\ntoday"},
		{"rtf", message.Part{Data: []byte(`{\rtf1\ansi Pay the {\b invoice}\par today}`)}, "Pay the invoice\ntoday"},
		{"html", message.Part{Name: "a.html", Data: []byte("<p>Pay<i style='display:none'>x</i></p>now")}, "Pay\nnow"},
		{"text", message.Part{Type: "text/plain", Data: []byte("Pay")}, "Pay"},
		{"pdf", message.Part{Data: []byte(pdf)}, "Pay\nit (now)"},
		{"program", message.Part{Name: "a.txt.exe", Data: []byte("MZ text")}, ""},
	}
	for _, tt := range tests {
		w := testWork(t, "a@example.net", "")
		w.pixels = maxPixels
		var file cluster.File
		w.readPDF(&tt.part, &file)
		if got := strings.TrimSpace(w.documentText(&tt.part, fileKind(&tt.part))); got != tt.want {
			t.Errorf("%s: text = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFileKind(t *testing.T) {
	tests := []struct {
		name string
		part message.Part
		want cluster.FileKind
	}{
		{"bytes before name", message.Part{Name: "a.txt", Data: []byte("MZ..")}, cluster.FileProgram},
		{"image", message.Part{Data: []byte("GIF89a")}, cluster.FileImage},
		{"script by name", message.Part{Name: "a.JS", Data: []byte("x")}, cluster.FileProgram},
		{"zip", message.Part{Name: "a.zip", Data: []byte("PK\x03\x04")}, cluster.FileArchive},
		{"office", message.Part{Name: "a.xlsx", Data: []byte("PK\x03\x04")}, cluster.FileDocument},
		{"calendar", message.Part{Type: "text/calendar", Data: []byte("x")}, cluster.FileCalendar},
		{"other", message.Part{Data: []byte("x")}, cluster.FileOther},
	}
	for _, tt := range tests {
		if got := fileKind(&tt.part); got != tt.want {
			t.Errorf("%s: fileKind = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestLookCache(t *testing.T) {
	var c lookCache
	sum := func(i int) [32]byte { return sha256.Sum256(fmt.Append(nil, i)) }
	for i := range maxLooks + 10 {
		c.put(sum(i), seenPicture{look: uint64(i)})
		c.put(sum(i), seenPicture{look: 7})
	}
	_, old := c.get(sum(3))
	p, ok := c.get(sum(maxLooks))
	if old || !ok || p.look != maxLooks || len(c.seen) != maxLooks {
		t.Errorf("cache of %d: oldest kept %v, newest %v %v", len(c.seen), old, p, ok)
	}
}
