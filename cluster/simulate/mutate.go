package simulate

import (
	"strings"
	"unicode/utf8"
)

// lookalikes are letters that look like ASCII ones.
var lookalikes = map[rune][]rune{
	'a': {'а', 'ɑ'}, 'c': {'с'}, 'e': {'е'}, 'i': {'і'}, 'o': {'о', 'ο'}, 'p': {'р'}, 's': {'ѕ'}, 'x': {'х'}, 'y': {'у'}, 'j': {'ј'},
	'A': {'А', 'Α'}, 'B': {'В'}, 'C': {'С'}, 'E': {'Е'}, 'H': {'Н'}, 'K': {'К'}, 'M': {'М'}, 'O': {'О'}, 'P': {'Р'}, 'T': {'Т'}, 'X': {'Х'},
}

// invisible characters stand inside words.
var invisible = []rune{'\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\ufe0f', '\U000e0100'}

// disguise exchanges letters for look-alikes and strews invisible characters, each
// with a probability of share; addresses and link marks stay.
func disguise(r *rng, s string, share float64) string {
	var b strings.Builder
	for i, w := range strings.Split(s, " ") {
		if i > 0 {
			b.WriteByte(' ')
		}
		if strings.ContainsAny(w, "@"+linkMark) || strings.Contains(w, "://") || strings.ContainsAny(w, digits) {
			b.WriteString(w)
			continue
		}
		n := utf8.RuneCountInString(w)
		for j, c := range w {
			if alike := lookalikes[c]; alike != nil && r.chance(share) {
				c = pick(r, alike)
			}
			b.WriteRune(c)
			if n > 3 && j > 0 && r.chance(share/2) {
				b.WriteRune(pick(r, invisible))
			}
		}
	}
	return b.String()
}

// padding is a text that somebody else wrote: the same for whoever steals it.
func padding(number uint64) (out []said) {
	r := newRNG(ofPadding, number)
	for _, p := range passage(r, r.between(15, 45)) {
		out = append(out, said{kind: blockText, text: p})
	}
	return out
}

// hidden makes markup for up to n places that shows nothing: another text in every
// copy.
func hidden(r *rng, n int) []string {
	out := make([]string, n)
	for i := range out {
		text := strings.Join(passage(r, r.between(1, 3)), " ")
		switch r.IntN(6) {
		case 0:
			out[i] = `<div style="display:none">` + text + `</div>`
		case 1:
			out[i] = `<span style="font-size:0">` + text + `</span>`
		case 2:
			out[i] = `<!-- ` + text + ` -->`
		case 3:
			out[i] = `<p style="color:#ffffff;background-color:#ffffff">` + text + `</p>`
		case 4:
			out[i] = `<div style="max-height:0;overflow:hidden;visibility:hidden">` + text + `</div>`
		}
	}
	return out
}

// recode changes how texts are encoded, not what they say.
func recode(r *rng, m *mail) {
	m.charset = pick(r, []string{"utf-8", "utf-8", "iso-8859-1", "windows-1252", "us-ascii"})
	if m.charset == "us-ascii" && !(ascii(m.plain) && ascii(m.page)) {
		m.charset = "utf-8"
	}
	m.encoding = pick(r, []string{"7bit", "quoted-printable", "base64"})
	m.wordEncoding = pick(r, []byte{0, 'b', 'q'})
	if m.page != "" && r.chance(0.4) {
		m.page = entities(r, m.page)
	}
}

// entities writes some letters of a page's text as character references.
func entities(r *rng, page string) string {
	var b strings.Builder
	tag := false
	for _, c := range page {
		switch c {
		case '<':
			tag = true
		case '>':
			tag = false
		}
		if !tag && (c >= 'a' && c <= 'z' || c > 0x7f) && b.Len() > 0 && !pending(b.String()) && r.chance(0.15) {
			b.WriteString("&#")
			b.WriteString(itoa(int(c)))
			b.WriteByte(';')
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// pending says whether a character reference is open at the end of s.
func pending(s string) bool {
	tail := s[max(0, len(s)-8):]
	return strings.LastIndexByte(tail, '&') > strings.LastIndexByte(tail, ';')
}
