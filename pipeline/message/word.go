package message

import (
	"encoding/base64"
	"strings"
)

// words decodes the RFC 2047 words of a field value. It is looser than
// mime.WordDecoder where mail programs are: white space inside a word,
// characters split over two words, missing padding, unknown sets.
func words(s string, found *defects) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var run pending
	for {
		at := strings.Index(s, "=?")
		if at < 0 {
			break
		}
		w, n := parseWord(s[at:])
		if n == 0 {
			found.add(DefectEncodedWord)
			run.flush(&out, found)
			out.WriteString(s[:at+2])
			s = s[at+2:]
			continue
		}
		// White space between two words is not text (RFC 2047 section 6.2).
		gap := s[:at]
		if !run.live || strings.Trim(gap, " \t\r\n") != "" {
			run.flush(&out, found)
			out.WriteString(gap)
		}
		run.add(w, &out, found)
		s = s[at+n:]
	}
	run.flush(&out, found)
	out.WriteString(s)
	return out.String()
}

// word is one encoded word, its transfer encoding undone.
type word struct {
	charset string
	data    []byte
}

// pending joins the bytes of adjacent words of one set before they are decoded,
// so that a character split between words survives.
type pending struct {
	word
	live bool
}

func (p *pending) add(w word, out *strings.Builder, found *defects) {
	if p.live && !strings.EqualFold(p.charset, w.charset) {
		p.flush(out, found)
	}
	p.charset, p.live = w.charset, true
	p.data = append(p.data, w.data...)
}

func (p *pending) flush(out *strings.Builder, found *defects) {
	if p.live {
		out.WriteString(toUTF8(p.data, p.charset, "", found))
	}
	*p = pending{}
}

// parseWord reads the encoded word that s begins with and gives its length, 0
// if it is none.
func parseWord(s string) (word, int) {
	set, rest, ok := strings.Cut(s[2:], "?")
	if !ok || len(set) == 0 || len(set) > 60 || strings.ContainsAny(set, " \t\"<>@") {
		return word{}, 0
	}
	if len(rest) < 2 || rest[1] != '?' {
		return word{}, 0
	}
	end := strings.Index(rest[2:], "?=")
	if end < 0 {
		return word{}, 0
	}
	text, n := rest[2:2+end], 2+len(set)+1+2+end+2
	switch rest[0] {
	case 'q', 'Q':
		return word{set, decodeQ(text)}, n
	case 'b', 'B':
		return word{set, decodeB(text)}, n
	}
	return word{}, 0
}

// decodeQ undoes the "Q" encoding and leaves alone what is not of it.
func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

// decodeB undoes the "B" encoding; foreign characters and padding are skipped.
func decodeB(s string) []byte {
	clean := make([]byte, 0, len(s))
	for i := range len(s) {
		if base64Digit[s[i]] != foreign {
			clean = append(clean, s[i])
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean)
	return out[:n]
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
