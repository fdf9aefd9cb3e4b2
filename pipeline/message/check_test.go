package message

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkMessage fails where m breaks what Parse promises for every input.
func checkMessage(tb testing.TB, cfg Config, m *Message) {
	tb.Helper()
	texts := []string{m.Plain, m.HTML, m.Shape, m.Boundary, m.Charset, m.Encoding}
	for _, f := range m.Header {
		texts = append(texts, f.Name, f.Value, f.Raw)
		if strings.ContainsFunc(f.Value, func(r rune) bool { return r == '\t' || control(r) }) {
			tb.Errorf("field %s: control character in %q", f.Name, f.Value)
		}
	}
	data := 0
	for _, p := range m.Parts {
		texts = append(texts, p.Name, p.Type, p.ContentID)
		data += len(p.Data)
		if strings.ContainsAny(p.Name, "/\\\x00") {
			tb.Errorf("part name %q holds a path", p.Name)
		}
	}
	for _, s := range texts {
		if !utf8.ValidString(s) {
			tb.Errorf("invalid UTF-8: %.200q", s)
		}
	}
	if len(m.Header) > cfg.MaxFields || len(m.Parts) > cfg.MaxParts || data > cfg.MaxPartBytes ||
		len(m.Plain) > cfg.MaxTextBytes || len(m.HTML) > cfg.MaxTextBytes {
		tb.Errorf("a bound is broken: %d fields, %d parts, %d data, %d plain, %d html",
			len(m.Header), len(m.Parts), data, len(m.Plain), len(m.HTML))
	}
	if strings.Count(m.Shape, "(") != strings.Count(m.Shape, ")") {
		tb.Errorf("unbalanced shape %q", m.Shape)
	}
	for i, d := range m.Defects {
		if !slices.Contains(Defects(), d) || i > 0 && m.Defects[i-1] >= d {
			tb.Errorf("defects %v are not sorted, distinct and of the closed set", m.Defects)
		}
	}
}
