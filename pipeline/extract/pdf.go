package extract

import (
	"bytes"
	"strconv"
	"strings"
)

// Bounds on one PDF.
const (
	maxObjects = 4096
	maxCodes   = 1 << 16  // of one font
	maxDict    = 16 << 10 // bytes of an object in a stream: those may overlap
)

// pdf is as much of a document as its text needs: the objects by number, streams
// inflated where they are Flate or plain.
type pdf struct {
	objects map[int]pdfObject
	order   []int
	budget  int
	data    []byte

	encrypted bool
}

type pdfObject struct {
	dict   []byte // what stands before the stream, or all
	stream []byte
	raw    []byte // of a picture, as it stands
}

// readPDF takes a document apart, inflating at most budget bytes; nothing of an
// encrypted one.
func readPDF(data []byte, budget int) *pdf {
	p := &pdf{objects: make(map[int]pdfObject), budget: budget, data: data}
	p.encrypted = bytes.Contains(data, []byte("/Encrypt"))
	p.read(data)
	return p
}

// text collects the strings that the pages show, in the order of their objects,
// and where the links lead. Fonts are followed to their ToUnicode maps.
func (p *pdf) text() string {
	if p.encrypted {
		return ""
	}
	fonts := p.fonts()
	var b strings.Builder
	for _, id := range p.order {
		if s := p.objects[id].stream; bytes.Contains(s, []byte("BT")) && bytes.Contains(s, []byte("Tf")) {
			t := pdfShower{b: &b, fonts: fonts}
			t.show(s)
		}
	}
	for _, uri := range pdfLinks(p.data) {
		b.WriteString("\n" + uri)
	}
	return strings.ToValidUTF8(b.String(), "")
}

// read finds "N G obj" and takes the objects, those in object streams too.
func (p *pdf) read(data []byte) {
	for rest := data; len(p.objects) < maxObjects; {
		i := bytes.Index(rest, []byte(" obj"))
		if i < 0 {
			return
		}
		id := objectNumber(rest[max(0, i-20):i])
		rest = rest[i+4:]
		end := bytes.Index(rest, []byte("endobj"))
		if end < 0 {
			end = len(rest)
		}
		if id >= 0 {
			p.object(id, rest[:end])
		}
		rest = rest[end:]
	}
}

// objectNumber reads N of "... N G" at the end of b.
func objectNumber(b []byte) int {
	f := bytes.Fields(b)
	if len(f) < 2 {
		return -1
	}
	n, err := strconv.Atoi(string(f[len(f)-2]))
	if err != nil {
		return -1
	}
	return n
}

func (p *pdf) object(id int, body []byte) {
	o := pdfObject{dict: body}
	if i := bytes.Index(body, []byte("stream")); i >= 0 {
		o.dict = body[:i]
		raw := body[i+len("stream"):]
		if j := bytes.LastIndex(raw, []byte("endstream")); j >= 0 {
			raw = raw[:j]
		}
		raw = bytes.TrimPrefix(bytes.TrimLeft(raw, "\r"), []byte("\n"))
		if bytes.Contains(o.dict, []byte("/Image")) {
			o.raw = raw
		} else {
			o.stream = p.inflate(o.dict, raw)
		}
	}
	if _, seen := p.objects[id]; !seen {
		p.order = append(p.order, id)
	}
	p.objects[id] = o
	if bytes.Contains(o.dict, []byte("/ObjStm")) {
		p.objectStream(o)
	}
}

// inflate skips fonts, whose bytes are no text.
func (p *pdf) inflate(dict, raw []byte) []byte {
	if p.encrypted || bytes.Contains(dict, []byte("/Length1")) || bytes.Contains(dict, []byte("/FontFile")) {
		return nil
	}
	if !bytes.Contains(dict, []byte("FlateDecode")) {
		return raw[:min(len(raw), maxFileText)]
	}
	if p.budget <= 0 {
		return nil
	}
	out := inflate(raw, p.budget)
	p.budget -= len(out)
	return out
}

// objectStream takes the objects of an ObjStm (ISO 32000 7.5.7).
func (p *pdf) objectStream(o pdfObject) {
	first := intAfter(o.dict, "/First")
	if first <= 0 || first > len(o.stream) {
		return
	}
	head := bytes.Fields(o.stream[:first])
	for i := 0; i+1 < len(head) && len(p.objects) < maxObjects; i += 2 {
		id, err1 := strconv.Atoi(string(head[i]))
		at, err2 := strconv.Atoi(string(head[i+1]))
		if err1 != nil || err2 != nil || at < 0 || first+at > len(o.stream) {
			return
		}
		end := len(o.stream)
		if i+3 < len(head) {
			if next, err := strconv.Atoi(string(head[i+3])); err == nil && next >= at && first+next <= end {
				end = first + next
			}
		}
		if _, seen := p.objects[id]; !seen {
			p.order = append(p.order, id)
		}
		p.objects[id] = pdfObject{dict: o.stream[first+at : min(end, first+at+maxDict)]}
	}
}

func intAfter(dict []byte, key string) int {
	i := bytes.Index(dict, []byte(key))
	if i < 0 {
		return -1
	}
	rest := bytes.TrimLeft(dict[i+len(key):min(len(dict), i+len(key)+16)], " \r\n\t")
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(rest[:end]))
	if err != nil {
		return -1
	}
	return n
}

// pdfLinks finds the targets of link annotations outside object streams.
func pdfLinks(data []byte) (out []string) {
	for len(out) < 16 {
		i := bytes.Index(data, []byte("/URI"))
		if i < 0 {
			return out
		}
		data = data[i+4:]
		open := bytes.IndexByte(data[:min(len(data), 16)], '(')
		if open < 0 {
			continue
		}
		if end := bytes.IndexByte(data[open:], ')'); end > 0 && end < maxURL {
			out = append(out, string(data[open+1:open+end]))
		}
	}
	return out
}
