package message

import (
	"bytes"
	"strings"
)

// rawField is a field as it stands in the bytes, value unfolded.
type rawField struct {
	name  string
	value []byte
}

// block reads one header block of hostile mail. net/mail, go-message and enmime
// either refuse a malformed line or lose the order of fields; this reader keeps
// order and spelling and never refuses.
type block struct {
	cfg    *Config
	found  *defects
	fields []rawField
	used   int
}

// readBlock gives the fields of the header block that data begins with, and
// what comes after it. Each byte is looked at a constant number of times.
func readBlock(data []byte, cfg *Config, found *defects) ([]rawField, []byte) {
	b := block{cfg: cfg, found: found}
	rest := b.read(data)
	for i := range b.fields {
		b.fields[i].value = bytes.Trim(b.fields[i].value, " \t\r")
	}
	return b.fields, rest
}

func (b *block) read(data []byte) []byte {
	open := false // the last line's field takes continuations
	for len(data) > 0 {
		line, rest := cutLine(data)
		switch {
		case len(line) == 0:
			return rest
		case line[0] == ':':
			b.found.add(DefectHeaderMalformed)
			open = false
		case line[0] == ' ' || line[0] == '\t':
			if open {
				b.extend(line)
			} else if len(bytes.TrimSpace(line)) == 0 {
				return rest
			} else if len(b.fields) == 0 {
				b.found.add(DefectHeaderMalformed)
			}
		default:
			name, value, ok := splitField(line)
			if !ok {
				// "From", and on the next line " : a@b": mail programs differ
				// on whether that is a field, so it hides one from filters.
				name, value, rest, ok = splitFolded(line, rest)
			}
			if ok {
				open = b.add(name, value)
				break
			}
			b.found.add(DefectHeaderMalformed)
			if b.bodyBegins(line, rest) {
				b.found.add(DefectHeaderUnterminated)
				return data
			}
			if open {
				b.extend(append([]byte{' '}, line...))
			}
		}
		data = rest
	}
	return nil
}

// bodyBegins guesses at a line that is no field whether the body has begun
// without a blank line. It surely has at a MIME delimiter, and it has not where a
// field or the end of the header follows at once, or soon a field of mail.
func (b *block) bodyBegins(line, rest []byte) bool {
	if bytes.HasPrefix(line, []byte("--")) {
		return true
	}
	for n := range 5 {
		next, after := cutLine(rest)
		if len(next) == 0 {
			return n > 0 || len(b.fields) == 0
		}
		name, _, ok := splitField(next)
		if ok && (n == 0 || common[strings.ToLower(name)]) {
			return false
		}
		rest = after
	}
	return true
}

// common are fields that stand in nearly every header, lower case.
var common = map[string]bool{
	"from": true, "to": true, "subject": true, "date": true, "message-id": true,
	"received": true, "mime-version": true, "content-type": true, "reply-to": true,
	"content-transfer-encoding": true, "dkim-signature": true, "return-path": true,
	"authentication-results": true, "received-spf": true,
}

// add keeps a new field and reports whether it may be continued.
func (b *block) add(name string, value []byte) bool {
	b.used += len(name) + len(value)
	if len(b.fields) >= b.cfg.MaxFields || b.used > b.cfg.MaxHeaderBytes {
		b.found.add(DefectHeaderTruncated)
		return false
	}
	// The capacity is cut so that a continuation copies and never writes into
	// the message.
	b.fields = append(b.fields, rawField{name: name, value: b.cut(value[:len(value):len(value)])})
	return true
}

// extend appends a continuation line. The line end goes and the white space
// stays: that is unfolding (RFC 5322 section 2.2.3).
func (b *block) extend(line []byte) {
	b.used += len(line)
	if b.used > b.cfg.MaxHeaderBytes {
		b.found.add(DefectHeaderTruncated)
		return
	}
	last := &b.fields[len(b.fields)-1]
	room := b.cfg.MaxValueBytes - len(last.value)
	if len(line) > room {
		b.found.add(DefectFieldTruncated)
		line = line[:max(room, 0)]
	}
	last.value = append(last.value, line...)
}

func (b *block) cut(value []byte) []byte {
	if len(value) > b.cfg.MaxValueBytes {
		b.found.add(DefectFieldTruncated)
		return value[:b.cfg.MaxValueBytes:b.cfg.MaxValueBytes]
	}
	return value
}

// cutLine splits off the first line, without its LF or CRLF.
func cutLine(data []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(data, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), rest
}

const maxNameBytes = 128

// splitField takes a field line apart. White space before the colon is
// tolerated; the name is printable ASCII (RFC 5322 section 2.2).
func splitField(line []byte) (name string, value []byte, ok bool) {
	head := line[:min(len(line), maxNameBytes+1)]
	colon := bytes.IndexByte(head, ':')
	if colon <= 0 {
		return "", nil, false
	}
	raw := bytes.TrimRight(line[:colon], " \t")
	for _, c := range raw {
		if c <= ' ' || c > '~' {
			return "", nil, false
		}
	}
	return string(raw), line[colon+1:], len(raw) > 0
}

// splitFolded takes a field apart whose colon stands on the next line.
func splitFolded(line, rest []byte) (name string, value, after []byte, ok bool) {
	if len(line) > maxNameBytes || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
		return "", nil, rest, false
	}
	next, after := cutLine(rest)
	next = bytes.TrimLeft(next, " \t")
	if len(next) == 0 || next[0] != ':' {
		return "", nil, rest, false
	}
	name, _, ok = splitField(append(line[:len(line):len(line)], ':'))
	if !ok {
		return "", nil, rest, false
	}
	return name, next[1:], after, true
}
