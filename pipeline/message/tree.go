package message

import (
	"bytes"
	"strings"
)

// tree walks the MIME structure and fills a Message.
//
// The structure is walked here and not by enmime, which has no bound on depth
// or parts, reads a boundary byte by byte once a level, and gives up on a
// multipart without a boundary.
type tree struct {
	cfg   Config
	m     *Message
	found *defects
	hint  string

	parts       int // nodes so far
	data        int // bytes in m.Parts
	plain, html strings.Builder
	shape       strings.Builder
	first       bool // a text body was seen
}

// node reads one node: its kind is known, body is what follows its header.
func (t *tree) node(k kind, body []byte, depth int) {
	t.parts++
	if strings.HasPrefix(k.media, "multipart/") {
		t.multipart(k, body, depth)
		return
	}
	t.shape.WriteString(k.media)
	t.leaf(k, body)
}

func (t *tree) multipart(k kind, body []byte, depth int) {
	if depth >= t.cfg.MaxDepth {
		t.found.add(DefectDepthTruncated)
		t.shape.WriteString(k.media)
		t.leaf(kind{media: "application/octet-stream", name: k.name}, body)
		return
	}
	parts := t.split(k.boundary, body)
	if len(parts) == 0 {
		t.lone(k, body)
		return
	}
	missing := "text/plain"
	if k.media == "multipart/digest" {
		missing = "message/rfc822"
	}
	t.shape.WriteString(k.media)
	t.shape.WriteByte('(')
	for i, part := range parts {
		if t.parts >= t.cfg.MaxParts {
			t.found.add(DefectPartsTruncated)
			break
		}
		if i > 0 {
			t.shape.WriteByte(',')
		}
		t.child(part, missing, depth+1)
	}
	t.shape.WriteByte(')')
}

// split cuts a multipart, at a boundary found in it where the declared one is
// missing or never occurs.
func (t *tree) split(boundary string, body []byte) [][]byte {
	room := t.cfg.MaxParts - t.parts
	if boundary != "" {
		if parts := splitParts(body, boundary, room, t.found); len(parts) > 0 {
			return parts
		}
		t.found.add(DefectBoundaryUnseen)
	} else {
		t.found.add(DefectBoundaryMissing)
	}
	if boundary = findBoundary(body); boundary == "" {
		return nil
	}
	return splitParts(body, boundary, room, t.found)
}

func (t *tree) child(part []byte, missing string, depth int) {
	raws, body := readBlock(part, &t.cfg, t.found)
	raws = mimeOnly(raws)
	t.node(readKind(decodeFields(raws, t.hint, t.found), missing, t.found), body, depth)
}

// mimeOnly drops the fields that say nothing about a part.
func mimeOnly(raws []rawField) []rawField {
	out := raws[:0]
	for _, r := range raws {
		if len(r.name) > 8 && strings.EqualFold(r.name[:8], "Content-") {
			out = append(out, r)
		}
	}
	return out
}

// lone reads a multipart that has no parts as one text.
func (t *tree) lone(k kind, body []byte) {
	k.media = "text/plain"
	start := bytes.ToLower(body[:min(len(body), 4096)])
	if bytes.Contains(start, []byte("<html")) || bytes.Contains(start, []byte("<body")) {
		k.media = "text/html"
	}
	t.shape.WriteString(k.media)
	t.leaf(k, body)
}

// leaf keeps a body or an attachment.
func (t *tree) leaf(k kind, body []byte) {
	text := k.media == "text/plain" || k.media == "text/html"
	if !text || k.disposition == "attachment" {
		t.attach(k, body)
		return
	}
	if !t.first {
		t.first = true
		t.m.Charset, t.m.Encoding = k.charset, k.coding
	}
	into := &t.plain
	if k.media == "text/html" {
		into = &t.html
	}
	t.text(k, body, into)
}

func (t *tree) text(k kind, body []byte, into *strings.Builder) {
	room := t.cfg.MaxTextBytes - into.Len() - 1
	if room <= 0 {
		t.found.add(DefectTextTruncated)
		return
	}
	// Four bytes of any set can make one of UTF-8, in UTF-32.
	data, more := undo(body, k.coding, 4*room, t.found)
	s := toUTF8(data, k.charset, t.hint, t.found)
	if len(s) > room {
		s, more = strings.ToValidUTF8(s[:room], ""), true
	}
	if more {
		t.found.add(DefectTextTruncated)
	}
	if into.Len() > 0 {
		into.WriteByte('\n')
	}
	into.WriteString(s)
}

func (t *tree) attach(k kind, body []byte) {
	data, more := undo(body, k.coding, t.cfg.MaxPartBytes-t.data, t.found)
	if more {
		t.found.add(DefectDataTruncated)
	}
	t.data += len(data)
	t.m.Parts = append(t.m.Parts, Part{
		Name:      k.name,
		Type:      k.media,
		ContentID: k.id,
		Inline:    k.disposition == "inline",
		Data:      data,
	})
}

// references marks the parts that the HTML shows by their Content-ID
// (RFC 2392).
func (t *tree) references() {
	if len(t.m.Parts) == 0 || t.m.HTML == "" {
		return
	}
	seen := contentIDs(t.m.HTML)
	for i := range t.m.Parts {
		p := &t.m.Parts[i]
		p.Inline = p.Inline || p.ContentID != "" && seen[p.ContentID]
	}
}

// contentIDs gives what the cid: URLs in html name, in one pass.
func contentIDs(html string) map[string]bool {
	seen := map[string]bool{}
	for {
		_, after, ok := strings.Cut(html, "cid:")
		if !ok || len(seen) > 1000 {
			return seen
		}
		end := strings.IndexAny(after, "\"'<> )\r\n")
		if end < 0 {
			end = len(after)
		}
		seen[strings.ReplaceAll(after[:end], "%40", "@")] = true
		html = after[end:]
	}
}
