package simulate

import (
	_ "embed"
	"strings"
)

//go:embed words/words.txt
var wordsText string

//go:embed words/details.txt
var detailsText string

//go:embed words/lures.txt
var luresText string

var (
	words   = readWords(wordsText)
	details = contentLines(detailsText)
	themes  = readThemes(luresText)
)

// theme is a subject of lures.
type theme struct {
	name, needs                        string
	subjects, opens, bodies, asks, end []string
}

// contentLines drops comments and empty lines.
func contentLines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

func readWords(text string) map[string][]string {
	m := map[string][]string{}
	for _, line := range contentLines(text) {
		name, list, _ := strings.Cut(line, " ")
		m[name] = strings.Fields(list)
	}
	return m
}

func readThemes(text string) (out []theme) {
	for _, line := range contentLines(text) {
		kind, rest, _ := strings.Cut(line, " ")
		if kind == "=" {
			name, needs, _ := strings.Cut(rest, " ")
			out = append(out, theme{name: name, needs: needs})
			continue
		}
		t := &out[len(out)-1]
		list := map[string]*[]string{"S": &t.subjects, "O": &t.opens, "B": &t.bodies, "A": &t.asks, "C": &t.end}[kind]
		*list = append(*list, rest)
	}
	return out
}

// Syllables of invented names.
var (
	onsets = strings.Fields("Al Ar Bel Bor Bran Cal Cor Dan Del Dor El Fal Fen Gar Gel Hal Har Ig Jor Kel Kor Lan Lor Mal Mer Mor Nal Nor Or Pel Por Quin Ral Ros Sal Sel Tal Tor Ul Val Ver Wel Wor Yor Zan Zel")
	middle = strings.Fields("a an ar e el en er i in ir o on or u un ur av ev iv ov ad ed id od am em im om ab eb ib ob")
	places = strings.Fields("burg bury by combe dale dorf field ford gate ham haven heim holm holt hurst leigh low mere minster mouth ness port sand stead stone thorpe ton vik wald wick worth")
	firms  = strings.Fields("ax bank bit corp core dex ex fix go ix lane lux mark max net nova ora pay pex pro rix sys tec tra via vo wave xo zen")
	suffix = strings.Fields("Group Holdings Partners Trading Works Services Systems Logistics Industries Labs Union Brothers Supply Direct House")
)

func placeName(r *rng) string { return pick(r, onsets) + pick(r, middle) + pick(r, places) }

func firmName(r *rng) string {
	name := pick(r, onsets) + pick(r, middle) + pick(r, firms)
	if r.chance(0.6) {
		name += " " + pick(r, suffix)
	}
	return name
}

func surname(r *rng) string {
	return pick(r, onsets) + pick(r, middle) + pick(r, []string{"son", "man", "ley", "ner", "vic", "ski", "sen", "ard", "ell", "ini", "dt", "wig"})
}

func personName(r *rng) string { return pick(r, words["given"]) + " " + surname(r) }

func productName(r *rng) string {
	return pick(r, onsets) + pick(r, middle) + pick(r, middle) + pick(r, firms) + pick(r, []string{"", " Plus", " 360", " Pro", " Gold", " Max"})
}

// domainName is a registrable name that nobody can own.
func domainName(r *rng) string {
	switch r.IntN(3) {
	case 0:
		return strings.ToLower(pick(r, onsets)+pick(r, middle)+pick(r, firms)) + ".example"
	case 1:
		return pick(r, words["adjectives"]) + "-" + pick(r, words["nouns"]) + ".example"
	}
	return pick(r, words["nouns"]) + pick(r, words["nouns"]) + r.letters(digits, r.IntN(3)) + ".example"
}

// slug is a name as it stands in a domain.
func slug(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		}
		return -1
	}, s)
}
