package publish

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxText bounds a value that people read, in characters.
const maxText = 120

// clean makes text out of mail fit for people: one line of valid UTF-8 without
// control, bidirectional and invisible characters, at most n characters.
func clean(s string, n int) string {
	var b strings.Builder
	count, space := 0, false
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			r = '\uFFFD'
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			space = b.Len() > 0
			continue
		case unicode.IsControl(r) || hidden(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			count++
			space = false
		}
		if count++; count > n {
			return strings.TrimSuffix(cutRunes(b.String(), n-1), " ") + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Clean makes text of at most n characters fit for people, one line that is still
// to be escaped for its place.
func Clean(n int, s string) string { return clean(s, n) }

// hidden says whether r shows nothing or turns text around: format characters
// (bidirectional controls, zero width, tags), variation selectors, fillers.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector) ||
		r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0' || r == '\u034F' || r == '\u2800'
}

func cutRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

var (
	schemes = regexp.MustCompile(`(?i)h(tt)(ps?\[:\])`)
	fangs   = strings.NewReplacer(".", "[.]", "@", "[@]", "://", "[:]//")
)

// defang makes a host, address or link unclickable, and every one inside it.
func defang(s string) string {
	return schemes.ReplaceAllString(fangs.Replace(s), "hxx$2")
}

// shown is a value of an indicator's kind for people: cleaned, cut, defanged
// where a program might take it for a link.
func shown(kind, value string) string {
	value = clean(value, maxText)
	switch kind {
	case KindHost, KindURL, KindDomain, KindAddress, KindIP:
		return defang(value)
	}
	return linkless(value)
}

// linkless defangs what looks like a link or address inside free text.
func linkless(s string) string {
	fields := strings.Split(s, " ")
	for i, f := range fields {
		if strings.Contains(f, "://") || strings.Contains(f, "@") || strings.HasPrefix(strings.ToLower(f), "www.") || looksHost(f) {
			fields[i] = defang(f)
		}
	}
	return strings.Join(fields, " ")
}

// looksHost says whether a mail client may turn f into a link: letters follow a
// dot between letters or digits.
func looksHost(f string) bool {
	for i := 1; i+2 < len(f); i++ {
		if f[i] == '.' && alnum(f[i-1]) && alpha(f[i+1]) && alpha(f[i+2]) {
			return true
		}
	}
	return false
}

func alpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
func alnum(c byte) bool { return alpha(c) || c >= '0' && c <= '9' }

// number is n with thin thousands: 12,345.
func number(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// percent is a share for people; it never says 0 % or 100 % of what is not.
func percent(share float64) string {
	switch p := 100 * share; {
	case p > 0 && p < 1:
		return "<1 %"
	case p < 100 && p > 99:
		return ">99 %"
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

// factor is a lift for people.
func factor(x float64) string {
	switch {
	case x >= 1000:
		return ">1000"
	case x >= 10:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.1f", x)
}

// pvalue is a p-value for people.
func pvalue(p float64) string {
	if p < 1e-4 {
		return "p<0.0001"
	}
	return fmt.Sprintf("p=%.4f", p)
}

// plural is n with its word.
func plural[N int | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(uint64(n)) + " " + many
}

// moment is a time for people.
func moment(t time.Time) string {
	if t.IsZero() || t.Unix() <= 0 {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// against is a count against the day before.
func against(now, before uint64) string {
	switch {
	case before == 0 && now == 0:
		return "none"
	case before == 0:
		return "none the day before"
	case now == before:
		return "as the day before"
	case now > before && now >= 3*before:
		return fmt.Sprintf("×%s from %s", factor(float64(now)/float64(before)), number(before))
	case now > before:
		return fmt.Sprintf("+%.0f %% from %s", 100*(float64(now)/float64(before)-1), number(before))
	}
	return fmt.Sprintf("−%.0f %% from %s", 100*(1-float64(now)/float64(before)), number(before))
}

// Funcs are the functions with which templates of other packages write values:
// "shown" a value of an indicator's kind ("" for text) and "clean" a text of at
// most so many characters, both fit for people and still to be escaped;
// "number", "percent", "factor", "signed", "when" and "against" figures.
func Funcs() map[string]any {
	return map[string]any{
		"shown": shown, "clean": Clean,
		"number": number, "percent": percent, "factor": factor, "signed": signed, "when": moment, "against": against,
	}
}
