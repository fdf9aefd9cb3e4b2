package extract

import (
	_ "embed"
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

//go:embed language.txt
var languageText string

// functionWords maps a word to the languages that it is a function word of, as a
// set of bits; languageCodes names the bits.
var functionWords, languageCodes = readLanguages(languageText)

func readLanguages(text string) (map[string]uint32, []string) {
	words, codes := make(map[string]uint32), []string(nil)
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		for _, w := range f[1:] {
			words[w] |= 1 << len(codes)
		}
		codes = append(codes, f[0])
	}
	return words, codes
}

// maxLanguageWords are looked at: more would not change the guess.
const maxLanguageWords = 300

// language guesses the language of normalised words. Latin text is known by its
// function words, at a map look-up a word; whatlanggo's trigrams would take a
// hundred times as long and name a language for any list of file names. Other
// scripts are whatlanggo's. "" where the guess is not sure.
func language(l *wordList, text string) string {
	if len(text) < minLanguage {
		return ""
	}
	if !latin(text) {
		return byTrigrams(text)
	}
	n := min(len(l.spans), maxLanguageWords)
	var hits [32]int
	for i := range n {
		bits := functionWords[string(l.word(i))]
		for k := 0; bits != 0; k++ {
			hits[k] += int(bits & 1)
			bits >>= 1
		}
	}
	best, second := 0, 1
	for k := 1; k < len(languageCodes); k++ {
		switch {
		case hits[k] > hits[best]:
			best, second = k, best
		case hits[k] > hits[second]:
			second = k
		}
	}
	if hits[best] >= 3 && hits[best]*12 >= n && hits[best]*3 >= hits[second]*4 {
		return languageCodes[best]
	}
	return ""
}

// latin reports whether most letters at the beginning of a text are Latin.
func latin(text string) bool {
	yes, no := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			if r < 0x250 || unicode.Is(unicode.Latin, r) {
				yes++
			} else {
				no++
			}
		}
		if yes+no > 400 {
			break
		}
	}
	return yes >= no
}

// cyrillic tells the languages of that script by the letters that only they have;
// "" for other scripts.
func cyrillic(text string) string {
	for _, c := range cyrillicLetters {
		if strings.ContainsAny(text, c.letters) {
			return c.code
		}
	}
	return ""
}

var cyrillicLetters = []struct{ code, letters string }{
	{"uk", "їєґ"}, {"be", "ў"}, {"sr", "ђћљњџ"}, {"mk", "ѓќѕ"}, {"kk", "әғқңұһ"}, {"ru", "ыэё"}, {"bg", "ъщ"},
}

func byTrigrams(text string) string {
	if c := cyrillic(text); c != "" {
		return c
	}
	if len(text) > 512 {
		text = strings.ToValidUTF8(text[:512], "")
	}
	if info := whatlanggo.Detect(text); info.IsReliable() {
		return info.Lang.Iso6391()
	}
	return ""
}
