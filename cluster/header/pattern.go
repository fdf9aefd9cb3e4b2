package header

import (
	"net/netip"
	"strconv"
	"strings"
)

// maxPattern is the longest pattern.
const maxPattern = 96

// MessageIDPattern gives the form of a message-id: runs of digits as 9, of
// hexadecimal digits as h or H, of letters as a, of letters and digits as x,
// each with its length rounded up, punctuation as it stands, and the domain as
// one of @localhost, @literal, @host (no dot) and @name. "" gives "".
func MessageIDPattern(id string) string { return messageIDPattern(id, "") }

// messageIDPattern knows the From domain, and gives @from where the id's domain
// is that or below it.
func messageIDPattern(id, from string) string {
	id = strings.TrimSpace(id[:min(len(id), maxValue)])
	bare := strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	if bare == "" {
		return ""
	}
	mark := ""
	if len(bare) != len(id)-2 {
		mark = "!" // without its angle brackets
	}
	at := strings.LastIndexByte(bare, '@')
	if at < 0 {
		return mark + pattern(bare)
	}
	return mark + localPattern(bare[:at]) + "@" + domainClass(strings.ToLower(bare[at+1:]), from)
}

func domainClass(domain, from string) string {
	_, err := netip.ParseAddr(strings.Trim(domain, "[]"))
	switch {
	case domain == "":
		return ""
	case domain == "localhost" || strings.HasPrefix(domain, "localhost."):
		return "localhost"
	case err == nil || domain[0] == '[':
		return "literal"
	case from != "" && (domain == from || strings.HasSuffix(domain, "."+from)):
		return "from"
	case !strings.Contains(domain, "."):
		return "host"
	}
	return "name"
}

// BoundaryPattern gives the form of a MIME boundary in the same letters, such as
// "----=_NextPart_000_h4_h8.h8". Words that programs write into boundaries stay.
func BoundaryPattern(b string) string { return pattern(b[:min(len(b), maxValue)]) }

// Boundary gives the boundary parameter of a Content-Type value, "" without.
func Boundary(contentType string) string {
	at := strings.Index(strings.ToLower(contentType), "boundary=")
	if at < 0 {
		return ""
	}
	b := contentType[min(at+len("boundary="), len(contentType)):]
	if strings.HasPrefix(b, `"`) {
		b, _, _ = strings.Cut(b[1:], `"`)
		return b
	}
	if end := strings.IndexAny(b, "; \t\r\n"); end >= 0 {
		b = b[:end]
	}
	return b
}

// words that sending programs write into message-ids and boundaries.
var fixed = set(
	"NextPart", "Part", "Boundary", "boundary", "Apple", "Mail", "JavaMail",
	"javamail", "evm", "root", "alt", "mixed", "rel", "related", "Multipart",
	"multipart", "MIME", "mime", "SMTP", "smtp", "PHP", "php", "phpmailer", "swift",
	"b1", "b2", "b3", "qmail", "Content", "content", "message", "msg", "mail",
	"Mark", "autogen", "java", "Sparkpost", "Mutt", "Pine", "LNX", "EXCH", "Postfix",
	"sendmail", "ABC", "mkpart", "av", "CSmtpMsgPart", "CSmtpMsgPart123X456",
	"MuttBoundary", "next", "part", "NextPartTM", "attachment", "cid", "unique",
)

// pattern replaces the runs of letters and digits in s.
func pattern(s string) string {
	hexy := hasHex(s)
	out := make([]byte, 0, maxPattern)
	for i := 0; i < len(s) && len(out) < maxPattern-8; {
		j := i
		for j < len(s) && alnum(s[j]) {
			j++
		}
		if j > i {
			out = appendRun(out, s[i:j], hexy)
			i = j
			continue
		}
		for j < len(s) && s[j] == s[i] {
			j++
		}
		out = appendPunct(out, s[i], j-i)
		i = j
	}
	return string(out)
}

// appendPunct writes a run of one byte: as it stands when short, so that the
// hyphens of a boundary still count.
func appendPunct(out []byte, c byte, n int) []byte {
	if c <= ' ' || c > '~' {
		c = '?'
	}
	for range min(n, 30) {
		if len(out) == maxPattern-8 {
			break
		}
		out = append(out, c)
	}
	return out
}

func appendRun(out []byte, run string, hexy bool) []byte {
	if fixed[run] && len(out)+len(run) <= maxPattern {
		return append(out, run...)
	}
	if run == "000" {
		return append(out, run...)
	}
	k := classify(run)
	switch {
	case k.hex() && hexy && len(run) >= 4:
		return appendClass(out, 'h', len(run))
	case k.digits == len(run):
		return appendDigits(out, len(run))
	case k.digits == 0:
		return appendClass(out, 'a', len(run))
	case k.turns == 1 && len(run) <= 8 && !(k.hex() && len(run) == 8):
		return appendHalves(out, run)
	case k.hex():
		return appendClass(out, 'h', len(run))
	}
	return appendClass(out, 'x', len(run))
}

// appendHalves writes a run that is digits then letters, or the reverse.
func appendHalves(out []byte, run string) []byte {
	first := isDigit(run[0])
	at := 0
	for at < len(run) && isDigit(run[at]) == first {
		at++
	}
	if first {
		return appendClass(appendDigits(out, at), 'a', len(run)-at)
	}
	return appendDigits(appendClass(out, 'a', at), len(run)-at)
}

// appendDigits writes a number: counters and process ids without a length, times
// and random numbers with one of few.
func appendDigits(out []byte, n int) []byte {
	out = append(out, '9')
	switch {
	case n <= 8:
		return out
	case n <= 11:
		return append(out, "10"...)
	case n <= 14:
		return append(out, "14"...)
	case n <= 20:
		return append(out, "20"...)
	}
	return append(out, '+')
}

// sizes that lengths are rounded up to.
var sizes = [...]int{1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 64}

// appendClass writes a class and its rounded length; letters show only whether
// the run is longer than a word.
func appendClass(out []byte, class byte, n int) []byte {
	out = append(out, class)
	if class == 'a' {
		if n > 12 {
			out = append(out, '+')
		}
		return out
	}
	for _, size := range sizes {
		if n <= size {
			return strconv.AppendInt(out, int64(size), 10)
		}
	}
	return append(out, '+')
}

// makeup counts what a run is made of.
type makeup struct {
	digits       int
	lower, upper int // a-f, A-F
	other        int // other letters
	turns        int // changes between digit and letter
}

func (k makeup) hex() bool { return k.other == 0 && (k.lower == 0 || k.upper == 0) }

func classify(run string) makeup {
	var k makeup
	for i := range len(run) {
		switch c := run[i]; {
		case isDigit(c):
			k.digits++
		case 'a' <= c && c <= 'f':
			k.lower++
		case 'A' <= c && c <= 'F':
			k.upper++
		default:
			k.other++
		}
		if i > 0 && isDigit(run[i]) != isDigit(run[i-1]) {
			k.turns++
		}
	}
	return k
}

// hasHex reports a run of hexadecimal digits that is surely one: then the
// shorter ones, and those that happen to be all digits, are as well.
func hasHex(s string) bool {
	for i := 0; i < len(s); i++ {
		j := i
		for j < len(s) && alnum(s[j]) {
			j++
		}
		if j-i >= 8 {
			if k := classify(s[i:j]); k.hex() && k.digits > 0 && k.digits < j-i {
				return true
			}
		}
		i = j
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func alnum(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
