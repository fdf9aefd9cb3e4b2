package extract

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strings"

	"shoal/cluster"
	"shoal/pipeline/message"
)

// fileText samples the text of a document.
func (w *work) fileText(p *message.Part, kind cluster.FileKind) cluster.Sketch {
	text := w.documentText(p, kind)
	if text == "" {
		return cluster.Sketch{}
	}
	l := &w.fileWords
	l.reset()
	s := scanner{out: l, mask: w.who.mask, found: &findings{}, quiet: true}
	w.folded = fold(w.folded[:0], text[:min(len(text), maxFileText)])
	for line := range strings.Lines(string(w.folded)) {
		s.line(strings.TrimRight(line, "\n"))
	}
	s.finish()
	w.fileLinks = append(w.fileLinks, s.found.links...)
	if len(l.spans) < 8 {
		return cluster.Sketch{}
	}
	return l.shingles(3, cluster.FileSketchSize)
}

// documentText reads the text of a document, as well as it can be had without an
// office suite.
func (w *work) documentText(p *message.Part, kind cluster.FileKind) string {
	ext := strings.ToLower(path.Ext(p.Name))
	switch {
	case kind == cluster.FileCalendar:
		return string(p.Data[:min(len(p.Data), maxFileText)])
	case kind != cluster.FileDocument:
		return ""
	case bytes.HasPrefix(p.Data, []byte("%PDF")):
		return w.pdf.text()
	case bytes.HasPrefix(p.Data, []byte("{\\rtf")):
		return rtfText(p.Data)
	case bytes.HasPrefix(p.Data, []byte("PK\x03\x04")):
		budget := w.mayInflate()
		text, left := officeText(p.Data, budget)
		w.inflated(budget - left)
		return text
	case p.Type == "text/html" || ext == ".htm" || ext == ".html" || ext == ".shtml":
		w.htmlFile(p.Data)
		return string(w.filePage.text)
	case p.Type == "message/rfc822" || ext == ".eml":
		_, body, _ := bytes.Cut(p.Data[:min(len(p.Data), maxFileText)], []byte("\n\n"))
		return string(body)
	case strings.HasPrefix(p.Type, "text/") || ext == ".txt" || ext == ".csv":
		return string(p.Data[:min(len(p.Data), maxFileText)])
	}
	return ""
}

// htmlFile reads an attached page; where it leads counts as the message's links.
func (w *work) htmlFile(data []byte) {
	readHTML(&w.filePage, strings.ToValidUTF8(string(data[:min(len(data), maxText)]), ""))
	for _, l := range w.filePage.links {
		if l.kind == linkAnchor || l.kind == linkForm {
			w.fileLinks = append(w.fileLinks, l)
		}
	}
}

// rtfText drops control words and groups' braces.
func rtfText(data []byte) string {
	var b strings.Builder
	data = data[:min(len(data), 4*maxFileText)]
	for i := 0; i < len(data) && b.Len() < maxFileText; i++ {
		switch c := data[i]; c {
		case '{', '}':
		case '\\':
			j := i + 1
			for j < len(data) && wordByte(data[j]) && data[j] < 0x80 || j < len(data) && data[j] == '-' {
				j++
			}
			if w := string(data[i+1 : j]); w == "par" || w == "line" || w == "tab" {
				b.WriteByte('\n')
			}
			if j < len(data) && data[j] != ' ' {
				j--
			}
			i = max(j, i+1)
		default:
			b.WriteByte(c)
		}
	}
	return strings.ToValidUTF8(b.String(), "")
}

// officeText reads the text of the XML parts that hold it (Word, Excel,
// PowerPoint, OpenDocument), inflating at most budget bytes, and what is left of
// those.
func officeText(data []byte, budget int) (text string, left int) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", budget
	}
	var b strings.Builder
	for i, f := range z.File {
		if i > 200 || b.Len() >= maxFileText || budget <= 0 {
			break
		}
		if !officePart(f.Name) {
			continue
		}
		rc, err := f.Open()
		if err != nil {
			continue
		}
		lr := &io.LimitedReader{R: rc, N: int64(budget)}
		xmlText(&b, lr)
		budget = int(lr.N)
		rc.Close()
	}
	return b.String(), budget
}

func officePart(name string) bool {
	return name == "word/document.xml" || name == "xl/sharedStrings.xml" || name == "content.xml" ||
		strings.HasPrefix(name, "ppt/slides/slide") || strings.HasPrefix(name, "word/footnotes")
}

func xmlText(b *strings.Builder, r io.Reader) {
	d := xml.NewDecoder(r)
	d.Strict = false
	for b.Len() < maxFileText {
		t, err := d.RawToken()
		if err != nil {
			return
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.EndElement:
			if t.Name.Local == "p" || t.Name.Local == "si" {
				b.WriteByte('\n')
			}
		}
	}
}
