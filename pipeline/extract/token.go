package extract

import (
	"strings"
)

const (
	minToken = 4
	maxToken = 24
	// maxTokensSeen bounds the candidates of one text.
	maxTokensSeen = 4096
)

// token keeps a chunk of text if it looks rare: a price, a code, a ticker, a
// long number, an odd spelling. What is common after all, the engine's counts
// will tell.
func (s *scanner) token(chunk string) {
	for len(s.found.tokens) < maxTokensSeen {
		i := strings.IndexAny(chunk, "-:/=|")
		if i < 0 {
			s.piece(chunk)
			return
		}
		s.piece(chunk[:i])
		chunk = chunk[i+1:]
	}
}

func (s *scanner) piece(chunk string) {
	t := strings.Trim(chunk, ".,;:!?()[]{}<>\"'*_\\#~`+")
	if len(t) < 3 || len(t) > maxToken || strings.ContainsRune(t, '%') && len(t) < 5 {
		return
	}
	var c charCount
	c.count(t)
	if !c.rare(t) || s.shout && c.upper == len(t) || s.mask.touches(t) {
		return
	}
	s.found.tokens = append(s.found.tokens, lowerASCII(t))
}

// charCount is what a token is made of.
type charCount struct{ letters, upper, digits, money, inner, other int }

func (c *charCount) count(t string) {
	for i, r := range t {
		switch {
		case r >= '0' && r <= '9':
			c.digits++
		case r >= 'A' && r <= 'Z':
			c.letters++
			c.upper++
		case r >= 'a' && r <= 'z':
			c.letters++
		case strings.ContainsRune("$€£¥₿", r):
			c.money++
		case strings.ContainsRune(".,-'’", r):
			if i > 0 {
				c.inner++
			}
		default:
			c.other++
		}
	}
}

func (c *charCount) rare(t string) bool {
	switch {
	case c.other > 0:
		return false
	case c.money > 0:
		return c.digits > 0 && c.letters <= 3
	case c.letters == 0:
		return c.digits >= 6 && c.inner == 0 && !dateLike(t)
	case c.digits > 0:
		return len(t) >= minToken && c.inner <= 1 && !ordinal(t)
	case c.upper == len(t):
		return len(t) >= 4 && len(t) <= 5
	}
	return oddSpelling(t)
}

// oddSpelling: a sign inside what is otherwise one short word (S.umbol).
func oddSpelling(t string) bool {
	i := strings.IndexAny(t, ".,")
	return i == 1 && len(t) >= 5 && lettersOnly(t[i+1:])
}

// ordinal: 1st, 30th, 5pm, 24h, 2x are words of every text.
func ordinal(t string) bool {
	i := 0
	for i < len(t) && t[i] >= '0' && t[i] <= '9' {
		i++
	}
	switch lowerASCII(t[i:]) {
	case "st", "nd", "rd", "th", "am", "pm", "h", "x", "k", "m", "px", "min", "hrs", "days", "kb", "mb", "gb":
		return i > 0
	}
	return false
}

// dateLike: 20240131, 31012024, 2024.
func dateLike(t string) bool {
	if len(t) != 8 {
		return false
	}
	return strings.HasPrefix(t, "19") || strings.HasPrefix(t, "20") || t[4:6] == "19" || t[4:6] == "20"
}

// touches reports whether a token holds the recipient's local part or name.
func (m *mask) touches(t string) bool {
	t = lowerASCII(t)
	if m.lengths&lengthBit(len(t)) != 0 && m.words[t] {
		return true
	}
	for _, l := range m.locals {
		if len(l) >= 4 && strings.Contains(t, l) {
			return true
		}
	}
	return false
}
