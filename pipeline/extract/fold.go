package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold appends s to dst as a reader sees it: NFKC, without invisible
// characters, styled letters plain, spaces and line ends uniform, and letters
// that only look Latin made Latin where the word is otherwise Latin. Case stays.
func fold(dst []byte, s string) []byte {
	for len(s) > 0 {
		n := asciiRun(s)
		dst = appendASCII(dst, s[:n])
		if s = s[n:]; s == "" {
			break
		}
		n = otherRun(s)
		dst = foldRunes(dst, s[:n])
		s = s[n:]
	}
	return dst
}

// asciiRun is the length of s's beginning that needs no folding, cut at a space
// so that a word with look-alikes is seen whole.
func asciiRun(s string) int {
	n := 0
	for n+8 <= len(s) && (s[n]|s[n+1]|s[n+2]|s[n+3]|s[n+4]|s[n+5]|s[n+6]|s[n+7]) < utf8.RuneSelf {
		n += 8
	}
	for n < len(s) && s[n] < utf8.RuneSelf {
		n++
	}
	if n == len(s) {
		return n
	}
	for n > 0 && s[n-1] > ' ' {
		n--
	}
	return n
}

// otherRun is the length of s up to the space after its first non-ASCII rune.
func otherRun(s string) int {
	seen := false
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			seen = true
		} else if seen && s[i] <= ' ' {
			return i
		}
	}
	return len(s)
}

func appendASCII(dst []byte, s string) []byte {
	n := len(dst)
	dst = append(dst, s...)
	for i, c := range dst[n:] {
		if c < ' ' && c != '\n' || c == 0x7f {
			dst[n+i] = ' '
		}
	}
	return dst
}

// foldRunes folds one run without inner ASCII spaces.
func foldRunes(dst []byte, s string) []byte {
	var buf [256]byte
	plain := norm.NFKC.AppendString(buf[:0], strings.Map(visible, s))
	start := len(dst)
	for len(plain) > 0 {
		r, n := utf8.DecodeRune(plain)
		plain = plain[n:]
		switch {
		case r == utf8.RuneError && n == 1:
		case r == '\n':
			dst = foldWord(dst, start)
			dst = append(dst, '\n')
			start = len(dst)
		case unicode.IsSpace(r) || unicode.IsControl(r):
			dst = foldWord(dst, start)
			dst = append(dst, ' ')
			start = len(dst)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return foldWord(dst, start)
}

// visible drops what takes no room on the screen, and unpacks styled letters
// that NFKC leaves alone.
func visible(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r == 0xAD || r == 0x34F || r == 0x61C || r == 0x115F || r == 0x1160 || r == 0x17B4 || r == 0x17B5 || r == 0x180E,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r == 0x3164 || r == 0xFEFF || r == 0xFFA0 || r == 0xFFFD,
		r >= 0xFE00 && r <= 0xFE0F, r >= 0xFFF0 && r <= 0xFFFB,
		r >= 0x1D173 && r <= 0x1D17A, r >= 0xE0000 && r <= 0xE0FFF:
		return -1
	case r >= 0x1F150 && r <= 0x1F169:
		return 'A' + r - 0x1F150
	case r >= 0x1F170 && r <= 0x1F189:
		return 'A' + r - 0x1F170
	case r == 0x2028 || r == 0x2029 || r == 0x85:
		return '\n'
	}
	return r
}

// foldWord makes the letters of dst[start:] Latin, in place, if at least one of
// its letters is ASCII and all others have a Latin look or base.
func foldWord(dst []byte, start int) []byte {
	if !latinLook(dst[start:]) {
		return dst
	}
	out := start
	for in := start; in < len(dst); {
		r, n := utf8.DecodeRune(dst[in:])
		in += n
		if r >= utf8.RuneSelf {
			r = latinLetter(r)
		}
		// A Latin letter is never longer than what it replaces.
		out += utf8.EncodeRune(dst[out:out+utf8.RuneLen(r)], r)
	}
	return dst[:out]
}

// latinLook reports whether a word has an ASCII letter or an accented one, and
// no letter that looks like none.
func latinLook(word []byte) bool {
	latin := false
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		switch {
		case r < utf8.RuneSelf:
			latin = latin || (r|0x20 >= 'a' && r|0x20 <= 'z')
		case latinLetter(r) != r:
			latin = latin || lookalikes[r] == 0
		case unicode.IsLetter(r):
			return false
		}
	}
	return latin
}

func latinLetter(r rune) rune {
	if l := lookalikes[r]; l != 0 {
		return l
	}
	return baseLetter(r)
}

// baseLetter is a Latin letter without its accents, any other rune itself.
// Accents go because charset damage and disguise change them at will.
func baseLetter(r rune) rune {
	if r < 0xC0 {
		return r
	}
	if r < rune(len(latinBase)) {
		return latinBase[r]
	}
	if r >= 0x1E00 && r <= 0x1EFF {
		return decompose(r)
	}
	return r
}

var latinBase = buildLatinBase()

func buildLatinBase() (t [0x250]rune) {
	for r := range t {
		t[r] = rune(r)
		if r >= 0xC0 {
			t[r] = decompose(rune(r))
		}
	}
	for _, p := range []string{"øo", "ØO", "đd", "ĐD", "łl", "ŁL", "ıi", "ħh", "ŧt", "ƒf", "ɡg", "ƁB", "ƄB", "ƇC", "ƈc", "ƊD", "ƒf", "ƓG", "ƗI", "Ƙk", "ƙk", "ƝN", "ƤP", "ƥp", "ƬT", "ƭt", "ƲV", "Ƴy", "ƴy", "Ƶz", "ƶz"} {
		r := []rune(p)
		if int(r[0]) < len(t) {
			t[r[0]] = r[1]
		}
	}
	return t
}

func decompose(r rune) rune {
	var in [utf8.UTFMax]byte
	d := norm.NFD.Properties(in[:utf8.EncodeRune(in[:], r)]).Decomposition()
	if len(d) == 0 || d[0] >= utf8.RuneSelf {
		return r
	}
	return rune(d[0])
}

// lookalikes maps letters of other scripts to the Latin letter that they look
// like (a part of Unicode TR 39's confusables that text is written with).
var lookalikes = buildLookalikes()

func buildLookalikes() map[rune]rune {
	const pairs = "аaсcеeоoрpхxуyіiјjѕsһhԁdԛqԝwӏlկuոnսuզqցgհhօoјjүyгrпnтtкkмmнhвbьb" +
		"АAВBЕEКKМMНHОOРPСCТTХXУYІIЈJЅSԌGԜWҮYЗ3Һh" +
		"αaοoρpνvυuτtιiηnκkχxωwεeγyσoβb" +
		"ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX" +
		"ɑaɩiɪiʏyᴀaʙbᴄcᴅdᴇeꜰfɢgʜhᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwᴢzɡgɛeʋvʍmɯmǀlⅼlՏSՍUᏀGᎪAᏴBᏟCᎠDᎬEᎻHᎫJᏦKᏞLᎷMᏢPᎡRᏚSᎢTᏙVᎳWᏃZ"
	m := make(map[rune]rune)
	runes := []rune(pairs)
	for i := 0; i+1 < len(runes); i += 2 {
		if runes[i] >= utf8.RuneSelf && runes[i+1] < utf8.RuneSelf {
			m[runes[i]] = runes[i+1]
		}
	}
	return m
}
