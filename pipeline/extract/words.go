package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Class tokens stand in the normalised text for what differs from copy to copy.
const (
	classURL    = "#url"
	classMail   = "#mail"
	classMe     = "#me"
	className   = "#name"
	classPostal = "#postal"
	classNumber = "#"
	classCode   = "#x"
)

const maxWord = 40 // bytes; longer ones are codes

// scanner turns folded text into normalised words, and hands what it recognises
// on its way to found.
type scanner struct {
	out    *wordList
	mask   *mask
	found  *findings
	quiet  bool // this line is personal: nothing of it is kept as a value
	shout  bool // most of this line is in capitals
	single int  // length of the run of one-letter words at the end of out
}

// findings are the things in a text that are values of their own.
type findings struct {
	links    []link
	contacts []string
	tokens   []string
	me       bool // the recipient's address or name stands in the text
	myMail   bool
}

// line scans one line.
func (s *scanner) line(line string) {
	_, s.shout = lineTraits(line)
	s.chunks(line)
}

func (s *scanner) chunks(line string) {
	for i := 0; i < len(line); i++ {
		from, upper := i, 0
		var all, last trait
		for ; i < len(line) && line[i] != ' '; i++ { // chunkTraits, and where it ends
			t := traits[line[i]]
			if last&traitSign != 0 {
				all |= inside
			}
			if t&traitUpper != 0 {
				upper++
			}
			all, last = all|t, t
		}
		switch {
		case from == i:
		case all&(traitColon|traitAt|inside) != 0:
			s.chunk(line[from:i])
		default:
			s.read(line[from:i], maybeRare(all, upper))
		}
	}
}

// chunk scans what may be a link or an address.
func (s *scanner) chunk(chunk string) {
	if i := urlStart(chunk); i >= 0 {
		s.plain(chunk[:i])
		s.url(chunk[i:])
		return
	}
	if strings.IndexByte(chunk, '@') > 0 {
		if from, to := mailSpan(chunk); from < to {
			s.plain(chunk[:from])
			s.mail(chunk[from:to])
			s.plain(chunk[to:])
			return
		}
	}
	if host := bareHost(chunk); host != "" {
		s.url(host)
		return
	}
	s.plain(chunk)
}

func (s *scanner) url(u string) {
	end := strings.IndexAny(u, "<>\"'`|\\^{}")
	rest := ""
	if end >= 0 {
		u, rest = u[:end], u[end:]
	}
	if len(s.found.links) < maxLinks {
		s.found.links = append(s.found.links, link{linkText, strings.TrimRight(u, ".,;:!?)]*_-")})
	}
	s.single = 0
	s.out.mask(classURL)
	s.plain(rest)
}

func (s *scanner) mail(a string) {
	s.single = 0
	if s.mask.address(a) {
		s.found.me, s.found.myMail = true, true
		s.out.mask(classMe)
		return
	}
	if len(s.found.contacts) < maxLinks && !s.quiet {
		s.found.contacts = append(s.found.contacts, lowerASCII(a))
	}
	s.out.mask(classMail)
}

// plain scans a chunk that is neither link nor address.
func (s *scanner) plain(chunk string) {
	if chunk != "" {
		s.read(chunk, maybeRare(chunkTraits(chunk)))
	}
}

func (s *scanner) read(chunk string, rare bool) {
	if rare && !s.quiet {
		s.token(chunk)
	}
	for len(chunk) > 0 {
		if t := traits[chunk[0]]; t&traitHigh == 0 {
			n := 1
			if t&(traitLetter|traitDigit) != 0 {
				n = s.word(chunk)
			}
			chunk = chunk[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(chunk)
		switch {
		case spaceless(r):
			n = s.bigrams(chunk)
		case wordRune(r):
			n = s.word(chunk)
		}
		chunk = chunk[n:]
	}
}

// word adds the word that chunk begins with, and returns its length in chunk.
func (s *scanner) word(chunk string) int {
	from := s.out.begin()
	buf := s.out.buf
	letters, digits, i := 0, 0, 0
loop:
	for i < len(chunk) {
		c := chunk[i]
		switch t := traits[c]; {
		case t&traitLetter != 0:
			letters++
			buf = append(buf, c|0x20)
			i++
		case t&traitDigit != 0:
			digits++
			buf = append(buf, c)
			i++
		case t&traitHigh != 0:
			r, n := utf8.DecodeRuneInString(chunk[i:])
			switch {
			case r == '’':
			case !wordRune(r) || spaceless(r):
				break loop
			case unicode.IsDigit(r):
				digits++
				buf = utf8.AppendRune(buf, unicode.ToLower(r))
			default:
				letters++
				buf = utf8.AppendRune(buf, unicode.ToLower(r))
			}
			i += n
		case c == '\'' || i > 0 && inWord(chunk[i-1:]), // don't, l'eau, yo.u
			i > 1 && t&traitNoise != 0 && noiseSign(chunk[i-1]) && inWord(chunk[i-2:]):
			i++
		default:
			break loop
		}
	}
	s.out.buf = buf
	s.close(from, letters, digits)
	return i
}

func (s *scanner) close(from, letters, digits int) {
	w := s.out.buf[from:]
	switch {
	case s.mask.is(w):
		s.found.me = true
		s.replace(from, classMe)
	case letters == 0:
		s.replace(from, classNumber)
	case digits >= 4 || len(w) > maxWord || digits > 0 && len(w) >= 12:
		s.replace(from, classCode)
	default:
		s.out.end(from)
		s.spaced(letters+digits == 1)
		return
	}
	s.single = 0
}

func (s *scanner) replace(from int, token string) {
	s.out.buf = s.out.buf[:max(0, from-1)]
	s.out.mask(token)
}

// spaced joins letters that stand apart (V I A G R A) to one word.
func (s *scanner) spaced(one bool) {
	if one {
		s.single++
		return
	}
	n := len(s.out.spans)
	if s.single >= 3 && n > s.single {
		s.join(n-1-s.single, n-1)
	}
	s.single = 0
}

// join makes words i to j (not included) one.
func (s *scanner) join(i, j int) {
	l := s.out
	to := l.spans[i].from
	for k := i; k < j; k++ {
		to += int32(copy(l.buf[to:], l.word(k)))
	}
	shift := l.spans[j-1].to - to
	l.buf = append(l.buf[:to], l.buf[l.spans[j-1].to:]...)
	tail := l.spans[j:]
	l.spans[i].to = to
	if w := l.word(i); !s.quiet && len(w) >= 3 && len(s.found.tokens) < maxTokensSeen && !s.mask.touches(string(w)) {
		s.found.tokens = append(s.found.tokens, string(w))
	}
	for k := range tail {
		l.spans[i+1+k] = span{tail[k].from - shift, tail[k].to - shift}
	}
	l.spans = l.spans[:i+1+len(tail)]
}

// bigrams adds the pairs of a run of letters that are written without spaces.
func (s *scanner) bigrams(chunk string) int {
	i, prev, count := 0, 0, 0
	for i < len(chunk) {
		r, n := utf8.DecodeRuneInString(chunk[i:])
		if !spaceless(r) {
			break
		}
		if count > 0 {
			s.out.add(chunk[prev : i+n])
		}
		prev = i
		i += n
		count++
	}
	if count == 1 {
		s.out.add(chunk[:i])
	}
	s.single = 0
	return i
}

// inWord reports whether s[1] is a sign put inside a word: a letter before it, a
// small one behind.
func inWord(s string) bool {
	if len(s) < 3 || !isLetter(s[0]) || !noiseSign(s[1]) {
		return false
	}
	if noiseSign(s[2]) && len(s) > 3 {
		s = s[1:] // fo!!und
	}
	return s[2] >= 'a' && s[2] <= 'z'
}

func noiseSign(c byte) bool { return traits[c]&traitNoise != 0 }

func isLetter(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z'
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// spaceless reports whether r belongs to a script without spaces between words.
func spaceless(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	return r <= 0x0EFF || // Thai, Lao
		r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF || // Myanmar, Khmer
		r >= 0x3041 && r <= 0x30FF || r >= 0x3400 && r <= 0x9FFF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x3FFFF
}

// finish ends the text: a run of single letters at its end becomes a word.
func (s *scanner) finish() {
	if n := len(s.out.spans); s.single >= 3 && n >= s.single {
		s.join(n-s.single, n)
	}
	s.single = 0
}
