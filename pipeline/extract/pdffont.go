package extract

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
)

// glyphs maps a font's codes to text; wide codes are of two bytes.
type glyphs struct {
	text map[int]string
	wide bool
}

// fonts maps the names by which pages call fonts to the fonts' ToUnicode maps.
func (p *pdf) fonts() map[string]*glyphs {
	maps := make(map[int]*glyphs) // by font object
	read := make(map[int]*glyphs) // by the map's own: fonts may share one
	for _, id := range p.order {
		to := intAfter(p.objects[id].dict, "/ToUnicode")
		if to < 0 {
			continue
		}
		if read[to] == nil {
			read[to] = readCMap(p.objects[to].stream)
		}
		maps[id] = read[to]
	}
	fonts := make(map[string]*glyphs)
	if len(maps) == 0 {
		return fonts
	}
	for _, id := range p.order {
		d := p.objects[id].dict
		d = d[:min(len(d), maxDict)]
		for n := 0; n < 64; n++ {
			name, object, rest := reference(d)
			if name == nil {
				break
			}
			if g := maps[object]; g != nil {
				fonts[string(name)] = g
			}
			d = rest
		}
	}
	return fonts
}

// reference finds the next "/Name N 0 R": the name (nil without one), N, and
// what follows.
func reference(d []byte) (name []byte, object int, rest []byte) {
	for {
		i := bytes.IndexByte(d, '/')
		if i < 0 {
			return nil, 0, nil
		}
		d = d[i+1:]
		name, rest := run(d, nameByte, 40)
		rest, spaced := afterSpace(rest)
		digits, rest := run(rest, digitByte, 6)
		rest, apart := afterSpace(rest)
		if len(name) == 0 || !spaced || len(digits) == 0 || !apart || len(rest) == 0 || rest[0] != '0' {
			continue
		}
		if rest, apart = afterSpace(rest[1:]); apart && len(rest) > 0 && rest[0] == 'R' {
			object, _ = strconv.Atoi(string(digits))
			return name, object, rest[1:]
		}
	}
}

// run splits off the bytes that s begins with, at most limit, as far as is says.
func run(s []byte, is func(byte) bool, limit int) (head, rest []byte) {
	n := 0
	for n < len(s) && n < limit && is(s[n]) {
		n++
	}
	return s[:n], s[n:]
}

func afterSpace(s []byte) (rest []byte, ok bool) {
	rest = bytes.TrimLeft(s, "\t\n\f\r ")
	return rest, len(rest) < len(s)
}

func nameByte(c byte) bool {
	return wordByte(c) && c < 0x80 || c == '_' || c == '.' || c == '+' || c == '-'
}

func digitByte(c byte) bool { return c >= '0' && c <= '9' }

// readCMap reads the bfchar and bfrange sections of a ToUnicode map.
func readCMap(s []byte) *glyphs {
	g := &glyphs{text: make(map[int]string)}
	for len(s) > 0 && len(g.text) < maxCodes {
		i := bytes.Index(s, []byte("beginbf"))
		if i < 0 {
			break
		}
		s = s[i+len("beginbf"):]
		end := bytes.Index(s, []byte("endbf"))
		if end < 0 {
			end = len(s)
		}
		if bytes.HasPrefix(s, []byte("char")) {
			g.chars(s[:end])
		} else {
			g.ranges(s[:end])
		}
		s = s[end:]
	}
	return g
}

func (g *glyphs) chars(s []byte) {
	for {
		code, n, rest, ok := hexToken(s)
		if !ok {
			return
		}
		text, _, rest, ok := hexToken(rest)
		if !ok {
			return
		}
		g.wide = g.wide || n > 2
		g.set(code, text)
		s = rest
	}
}

func (g *glyphs) ranges(s []byte) {
	for len(g.text) < maxCodes {
		from, n, rest, ok := hexToken(s)
		if !ok {
			return
		}
		to, _, rest, ok := hexToken(rest)
		if !ok || len(to) == 0 {
			return
		}
		g.wide = g.wide || n > 2
		rest = bytes.TrimLeft(rest, " \r\n\t")
		lo, hi := number(from), number(to)
		if bytes.HasPrefix(rest, []byte("[")) {
			for c := lo; c <= hi && c < lo+256; c++ {
				var text []byte
				if text, _, rest, ok = hexToken(rest); !ok {
					return
				}
				g.set([]byte{byte(c >> 8), byte(c)}, text)
			}
			s = rest
			continue
		}
		text, _, rest, ok := hexToken(rest)
		if !ok || len(text) == 0 {
			return
		}
		for c := lo; c <= hi && c < lo+256; c++ {
			g.set([]byte{byte(c >> 8), byte(c)}, text)
			text = append([]byte(nil), text...)
			text[len(text)-1]++
		}
		s = rest
	}
}

// set maps a code to text in UTF-16.
func (g *glyphs) set(code, text []byte) {
	if len(text) > 16 || len(text)%2 != 0 || len(g.text) >= maxCodes {
		return
	}
	u := make([]uint16, len(text)/2)
	for i := range u {
		u[i] = uint16(text[2*i])<<8 | uint16(text[2*i+1])
	}
	g.text[number(code)] = string(utf16.Decode(u))
}

func number(b []byte) (n int) {
	for _, c := range b[max(0, len(b)-4):] {
		n = n<<8 | int(c)
	}
	return n
}

// hexToken reads "<...>": its bytes, how many digits it had, what follows.
func hexToken(s []byte) (b []byte, digits int, rest []byte, ok bool) {
	open := bytes.IndexByte(s, '<')
	if open < 0 {
		return nil, 0, nil, false
	}
	end := bytes.IndexByte(s[open:], '>')
	if end < 0 {
		return nil, 0, nil, false
	}
	b, digits = unhexAll(s[open+1 : open+end])
	return b, digits, s[open+end+1:], true
}

func unhexAll(s []byte) (b []byte, digits int) {
	var hi byte
	for _, c := range s {
		if c <= ' ' {
			continue
		}
		if digits++; digits%2 == 1 {
			hi = unhex(c) << 4
		} else {
			b = append(b, hi|unhex(c))
		}
	}
	if digits%2 == 1 {
		b = append(b, hi)
	}
	return b, digits
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

// pdfShower writes what a content stream's text operators show.
type pdfShower struct {
	b     *strings.Builder
	fonts map[string]*glyphs
	font  *glyphs
	name  string // the last name operand
}

func (t *pdfShower) show(s []byte) {
	for i := 0; i < len(s) && t.b.Len() < maxFileText; {
		switch c := s[i]; {
		case c == '(':
			var str []byte
			str, i = literal(s, i+1)
			t.text(str)
		case c == '<' && i+1 < len(s) && s[i+1] != '<':
			end := bytes.IndexByte(s[i:], '>')
			if end < 0 {
				return
			}
			str, _ := unhexAll(s[i+1 : i+end])
			t.text(str)
			i += end + 1
		case c == '/':
			j := i + 1
			for j < len(s) && s[j] > ' ' && strings.IndexByte("/()<>[]{}%", s[j]) < 0 {
				j++
			}
			t.name = string(s[i+1 : j])
			i = j
		case c == 'T' && i+1 < len(s):
			t.operator(s[i+1])
			i += 2
		case c == 'E' && i+1 < len(s) && s[i+1] == 'T':
			t.b.WriteByte('\n')
			i += 2
		case c == '-' && wideStep(s[i+1:]):
			t.b.WriteByte(' ') // a wide step inside TJ is a space
			i += 4
		default:
			i++
		}
	}
}

func (t *pdfShower) operator(c byte) {
	switch c {
	case 'f':
		t.font = t.fonts[t.name]
	case 'd', 'D', '*':
		t.b.WriteByte('\n')
	case 'm':
		t.b.WriteByte(' ')
	}
}

// wideStep: a number of 200 or more, in thousandths of the font size.
func wideStep(s []byte) bool {
	return len(s) > 2 && s[0] >= '2' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9'
}

func (t *pdfShower) text(str []byte) {
	if t.font == nil || len(t.font.text) == 0 {
		for _, c := range str {
			if c != 0 {
				t.b.WriteRune(rune(c))
			}
		}
		return
	}
	step := 1
	if t.font.wide {
		step = 2
	}
	for i := 0; i+step <= len(str); i += step {
		t.b.WriteString(t.font.text[number(str[i:i+step])])
	}
}

// literal reads a string in parentheses from s[i]; it returns where it ends.
func literal(s []byte, i int) (str []byte, end int) {
	for depth := 1; i < len(s); i++ {
		c := s[i]
		switch c {
		case '\\':
			if i++; i >= len(s) {
				return str, i
			}
			var skip int
			c, skip = escaped(s[i:])
			i += skip
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return str, i + 1
			}
		}
		str = append(str, c)
	}
	return str, i
}

// escaped reads what follows a backslash, and how much more than one byte it took.
func escaped(s []byte) (c byte, more int) {
	if s[0] < '0' || s[0] > '7' {
		if i := strings.IndexByte("nrtbf", s[0]); i >= 0 {
			return "\n\r\t\b\f"[i], 0
		}
		return s[0], 0
	}
	n := 0
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		c = c<<3 | (s[n] - '0')
		n++
	}
	return c, n - 1
}
