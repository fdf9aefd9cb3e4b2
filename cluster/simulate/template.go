package simulate

import (
	"strings"
)

// node is a piece of a template: alternatives, of which the campaign settled on
// one. A literal has one alternative.
type node struct {
	alts []string
	pick int
}

// template is a text with choices and with slots (<name>) left to each message.
type template []node

// facts are the slots that a campaign fills once.
type facts map[string]string

// compile settles the choices of a pattern and fills its slots, except those of a
// message. What facts do not tell is invented for each place.
func compile(pattern string, r *rng, known facts) template {
	var t template
	for pattern != "" {
		i := strings.IndexByte(pattern, '{')
		if i < 0 {
			i = len(pattern)
		}
		if i > 0 {
			t = append(t, node{alts: []string{fill(pattern[:i], func(s string) string { return invent(r, known, s) })}})
		}
		if pattern = pattern[i:]; pattern == "" {
			break
		}
		end := strings.IndexByte(pattern, '}')
		alts := strings.Split(pattern[1:end], "|")
		for j := range alts {
			alts[j] = fill(alts[j], func(s string) string { return invent(r, known, s) })
		}
		t = append(t, node{alts, r.IntN(len(alts))})
		pattern = pattern[end+1:]
	}
	return t
}

// choices is how many places can be worded otherwise.
func (t template) choices() (n int) {
	for i := range t {
		if len(t[i].alts) > 1 {
			n++
		}
	}
	return n
}

// fill replaces the slots of a text.
func fill(text string, value func(slot string) string) string {
	i := strings.IndexByte(text, '<')
	if i < 0 {
		return text
	}
	var b strings.Builder
	for ; i >= 0; i = strings.IndexByte(text, '<') {
		j := strings.IndexByte(text[i:], '>')
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		b.WriteString(value(text[i+1 : i+j]))
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}

// invent gives the value of a slot that holds for the whole campaign. Slots that
// it does not know stay: a message fills them (see reader.slot).
func invent(r *rng, known facts, slot string) string {
	if v, ok := known[slot]; ok {
		return v
	}
	switch slot {
	case "noun":
		return pick(r, words["nouns"])
	case "nouns":
		return plural(pick(r, words["nouns"]))
	case "adj":
		return pick(r, words["adjectives"])
	case "verbed":
		return pick(r, words["verbs"])
	case "day":
		return pick(r, words["days"])
	case "month":
		return pick(r, words["months"])
	case "dept":
		return pick(r, words["depts"])
	case "first2":
		return pick(r, words["given"])
	case "small":
		return r.letters(digits[2:], 1)
	case "hours":
		return pick(r, []string{"12", "24", "36", "48", "72"})
	case "person", "agent":
		return personName(r)
	case "place":
		return placeName(r)
	case "company", "brand":
		return firmName(r)
	case "product":
		return productName(r)
	case "word":
		return strings.ToLower(pick(r, onsets) + pick(r, middle) + pick(r, middle))
	case "ticker":
		return r.letters(capitals, 4) + pick(r, []string{"", ".PK", ".X"})
	case "price":
		return pick(r, []string{"$", "EUR ", "£"}) + r.letters(digits[1:], 1) + r.letters(digits, r.between(0, 2)) + "." + r.letters(digits, 2)
	case "amount":
		return pick(r, []string{"$", "USD ", "EUR "}) + r.letters(digits[1:], r.between(1, 2)) + "," + r.letters(digits, 3) + "." + r.letters(digits, 2)
	case "phone":
		return "+1 " + r.letters(digits[2:], 1) + r.letters(digits, 2) + " 555 01" + r.letters(digits, 2) + pick(r, []string{"", " ext " + r.letters(digits, 3)})
	case "wallet":
		return "1" + r.letters(base58, 33)
	case "contact":
		return strings.ToLower(pick(r, words["given"])+"."+surname(r)) + r.letters(digits, 2) + "@" + domainName(r)
	}
	return "<" + slot + ">"
}

func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "h"), strings.HasSuffix(noun, "x"):
		return noun + "es"
	case strings.HasSuffix(noun, "y") && !strings.ContainsAny(noun[len(noun)-2:len(noun)-1], "aeiou"):
		return noun[:len(noun)-1] + "ies"
	}
	return noun + "s"
}

// speech words a message: which alternatives it takes.
type speech struct {
	r *rng
	// spin takes any alternative; otherwise those places whose number is in
	// flips take another one than the campaign's.
	spin  bool
	flips []int
	at    int
}

func (s *speech) say(b *strings.Builder, t template, slot func(string) string) {
	for i := range t {
		n := &t[i]
		choice := n.pick
		if len(n.alts) > 1 {
			choice = s.choose(n)
		}
		b.WriteString(fill(n.alts[choice], slot))
	}
}

func (s *speech) choose(n *node) int {
	s.at++
	if s.spin {
		return s.r.IntN(len(n.alts))
	}
	for _, f := range s.flips {
		if f == s.at-1 {
			return (n.pick + 1 + s.r.IntN(len(n.alts)-1)) % len(n.alts)
		}
	}
	return n.pick
}

// detail is a sentence that nobody else wrote.
func detail(r *rng) string {
	return fill(pick(r, details), func(s string) string { return invent(r, nil, s) })
}

// passage is n such sentences in paragraphs.
func passage(r *rng, n int) []string {
	var out []string
	for n > 0 {
		k := min(n, r.between(2, 5))
		var b strings.Builder
		for i := range k {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(detail(r))
		}
		out = append(out, b.String())
		n -= k
	}
	return out
}

// own are slots by which a sentence differs from others of its pattern.
var own = []string{"<brand>", "<product>", "<place>", "<agent>", "<company>", "<person>", "<noun>", "<word>", "<ticker>", "<wallet>", "<contact>", "<phone>", "<first2>"}

// tellsApart says whether a pattern has such a slot outside its choices.
func tellsApart(pattern string) bool {
	var b strings.Builder
	for piece := range strings.SplitSeq(pattern, "{") {
		_, after, inside := strings.Cut(piece, "}")
		if !inside {
			after = piece
		}
		b.WriteString(after)
	}
	for _, slot := range own {
		if strings.Contains(b.String(), slot) {
			return true
		}
	}
	return false
}

// distinct gives a sentence something that no other lure has: without it two
// strangers that took the same pattern would be the same mail.
func distinct(r *rng, pattern string) string {
	if tellsApart(pattern) {
		return pattern
	}
	return pick(r, []string{
		"{As to|Concerning} the <adj> <noun> in <place>: ", "<person> from <place> here. ", "File <adj> <noun>, <place>. ",
		"On the <adj> <noun> matter, <person>: ", "{From|Via} the <noun> desk, <place>. ", "In the <place> <noun> case: ",
	}) + pattern
}

func distinctSubject(r *rng, pattern string) string {
	if tellsApart(pattern) {
		return pattern
	}
	return pattern + pick(r, []string{" (<adj> <noun>)", " - <word>", ", <adj> <noun> <word>", " / <place>"})
}
