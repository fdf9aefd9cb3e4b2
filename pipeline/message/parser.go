package message

import (
	"bytes"
	"strings"
)

// Parser parses messages within the bounds of a Config. It is safe for
// concurrent use.
type Parser struct {
	cfg Config
}

// New gives a Parser. The Config must be valid (see [Config.Validate]).
func New(cfg Config) *Parser { return &Parser{cfg: cfg} }

// Parse reads raw, which the Message then shares: it must not change while the
// Message is in use. Whatever the bytes are, Parse yields a Message; it never
// panics, and takes time and memory linear in the bounds.
func (p *Parser) Parse(raw []byte) (m *Message) {
	var found defects
	m = &Message{Size: len(raw)}
	// The parser under enmime is fed by attackers; a panic there is a defect of
	// one message. What was read before it stays.
	defer func() {
		if recover() != nil {
			found.add(DefectParserFailed)
		}
		m.Defects = found.sorted()
	}()
	p.parse(m, p.prepare(raw, &found), &found)
	return m
}

func (p *Parser) parse(m *Message, raw []byte, found *defects) {
	raws, body := readBlock(raw, &p.cfg, found)
	if len(raws) == 0 {
		found.add(DefectHeaderMissing)
	}
	hint := charsetHint(raws)
	m.Header = decodeFields(raws, hint, found)
	if repeated(m.Header) {
		found.add(DefectFieldRepeated)
	}
	k := readKind(m.Header, "text/plain", found)
	if strings.HasPrefix(k.media, "multipart/") {
		m.Boundary = k.boundary
	}
	t := tree{cfg: p.cfg, m: m, found: found, hint: hint}
	// Deferred, so that a panic in a late part keeps the earlier ones.
	defer func() {
		m.Plain, m.HTML, m.Shape = t.plain.String(), t.html.String(), t.shape.String()
		t.references()
	}()
	t.node(k, body, 0)
}

// prepare brings the message to where its header begins.
func (p *Parser) prepare(raw []byte, found *defects) []byte {
	if len(raw) == 0 {
		found.add(DefectEmpty)
	}
	raw, cut := head(raw, p.cfg.MaxBytes)
	if cut {
		found.add(DefectSizeTruncated)
	}
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		found.add(DefectLineEnds)
		raw = bytes.ReplaceAll(raw, []byte{'\r'}, []byte{'\n'})
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if rest := bytes.TrimLeft(raw, " \t\r\n"); len(rest) < len(raw) && startsHeader(rest) {
		found.add(DefectHeaderMalformed)
		raw = rest
	}
	line, rest := cutLine(raw)
	if _, _, field := splitField(line); !field && mboxLine(line) {
		found.add(DefectMboxLine)
		raw = rest
	}
	return raw
}

func mboxLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}

// startsHeader reports whether data begins with a field or an mbox line.
func startsHeader(data []byte) bool {
	line, _ := cutLine(data)
	_, _, ok := splitField(line)
	return ok || mboxLine(line)
}

// charsetHint names the set that the header declares, for the bytes that
// declare none: the charset of Content-Type, else of the first encoded word.
func charsetHint(raws []rawField) string {
	word := ""
	for _, r := range raws {
		if strings.EqualFold(r.name, "Content-Type") {
			if set := cleanLabel(scanParam(string(r.value), "charset")); set != "" && set != "us-ascii" {
				return set
			}
		}
		if at := bytes.Index(r.value, []byte("=?")); word == "" && at >= 0 {
			if set, _, ok := bytes.Cut(r.value[at+2:], []byte("?")); ok && len(set) < 40 {
				word = cleanLabel(string(set))
			}
		}
	}
	return word
}
