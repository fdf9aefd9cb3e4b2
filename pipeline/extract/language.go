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

// language guesses the language of normalised words: by their function words,
// which takes a map look-up a word; text that those do not decide, and other
// scripts, by whatlanggo's trigrams, which take a hundred times as long. "" where
// neither is sure.
func language(l *wordList, text string) string {
	if len(text) < minLanguage {
		return ""
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
	best, second := 0, -1
	for k := 1; k < len(languageCodes); k++ {
		switch {
		case hits[k] > hits[best]:
			best, second = k, best
		case second < 0 || hits[k] > hits[second]:
			second = k
		}
	}
	if hits[best] >= 4 && hits[best]*8 >= n && hits[best]*3 >= hits[second]*4 {
		return languageCodes[best]
	}
	if n < 12 && latin(text) {
		return ""
	}
	return byTrigrams(text)
}

func latin(text string) bool {
	for _, r := range text {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Latin, r)
		}
	}
	return true
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
	if len(text) > 1024 {
		text = strings.ToValidUTF8(text[:1024], "")
	}
	if info := whatlanggo.Detect(text); info.IsReliable() {
		return info.Lang.Iso6391()
	}
	return ""
}
