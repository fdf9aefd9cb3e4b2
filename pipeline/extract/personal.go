package extract

import (
	"regexp"
	"strings"
	"unicode"
)

// Kinds of personal data that a text can know of its recipient (row field
// "personal").
const (
	personalName     = "name"
	personalPostal   = "postal address"
	personalMail     = "mail address"
	personalPhone    = "phone"
	personalPassword = "password"
)

var (
	streetLine  = regexp.MustCompile(`^(?:[a-z ]{0,24}: ?)?\d{1,6}[a-z]?,? (?:[nsew]\.? )?[\pL0-9.' -]{2,40}?\b(?:st|street|ave|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|ct|court|pl|place|way|ter|terrace|cir|circle|pkwy|parkway|hwy|highway|trl|trail|sq|square|loop)\b`)
	stateZIP    = regexp.MustCompile(`\b[A-Za-z.' ]{2,30},? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? +\d{5}(?:-\d{4})?\b`)
	greeting    = regexp.MustCompile(`^(?i:dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|attention|attn|sehr geehrte[rs]?(?: (?:herr|frau))?|hallo|liebe[r]?|guten tag|bonjour|cher|chère|chere|estimad[oa]|hola|prezad[oa]|ol[aá]|caro|cara|gentile|beste|geachte(?: (?:heer|mevrouw))?|ciao)[ ,:]+(?:(?i:mr|mrs|ms|dr)\.? )?(\p{Lu}[\pL'-]+(?: \p{Lu}[\pL'.-]*){0,3}) ?(?:[,:;!.]|$)`)
	addressed   = regexp.MustCompile(`^(\p{Lu}[\pL'-]+(?: \p{Lu}[\pL'.-]*){1,2}), ?\p{Ll}`)
	greetedMail = regexp.MustCompile(`^(?i:dear|hello|hi|hey|attention|attn|sehr geehrte[rs]?|hallo|guten tag|bonjour|cher|estimad[oa]|hola|prezad[oa]|ol[aá]|caro|gentile|beste|geachte|ciao)[ ,:]+[^ @]+@[^ @]+\.[a-zA-Z]+[ ,:;!.]*$`)
	ownPhone    = regexp.MustCompile(`\b(?:your|ihre|votre|tu|su|seu) (?:phone|mobile|cell|telephone|telefon)[a-z ]{0,12}(?:number|nummer)?(?: is|:)? *\+?[\d(]`)
	passwords   = regexp.MustCompile(`\b(?:your|ihr|votre|tu|su|sua) ?(?:[a-z]+ ){0,2}(?:password|pass|passwort|kennwort|mot de passe|contrasena|senha)s?(?: is| was| ist| est| es)?[ :=-]*["'(]?[a-z0-9!@#$%^&*_.-]*[0-9!@#$%^&*_][a-z0-9!@#$%^&*_.-]*`)
)

// commonGreeted are those who are greeted without being known.
var commonGreeted = set("sir", "madam", "customer", "client", "friend", "member", "user", "winner", "colleague", "valued", "account", "all", "everyone", "there",
	"sirs", "beneficiary", "beloved", "email", "mail", "webmail", "homeowner", "owner", "applicant", "partner", "investor", "kunde", "kundin", "client", "cliente", "team",
	"valued", "paypal", "ebay", "amazon", "bank", "subscriber", "candidate", "reader", "please", "we", "your", "you", "this", "thank", "thanks", "i", "our", "the", "damen", "usuario", "usuário",
	"again", "world", "cardholder", "credit", "business", "president", "manager", "shopper", "patient", "parent", "student", "dear", "good", "my", "ms", "welcome", "to", "in", "from", "a")

// person reads what a text knows of its recipient, line by line, and says which
// lines must not be kept.
type person struct {
	kinds  map[string]bool
	mask   *mask
	hints  hint
	street int // line number of the last street line
	names  []string
}

func newPerson(m *mask, h hint) *person {
	return &person{kinds: make(map[string]bool), mask: m, hints: h, street: -10}
}

// see looks at line i, which has these traits. It returns the classes that stand for it, with the part of
// the line that is to be scanned as usual; secret lines leave no values.
func (p *person) see(lines []string, i int, all trait) (class string, rest string, secret bool) {
	line := lines[i]
	if i < 3 { // however long the paragraph is
		if name, ok := p.addressed(line); ok {
			p.kinds[personalName] = true
			p.names = append(p.names, name)
			return className, strings.TrimPrefix(line, name), false
		}
	}
	if len(line) > 200 || len(line) < 3 {
		return "", line, p.password(line)
	}
	if name, ok := p.greeted(line); ok {
		p.kinds[personalName] = true
		p.names = append(p.names, name)
		before, after, _ := strings.Cut(line, name)
		return className, before + " " + after, false
	}
	if a, ok := p.greetedMail(line); ok {
		p.kinds[personalMail] = true
		p.mask.addAddress(a)
		return "", line, false
	}
	if i < 3 && p.ownName(line) {
		p.kinds[personalName] = true
		p.names = append(p.names, line)
		return className, "", true
	}
	if all&traitDigit != 0 && p.postal(lines, i) {
		return classPostal, "", true
	}
	return "", line, p.password(line) || p.phone(line)
}

// greeted finds the name in "Dear John Smith,".
func (p *person) greeted(line string) (string, bool) {
	if c := line[0] | 0x20; (c < 'a' || c > 'z') && line[0] < 0x80 {
		return "", false
	}
	if !greets(line) {
		return "", false
	}
	m := greeting.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	for w := range strings.FieldsSeq(strings.ToLower(m[1])) {
		if commonGreeted[strings.Trim(w, ".,'-")] {
			return "", false
		}
	}
	return m[1], true
}

// greets reports whether a line begins with one of the words that greetings
// begin with: cheap, before a regular expression looks.
func greets(line string) bool {
	return greetingWords[strings.ToLower(cutAt(line[:min(len(line), 16)], " ,:"))]
}

var greetingWords = set("dear", "hello", "hi", "hey", "good", "attention", "attn", "sehr", "hallo", "liebe", "lieber", "guten", "bonjour", "cher", "chere", "chère",
	"estimado", "estimada", "hola", "prezado", "prezada", "ola", "olá", "caro", "cara", "gentile", "beste", "geachte", "ciao")

// greetedMail finds the address in "Hello john@example.com": it is the
// recipient's, whatever the header says.
func (p *person) greetedMail(line string) (string, bool) {
	at := strings.IndexByte(line, '@')
	if at < 0 || at > 80 || !greets(line) || !greetedMail.MatchString(line) {
		return "", false
	}
	from, to := mailSpan(line)
	return line[from:to], from < to
}

// ownName: a line that is the recipient's name as the header gives it, or two to
// four capitalised words and a comma.
func (p *person) ownName(line string) bool {
	line = strings.TrimSpace(line)
	words := strings.Fields(strings.TrimRight(line, ",:;!."))
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	mine := 0
	for _, w := range words {
		low := strings.ToLower(strings.Trim(w, ".,'"))
		if p.mask.words[low] {
			mine++
		}
		r := []rune(w)
		if !unicode.IsUpper(r[0]) || commonGreeted[low] || strings.ContainsAny(w, "0123456789@/$%") {
			return false
		}
	}
	return mine > 0 || strings.HasSuffix(line, ",")
}

// addressed finds the name in "John Smith, this concerns you": a text that begins
// with it and goes on.
func (p *person) addressed(line string) (string, bool) {
	// The pattern takes its time, and most lines do not begin with two or three
	// words and a comma.
	comma := strings.IndexByte(line, ',')
	if comma < 0 {
		return "", false
	}
	if n := strings.Count(line[:comma], " "); n < 1 || n > 2 {
		return "", false
	}
	m := addressed.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	for _, w := range strings.Fields(m[1]) {
		if commonGreeted[strings.ToLower(strings.Trim(w, ".'"))] {
			return "", false
		}
	}
	return m[1], true
}

func (p *person) postal(lines []string, i int) bool {
	line := lines[i]
	first, longest := digitRuns(line)
	if first < 0 || first > 26 && longest < 5 {
		return false
	}
	hasZIP := longest >= 5 && stateZIP.MatchString(line)
	if first > 26 {
		return p.zip(lines, i, hasZIP)
	}
	low := strings.ToLower(line)
	if streetLine.MatchString(low) && !containsAny(low, "suite", "ste ", "floor", "p.o.", "unsubscribe", "inc", "llc", "ltd") {
		p.street = i
		if !hasZIP {
			return true
		}
	}
	return p.zip(lines, i, hasZIP)
}

// digitRuns gives the place of the first digit and the longest run of them.
func digitRuns(s string) (first, longest int) {
	first = -1
	run := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			run = 0
			continue
		}
		if first < 0 {
			first = i
		}
		run++
		longest = max(longest, run)
	}
	return first, longest
}

// zip: the line with state and ZIP code closes an address that a street began.
func (p *person) zip(lines []string, i int, hasZIP bool) bool {
	if hasZIP && i-p.street <= 2 {
		p.kinds[personalPostal] = p.kinds[personalPostal] || !company(lines[max(0, i-4):min(len(lines), i+3)])
		return true
	}
	return false
}

// company reports whether the lines around an address are a sender's imprint.
func company(lines []string) bool {
	for _, l := range lines {
		if containsAny(strings.ToLower(l), "unsubscribe", "write to", "opt out", "opt-out", "©", "copyright", "rights reserved", "advertis", "privacy", "mailing", "remove", "inc.", " llc", "ltd", "headquarters", "our address", "contact us") {
			return true
		}
	}
	return false
}

func (p *person) password(line string) bool {
	if p.hints&hintPassword == 0 {
		return false
	}
	low := strings.ToLower(line)
	if !containsAny(low, "pass", "kennwort", "contrase", "senha") {
		return false
	}
	if passwords.MatchString(low[:min(len(low), 1000)]) {
		p.kinds[personalPassword] = true
		return true
	}
	return false
}

func (p *person) phone(line string) bool {
	if p.hints&hintPhone == 0 {
		return false
	}
	low := strings.ToLower(line)
	if containsAny(low, "phone", "mobile", "cell", "telefon") && ownPhone.MatchString(low) {
		p.kinds[personalPhone] = true
		return true
	}
	return false
}

// list gives the kinds found, in order.
func (p *person) list() []string {
	var out []string
	for _, k := range []string{personalName, personalPostal, personalMail, personalPhone, personalPassword} {
		if p.kinds[k] {
			out = append(out, k)
		}
	}
	return out
}
