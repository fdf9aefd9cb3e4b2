package simulate

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"time"
)

// file is an attachment or an inline image.
type file struct {
	name, mediaType string
	data            []byte
	contentID       string
}

// fileForm is the format of a campaign's attachments.
type fileForm uint8

const (
	formDocx fileForm = iota
	formPDF
	formHTML
	numForms
)

// buildFile makes a file of the same text whose bytes differ in each copy: times,
// identifiers, compression, padding.
func buildFile(r *rng, form fileForm, stem string, lines []string, url string) file {
	name := stem + "_" + r.letters(digits, 5)
	switch form {
	case formDocx:
		return file{name: name + ".docx", mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", data: docx(r, lines)}
	case formPDF:
		return file{name: name + ".pdf", mediaType: "application/pdf", data: pdf(r, lines)}
	}
	return file{name: name + ".html", mediaType: "text/html", data: htmlFile(r, lines, url)}
}

func docx(r *rng, lines []string) []byte {
	var doc strings.Builder
	doc.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="urn:example:word"><w:body>`)
	for _, l := range lines {
		fmt.Fprintf(&doc, `<w:p w:rsidR="%s"><w:r><w:t>`, strings.ToUpper(r.letters(hexes, 8)))
		_ = xml.EscapeText(&doc, []byte(l)) // a builder takes everything
		doc.WriteString(`</w:t></w:r></w:p>`)
	}
	doc.WriteString(`</w:body></w:document>`)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, text string) {
		method := zip.Deflate
		if r.chance(0.2) {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: time.Unix(1.6e9+int64(r.IntN(1e7)), 0).UTC()})
		if err == nil {
			_, _ = w.Write([]byte(text)) // nor does a zip into a buffer fail
		}
	}
	add("[Content_Types].xml", `<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>`)
	add("word/document.xml", doc.String())
	add("docProps/core.xml", "<cp><creator>"+personName(r)+"</creator><id>"+uuid(r)+"</id></cp>")
	_ = z.Close()
	return b.Bytes()
}

// pdf writes one page of text, after ISO 32000-1 7.5.
func pdf(r *rng, lines []string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 11 Tf 50 780 Td 14 TL\n")
	for _, l := range lines {
		for part := range strings.SplitSeq(wrap(l, 80), "\r\n") {
			fmt.Fprintf(&text, "(%s) Tj T*\n", pdfEscape.Replace(part))
		}
	}
	text.WriteString("ET\n")
	var stream bytes.Buffer
	z, _ := zlib.NewWriterLevel(&stream, pick(r, []int{flate.BestSpeed, flate.DefaultCompression, flate.BestCompression}))
	_, _ = z.Write([]byte(text.String()))
	_ = z.Close()
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", stream.Len(), stream.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Producer (%s) /CreationDate (D:2020%s) >>", personName(r), r.letters(digits, 10)),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%" + r.letters(hexes, 8) + "\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, r.letters(hexes, 32), r.letters(hexes, 32), xref)
	return b.Bytes()
}

var pdfEscape = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)

func htmlFile(r *rng, lines []string, url string) []byte {
	var b strings.Builder
	b.WriteString("<!doctype html><html><head><!-- " + r.letters(alnum, r.between(20, 200)) + " --><title></title></head><body id=\"" + r.letters(alnum, 8) + "\">\n")
	for _, l := range lines {
		b.WriteString("<p>" + html.EscapeString(l) + "</p><!-- " + r.letters(alnum, r.between(5, 60)) + " -->\n")
	}
	if url != "" {
		b.WriteString("<form action=\"" + html.EscapeString(url) + "\"><input name=\"p\"></form>\n")
	}
	b.WriteString("</body></html>\n")
	return []byte(b.String())
}
