package extract

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// masked stands in texts for the recipient.
const masked = "<recipient>"

// mask knows how the recipient may be written in a message.
type mask struct {
	forms  []string        // lower case: addresses, and the addresses encoded
	plain  []string        // lower case: the addresses alone
	locals []string        // lower case: local parts
	words  map[string]bool // lower case, folded: name and local part, word by word
	// lengths are those of words, a bit each; longer ones have the last.
	lengths uint64
	starts  formStarts
}

// newMask masks addresses (the first is the recipient's) and display names.
func newMask(addresses, names []string) *mask {
	m := &mask{words: make(map[string]bool)}
	for _, a := range addresses {
		m.addAddress(a)
	}
	for _, n := range names {
		m.addWords(n)
	}
	return m
}

func (m *mask) addAddress(a string) {
	a = lowerASCII(a)
	local, domain, ok := cutAddress(a)
	if !ok || len(m.plain) >= maxMasked || m.address(a) {
		return
	}
	m.plain = append(m.plain, a)
	for _, f := range encodings(a, local, domain) {
		m.forms = append(m.forms, f)
		m.starts.add(f)
	}
	if len(local) >= 3 {
		m.locals = append(m.locals, local)
	}
	m.addWords(local)
}

func encodings(a, local, domain string) []string {
	md, sh, s2 := md5.Sum([]byte(a)), sha1.Sum([]byte(a)), sha256.Sum256([]byte(a))
	return []string{
		a, local + "%40" + domain, local + "%2540" + domain, local + "=40" + domain, local + "=" + domain,
		local + "&#64;" + domain, local + " at " + domain,
		hex.EncodeToString([]byte(a)), hex.EncodeToString(md[:]), hex.EncodeToString(sh[:]), hex.EncodeToString(s2[:]),
	}
}

// addWords masks the words of a name or local part. Words that many mailboxes
// are called by say nothing about a person and stay.
func (m *mask) addWords(s string) {
	whole := lowerASCII(string(fold(nil, s)))
	if len(whole) >= 3 && !strings.ContainsAny(whole, " @") {
		m.addWord(whole)
	}
	for _, w := range strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune(" .,-_+\"'()@", r) }) {
		if len(w) >= 3 && !roleNames[w] {
			m.addWord(w)
		}
	}
}

func (m *mask) addWord(w string) {
	m.words[w] = true
	m.lengths |= lengthBit(len(w))
}

func lengthBit(n int) uint64 { return 1 << min(n, 63) }

// is reports whether w is one of the masked words.
func (m *mask) is(w []byte) bool {
	return m.lengths&lengthBit(len(w)) != 0 && m.words[string(w)]
}

var roleNames = set("info", "admin", "sales", "support", "contact", "office", "mail", "email", "webmaster", "postmaster", "abuse",
	"hello", "help", "service", "team", "the", "and", "undisclosed", "recipients", "user", "users", "list", "customer", "member",
	"com", "net", "org", "www", "news", "marketing", "accounts", "billing", "jobs", "security", "reply", "noreply")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// address reports whether a (any case) is one of the masked addresses.
func (m *mask) address(a string) bool {
	for _, p := range m.plain {
		if strings.EqualFold(p, a) {
			return true
		}
	}
	return false
}

// text replaces the addresses in s, in every form. Where a reader would see one
// that invisible characters or look-alikes hide, the text is what the reader sees.
func (m *mask) text(s string) string {
	if !ascii(s) {
		if seen := string(fold(nil, s)); m.among(seen) != seen {
			s = seen
		}
	}
	return m.among(s)
}

// among replaces the addresses that stand in s as they are.
func (m *mask) among(s string) string {
	if !m.starts.in(s) {
		return s
	}
	for _, f := range m.forms {
		s = replaceFold(s, f, false)
	}
	return s
}

// line replaces addresses, and local parts and names that stand as words of
// their own.
func (m *mask) line(s string) string {
	s = m.text(s)
	for _, l := range m.locals {
		s = replaceFold(s, l, true)
	}
	from := -1
	var b strings.Builder
	for i := 0; i <= len(s); i++ {
		switch {
		case i < len(s) && wordByte(s[i]):
			if from < 0 {
				from = i
			}
			continue
		case from >= 0:
			m.writeWord(&b, s, from, i)
			from = -1
		}
		if i < len(s) {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func (m *mask) writeWord(b *strings.Builder, s string, from, to int) {
	w := s[from:to]
	inside := from > 0 && s[from-1] == '<' && to < len(s) && s[to] == '>' // "<recipient>" itself
	if !inside && (m.words[lowerASCII(w)] || !ascii(w) && m.words[lowerASCII(string(fold(nil, w)))]) {
		w = masked
	}
	b.WriteString(w)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// formStarts tells texts in which no form can stand, by its first two bytes: a
// bit for each pair, with pairs that share one.
type formStarts [1024 / 64]uint64

func pairBit(a, b byte) (word int, bit uint64) {
	n := (uint(lowerByte(a))*37 + uint(lowerByte(b))) % 1024
	return int(n / 64), 1 << (n % 64)
}

func (f *formStarts) add(form string) {
	word, bit := pairBit(form[0], form[1])
	f[word] |= bit
}

// in reports whether a form may stand in s.
func (f *formStarts) in(s string) bool {
	for i := 1; i < len(s); i++ {
		if word, bit := pairBit(s[i-1], s[i]); f[word]&bit != 0 {
			return true
		}
	}
	return false
}

// clean makes a text of a row: printable, addresses masked, cut to n bytes.
func (m *mask) clean(s string, n int) string {
	return shorten(m.text(readable(s)), n)
}

// cleanLine is clean with names and local parts masked too.
func (m *mask) cleanLine(s string, n int) string {
	return shorten(m.line(readable(s)), n)
}

// url replaces the recipient in a link, also where the address is packed into
// base64 with other things. Local parts are looked for behind the host only.
func (m *mask) url(u string) string {
	if len(m.forms) == 0 {
		return u
	}
	u = m.text(u)
	head := hostEnd(u)
	tail := u[head:]
	for _, l := range m.locals {
		if len(l) >= 4 {
			tail = replaceFold(tail, l, true)
		}
	}
	return u[:head] + m.unpack(tail)
}

func (m *mask) unpack(tail string) string {
	for rest := tail; rest != ""; {
		i := strings.IndexAny(rest, "/?&=#;")
		seg := rest
		if i >= 0 {
			seg, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if len(seg) >= 12 && m.packs(seg) {
			tail = strings.Replace(tail, seg, masked, 1)
			if tail = strings.ReplaceAll(tail, masked+"==", masked); strings.HasSuffix(tail, masked+"=") {
				tail = tail[:len(tail)-1]
			}
		}
	}
	return tail
}

func (m *mask) packs(seg string) bool {
	seg = strings.ReplaceAll(strings.ReplaceAll(seg, "%2B", "+"), "%2F", "/")
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for skip := range 3 {
			// A damaged tail still yields what stood before it.
			b, _ := enc.DecodeString(strings.TrimRight(seg[skip:], "="))
			for _, p := range m.plain {
				if indexFold(string(b), p) >= 0 {
					return true
				}
			}
		}
	}
	return false
}

func replaceFold(s, lower string, word bool) string {
	from := 0
	for {
		i := indexFold(s[from:], lower)
		if i < 0 {
			return s
		}
		i += from
		end := i + len(lower)
		if word && (i > 0 && wordByte(s[i-1]) || end < len(s) && wordByte(s[end])) {
			from = i + 1
			continue
		}
		s = s[:i] + masked + s[end:]
		from = i + len(masked)
	}
}

func wordByte(c byte) bool {
	return c >= 0x80 || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
}

// indexFold is strings.Index without regard to ASCII case; lower is in lower case.
func indexFold(s, lower string) int {
	n := len(lower)
	if n == 0 {
		return -1
	}
	for i := 0; i+n <= len(s); i++ {
		if lowerByte(s[i]) == lower[0] && equalLower(s[i:i+n], lower) {
			return i
		}
	}
	return -1
}

func equalLower(s, lower string) bool {
	for i := 0; i < len(s); i++ {
		if lowerByte(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// lowerASCII leaves other letters alone, so that lengths stay.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lowerByte(b[i])
			}
			return string(b)
		}
	}
	return s
}
