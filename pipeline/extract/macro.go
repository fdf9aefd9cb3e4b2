package extract

import "strings"

// macros finds template macros that a sending program should have filled in:
// {name}, {{first_name}}, [[x]], %NAME%, %START_WORD, $$x$$, #RAND_4#, <%x%>.
// Only what looks like a name between the marks counts.
func macros(dst []string, text string) []string {
	for i := 0; i < len(text) && len(dst) < 16; {
		j := strings.IndexAny(text[i:], "{[%$#")
		if j < 0 {
			return dst
		}
		i += j
		n := macroAt(text[i:])
		if n > 0 && (i == 0 || !wordByte(text[i-1]) || text[i] == '{' || text[i] == '[') {
			dst = append(dst, digitsMasked(lowerASCII(text[i:i+n])))
		}
		i += max(1, n)
	}
	return dst
}

// macroAt is the length of the macro that s begins with, or 0.
func macroAt(s string) int {
	for _, f := range macroForms {
		if !strings.HasPrefix(s, f.open) {
			continue
		}
		body := s[len(f.open):]
		n := macroName(body, f.close != "")
		if n >= 2 && n <= 40 && strings.HasPrefix(body[n:], f.close) && f.fits(body[:n]) {
			return len(f.open) + n + len(f.close)
		}
	}
	return 0
}

type macroForm struct {
	open, close string
	shout       bool // upper case with a letter only
}

var macroForms = []macroForm{
	{"{{", "}}", false}, {"{%", "%}", false}, {"{$", "}", false}, {"${", "}", false}, {"{", "}", false},
	{"[[", "]]", false}, {"[%", "%]", false}, {"%%", "%%", false}, {"$$", "$$", false}, {"##", "##", false},
	{"%", "%", true}, {"#", "#", true}, {"[", "]", true}, {"%", "", true}, {"$", "", true},
}

// fits: with a mark on one side only, or one that is common in text, a macro is
// a shouted name with an underscore.
func (f *macroForm) fits(name string) bool {
	letters := strings.ContainsAny(lowerASCII(name), "abcdefghijklmnopqrstuvwxyz")
	if !letters || f.open == "%" && len(name) > 2 && hexOnly(name[:2]) && strings.ContainsAny(name[:2], "0123456789") {
		return false // %20 of a link
	}
	upper := strings.ToUpper(name) == name
	if f.close == "" {
		return upper && len(name) >= 5 && strings.Contains(name, "_")
	}
	return !f.shout || upper && (len(name) >= 4 && f.open != "[" || strings.Contains(name, "_"))
}

// macroName is the length of a name at the beginning of s; spaces may stand
// inside where a closing mark ends it.
func macroName(s string, spaces bool) int {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(wordByte(c) && c < 0x80 || c == '_' || c == '-' || c == '.' || c == '|' || spaces && c == ' ' && i > 0 && i < 30) {
			return len(strings.TrimRight(s[:i], " "))
		}
	}
	return len(s)
}

func digitsMasked(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, s)
}
