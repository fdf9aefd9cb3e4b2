package extract

// hint says what a text may hold: where it is not set, no line needs to be looked
// at for it.
type hint uint8

const (
	hintPassword hint = 1 << iota // see person.password
	hintPhone                     // see person.phone
	hintOutside                   // see banner
	hintLegal                     // see disclaimer
)

// hintWords are pieces of text, in small letters, without one of which what they
// hint at does not occur.
var hintWords = []struct {
	text string
	hint hint
}{
	{"pass", hintPassword}, {"kennwort", hintPassword}, {"contrase", hintPassword}, {"senha", hintPassword},
	{"phone", hintPhone}, {"mobile", hintPhone}, {"cell", hintPhone}, {"telefon", hintPhone},
	{"extern", hintOutside}, {"outside", hintOutside},
	{"confiden", hintLegal}, {"disclaimer:", hintLegal}, {"legal notice", hintLegal}, {"intended ", hintLegal},
	{"privileged", hintLegal}, {"vertraulich", hintLegal}, {"destinat", hintLegal}, {"vertrouwelijk", hintLegal},
}

// hintsOf looks for all of them in one pass over the lines.
func hintsOf(lines []string) (found hint) {
	for _, l := range lines {
		state := uint8(0)
		for i := range len(l) {
			state = hinting.next[state][hinting.class[l[i]]]
			found |= hinting.found[state]
		}
	}
	return found
}

// automaton finds several texts at once, in letters of any case (Aho and Corasick
// 1975). Bytes that no text has are of one class.
type automaton struct {
	class [256]uint8
	next  [][32]uint8 // state and class to state
	found []hint      // by state
}

var hinting = newAutomaton()

func newAutomaton() *automaton {
	a := &automaton{next: make([][32]uint8, 1), found: make([]hint, 1)}
	classes := uint8(1)
	for _, w := range hintWords {
		for _, c := range []byte(w.text) {
			if a.class[c] == 0 {
				a.class[c] = classes
				classes++
			}
		}
		a.insert(w.text, w.hint)
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.class[c-'a'+'A'] = a.class[c]
	}
	a.link(int(classes))
	return a
}

func (a *automaton) insert(text string, h hint) {
	state := uint8(0)
	for _, c := range []byte(text) {
		to := &a.next[state][a.class[c]]
		if *to == 0 {
			*to = uint8(len(a.next))
			a.next, a.found = append(a.next, [32]uint8{}), append(a.found, 0)
			to = &a.next[state][a.class[c]]
		}
		state = *to
	}
	a.found[state] |= h
}

// link adds the ways that lead on where a text does not: to the state of the
// longest end of what was read that another text begins with.
func (a *automaton) link(classes int) {
	fail := make([]uint8, len(a.next))
	queue := []uint8{0}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for c := range classes {
			to, other := a.next[s][c], a.next[fail[s]][c]
			switch {
			case to == 0:
				a.next[s][c] = other
				continue
			case s != 0:
				fail[to] = other
			}
			a.found[to] |= a.found[fail[to]]
			queue = append(queue, to)
		}
	}
}
