package extract

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
)

const maxStreams = 256 // of one PDF

// pdfText collects the strings that a PDF's content streams show. It reads
// uncompressed and Flate streams and literal and hexadecimal strings, and knows
// nothing of fonts: a text whose glyphs are numbered anew comes out as its codes,
// which are equal where the same program made it from the same text.
func pdfText(data []byte) string {
	var b strings.Builder
	budget := maxInflate
	rest := data
	for n := 0; n < maxStreams && b.Len() < maxFileText && budget > 0; n++ {
		i := bytes.Index(rest, []byte("stream"))
		if i < 0 {
			break
		}
		dict := rest[max(0, i-512):i]
		body := bytes.TrimLeft(rest[i+len("stream"):], "\r\n")
		end := bytes.Index(body, []byte("endstream"))
		if end < 0 {
			end = len(body)
		}
		rest = body[min(len(body), end+len("endstream")):]
		content := inflated(dict, body[:end], &budget)
		if bytes.Contains(content, []byte("BT")) {
			showText(&b, content)
		}
	}
	for _, uri := range pdfLinks(data) {
		b.WriteString("\n" + uri)
	}
	return strings.ToValidUTF8(b.String(), "")
}

func inflated(dict, body []byte, budget *int) []byte {
	if i := bytes.LastIndex(dict, []byte("<<")); i >= 0 {
		dict = dict[i:]
	}
	if bytes.Contains(dict, []byte("/Image")) {
		return nil
	}
	if !bytes.Contains(dict, []byte("FlateDecode")) && !bytes.HasPrefix(body, []byte{0x78}) {
		return body[:min(len(body), maxFileText)]
	}
	z, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, int64(*budget)))
	*budget -= len(out)
	return out
}

// showText appends the strings of the operators Tj and TJ; a new line for each
// text positioning.
func showText(b *strings.Builder, s []byte) {
	for i := 0; i < len(s) && b.Len() < maxFileText; {
		switch c := s[i]; {
		case c == '(':
			i = literal(b, s, i+1)
		case c == '<' && i+1 < len(s) && s[i+1] != '<':
			i = hexString(b, s, i+1)
		case c == 'T' && i+1 < len(s) && (s[i+1] == 'd' || s[i+1] == 'D' || s[i+1] == '*'), c == 'E' && i+1 < len(s) && s[i+1] == 'T':
			b.WriteByte('\n')
			i += 2
		case c == '-' && i+3 < len(s) && s[i+1] >= '2' && s[i+1] <= '9' && s[i+2] >= '0' && s[i+2] <= '9' && s[i+3] >= '0' && s[i+3] <= '9':
			b.WriteByte(' ') // a wide step inside TJ is a space
			i += 4
		default:
			i++
		}
	}
}

func literal(b *strings.Builder, s []byte, i int) int {
	for depth := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i < len(s) && strings.IndexByte("()\\", s[i]) >= 0 {
				b.WriteByte(s[i])
			}
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		if s[i] != 0 {
			b.WriteByte(s[i])
		}
	}
	return i
}

func hexString(b *strings.Builder, s []byte, i int) int {
	end := bytes.IndexByte(s[i:], '>')
	if end < 0 {
		return len(s)
	}
	hex := s[i : i+end]
	step := 2
	if len(hex)%4 == 0 && bytes.HasPrefix(hex, []byte("00")) {
		step = 4 // two-byte codes
	}
	for j := 0; j+step <= len(hex); j += step {
		if v := unhex(hex[j+step-2])<<4 | unhex(hex[j+step-1]); v != 0 {
			b.WriteRune(rune(v))
		}
	}
	return i + end + 1
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0
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
