package message

import (
	"strings"
	"unicode/utf8"
)

// decodeFields turns raw fields into what a Message holds. hint is the set of
// the body: 8-bit bytes in a header are most often in it.
func decodeFields(raws []rawField, hint string, found *defects) []Field {
	out := make([]Field, len(raws))
	for i, r := range raws {
		raw := rawText(r.value, hint, found)
		out[i] = Field{Name: r.name, Raw: raw, Value: clean(words(raw, found))}
	}
	return out
}

// rawText gives the value as valid UTF-8, control bytes but TAB as spaces.
func rawText(value []byte, hint string, found *defects) string {
	text := string(value)
	if !ascii(value) {
		found.add(DefectHeader8Bit)
		if !utf8.Valid(value) {
			text = decode(value, guess(nil, hint), found)
		}
	}
	if hasControl(text) {
		found.add(DefectControlBytes)
		text = strings.Map(spaceControl, text)
	}
	return text
}

// clean makes a decoded value one line without control characters.
func clean(s string) string {
	if !hasControl(s) && strings.IndexByte(s, '\t') < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		return spaceControl(r)
	}, s)
}

// hasControl reports whether control is true of a rune in s.
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func spaceControl(r rune) rune {
	if control(r) {
		return ' '
	}
	return r
}

// is compares names in any case. They are ASCII, so those of another length
// differ.
func (f *Field) is(name string) bool {
	return len(f.Name) == len(name) && strings.EqualFold(f.Name, name)
}

// Get gives the decoded value of the first field of that name, in any case; ""
// without one.
func (m *Message) Get(name string) string {
	for _, f := range m.Header {
		if f.is(name) {
			return f.Value
		}
	}
	return ""
}

// All gives the decoded values of the fields of that name, in order.
func (m *Message) All(name string) []string {
	var out []string
	for _, f := range m.Header {
		if f.is(name) {
			out = append(out, f.Value)
		}
	}
	return out
}

// raw gives the undecoded value of the first field of that name.
func (m *Message) raw(name string) string {
	for _, f := range m.Header {
		if f.is(name) {
			return f.Raw
		}
	}
	return ""
}

// once are the fields that may occur once (RFC 5322 section 3.6).
var once = []string{"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID"}

func repeated(header []Field) bool {
	for _, name := range once {
		n := 0
		for _, f := range header {
			if f.is(name) {
				n++
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}
