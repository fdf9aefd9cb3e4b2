package intake

import (
	"bytes"
	"strings"
)

// Bounds of a header block that is read for wrapping and recipients.
const (
	maxHeaderBytes = 1 << 20
	maxFields      = 2000
)

// field is one header field. It points into the message: values are made only
// where they are asked for.
type field struct {
	name []byte // as spelled
	raw  []byte // after the colon, with its continuation lines
}

// value is the field's body unfolded and trimmed.
func (f *field) value() string {
	if bytes.IndexByte(f.raw, '\n') < 0 {
		return string(bytes.TrimSpace(f.raw))
	}
	var b strings.Builder
	for rest := f.raw; len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest)
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.Write(line)
		}
	}
	return b.String()
}

// fields is a header block in its order.
type fields []field

// parseFields reads a header block leniently: what is no field is passed over,
// and the block ends at the first blank line. It returns what follows that line.
// Bounds cut the fields, not the search for the blank line.
func parseFields(b []byte) (fields, []byte) {
	var out fields
	used, open := 0, false // open: the last line belongs to out's last field
	for len(b) > 0 {
		line, rest := cutLine(b)
		if len(bytes.TrimRight(line, " \t")) == 0 {
			return out, rest
		}
		size := len(b) - len(rest)
		if used += size; used > maxHeaderBytes || len(out) >= maxFields {
			b, open = rest, false
			continue
		}
		if isContinuation(line) {
			if open {
				last := &out[len(out)-1]
				last.raw = last.raw[:len(last.raw)+size]
			}
		} else {
			var name []byte
			if name, open = fieldName(line); open {
				colon := bytes.IndexByte(line, ':')
				out = append(out, field{name, b[colon+1 : size]})
			}
		}
		b = rest
	}
	return out, nil
}

func isContinuation(line []byte) bool { return line[0] == ' ' || line[0] == '\t' }

// fieldName returns the name of a line "Name: value". Blanks before the colon
// are forgiven (RFC 5322, 4.5).
func fieldName(line []byte) ([]byte, bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		return nil, false
	}
	name := bytes.TrimRight(line[:i], " \t")
	if len(name) == 0 || len(name) > 128 {
		return nil, false
	}
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return nil, false
		}
	}
	return name, true
}

// cutLine returns b's first line without its line end, and the rest.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}

// is tells whether the field has a name, whatever its letters' case.
func (f *field) is(name string) bool {
	return len(f.name) == len(name) && strings.EqualFold(string(f.name), name)
}

// get returns the first value of a field, "" without one.
func (f fields) get(name string) string {
	for i := range f {
		if f[i].is(name) {
			return f[i].value()
		}
	}
	return ""
}

// has tells whether a field is there, empty or not.
func (f fields) has(name string) bool {
	for i := range f {
		if f[i].is(name) {
			return true
		}
	}
	return false
}

// all returns every value of a field in order.
func (f fields) all(name string) []string {
	var out []string
	for i := range f {
		if f[i].is(name) {
			out = append(out, f[i].value())
		}
	}
	return out
}
