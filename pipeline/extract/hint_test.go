package extract

import (
	"strings"
	"testing"
)

// FuzzHints: a hint is given exactly where one of its words stands in a line.
func FuzzHints(f *testing.F) {
	for _, w := range hintWords {
		f.Add("x " + strings.ToUpper(w.text) + "\ny")
		f.Add(w.text[:len(w.text)-1] + w.text)
	}
	f.Add("pa\nss passenhaphonexternconfidestinat")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		var want hint
		for _, l := range lines {
			for _, w := range hintWords {
				if strings.Contains(lowerASCII(l), w.text) {
					want |= w.hint
				}
			}
		}
		if got := hintsOf(lines); got != want {
			t.Errorf("hintsOf(%q) = %b, want %b", lines, got, want)
		}
	})
}
