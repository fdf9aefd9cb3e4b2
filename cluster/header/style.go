package header

import "strings"

// DateStyle gives the form of a Date value: W, weekday; D, day; M, month name;
// Y, year (y, two digits); h:m:s; z, numeric zone; Z, named zone; (c), comment;
// 9, another number; w, another word. A normal one is "W, D M Y h:m:s z".
func DateStyle(value string) string {
	value = strings.TrimSpace(value[:min(len(value), 80)])
	out := make([]byte, 0, 32)
	for i := 0; i < len(value); {
		c := value[i]
		j := i + 1
		switch {
		case alnum(c) || signed(out, value, i):
			for j < len(value) && (alnum(value[j]) || value[j] == ':') {
				j++
			}
			out = append(out, dateWord(value[i:j])...)
		case c == '(':
			return string(append(out, "(c)"...))
		case c == ' ' || c == '\t':
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
		case c > ' ' && c <= '~':
			out = append(out, c)
		default:
			out = append(out, '?')
		}
		i = j
	}
	return string(out)
}

// signed reports whether a zone's sign is at i: one after a space or the time.
func signed(out []byte, value string, i int) bool {
	if value[i] != '+' && value[i] != '-' || i+1 == len(value) || !isDigit(value[i+1]) || len(out) == 0 {
		return false
	}
	last := out[len(out)-1]
	return last == ' ' || last == 's' || last == 'm'
}

func dateWord(w string) string {
	switch {
	case w[0] == '+' || w[0] == '-':
		return "z"
	case isDigit(w[0]):
		return dateNumber(w)
	case len(w) >= 3 && weekdays[strings.ToLower(w[:3])]:
		return "W"
	case len(w) >= 3 && months[strings.ToLower(w[:3])]:
		return "M"
	case w == strings.ToUpper(w) && len(w) <= 5:
		return "Z"
	}
	return "w"
}

func dateNumber(w string) string {
	switch strings.Count(w, ":") {
	case 2:
		return "h:m:s"
	case 1:
		return "h:m"
	}
	switch {
	case len(w) == 4:
		return "Y"
	case len(w) <= 2:
		return "D"
	}
	return "9"
}

var (
	weekdays = set("mon", "tue", "wed", "thu", "fri", "sat", "sun")
	months   = set("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
)

// mailerFields name the sending program, the best first.
var mailerFields = []string{"X-Mailer", "User-Agent", "X-Mailer-Info", "X-MimeOLE"}

// Mailer gives the sending program as the message names it, white space
// collapsed, version kept, at most 64 bytes; "" where it names none.
func Mailer(fields []Field) string {
	for _, name := range mailerFields {
		value := strings.Join(strings.Fields(printable(first(fields, name))), " ")
		value = strings.TrimPrefix(value, "Produced By ")
		if value != "" {
			return strings.TrimSpace(value[:min(len(value), 64)])
		}
	}
	return ""
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r >= ' ' && r <= '~' {
			return r
		}
		return -1
	}, s)
}
