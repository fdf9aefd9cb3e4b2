package extract

// trait is what a byte of folded text is, as far as a word's reader asks. Reading
// a text is most of an extraction's work: one look-up a byte instead of a row of
// searches a word.
type trait uint16

const (
	traitDigit  trait = 1 << iota
	traitSign         // "." and ",": odd spellings, hosts
	traitColon        // ":": links
	traitAt           // "@": addresses
	traitMoney        // "$"
	traitMacro        // a mark that a macro may begin with
	traitHigh         // not ASCII
	traitLetter       // ASCII
	traitLower
	traitUpper
	traitNoise // a sign that may be put inside a word: see noiseSign
)

var traits = func() (t [256]trait) {
	for i := range t {
		switch c := byte(i); {
		case c >= 0x80:
			t[i] = traitHigh
		case c >= '0' && c <= '9':
			t[i] = traitDigit
		case c >= 'a' && c <= 'z':
			t[i] = traitLetter | traitLower
		case c >= 'A' && c <= 'Z':
			t[i] = traitLetter | traitUpper
		}
	}
	for chars, what := range map[string]trait{
		".,": traitSign, ":": traitColon, "@": traitAt, "$": traitMoney, "{[%$#": traitMacro,
		// "/", "-", ":", "@", "&" and "=" join words that are words themselves.
		"._*|^~`!,;()[]{}\"'?+<>#$%": traitNoise,
	} {
		for _, c := range []byte(chars) {
			t[c] |= what
		}
	}
	return t
}()

// inside is set in the traits of a chunk where a sign stands before its end.
const inside trait = 1 << 15

// chunkTraits are those of a chunk's bytes together, and how many are capitals.
func chunkTraits(chunk string) (all trait, upper int) {
	var last trait
	for i := range len(chunk) {
		t := traits[chunk[i]]
		if last&traitSign != 0 {
			all |= inside
		}
		if t&traitUpper != 0 {
			upper++
		}
		all, last = all|t, t
	}
	return all, upper
}

// maybeRare reports whether a chunk of these traits may hold what [scanner.token]
// takes: most words of a text do not.
func maybeRare(all trait, upper int) bool {
	return all&(traitDigit|traitMoney|traitHigh|inside) != 0 || upper >= 4
}

// lineTraits are those of a line's bytes together, and whether most of its
// letters are capitals: then a word in capitals is no ticker.
func lineTraits(line string) (all trait, shouting bool) {
	upper, lower := 0, 0
	head := line[:min(len(line), 400)]
	for i := range len(head) {
		t := traits[head[i]]
		all |= t
		lower += int(t>>8) & 1 // traitLower
		upper += int(t>>9) & 1 // traitUpper
	}
	for i := len(head); i < len(line); i++ {
		all |= traits[line[i]]
	}
	return all, upper > 8 && upper > lower
}
