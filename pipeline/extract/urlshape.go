package extract

import "strings"

// pathShape is what stays of a link's path and query when every copy gets its
// own tokens: words, parameter names and extensions; tokens are masked by class
// and coarse length. It is "" where nothing telling is left.
func pathShape(a *address) string {
	var b strings.Builder
	told := 0
	path := strings.Trim(unescapePath(a.path), "/")
	if path != "" {
		for seg := range strings.SplitSeq(path, "/") {
			b.WriteByte('/')
			told += writeSegment(&b, seg)
			if b.Len() > maxURL {
				break
			}
		}
	}
	if strings.HasSuffix(a.path, "/") {
		b.WriteByte('/')
	}
	if a.query != "" {
		b.WriteByte('?')
		told += writeQuery(&b, a.query)
	}
	s := b.String()
	if told == 0 && len(s) < 6 || trivialPaths[s] {
		return ""
	}
	return s
}

var trivialPaths = set("", "/", "/index.html", "/index.htm", "/index.php", "/index.asp", "/default.asp", "/default.aspx", "/home", "/unsubscribe", "/#t")

func unescapePath(p string) string {
	if strings.IndexByte(p, '%') < 0 {
		return p
	}
	return pathEscapes.Replace(p)
}

var pathEscapes = strings.NewReplacer("%2F", "/", "%2f", "/", "%20", "-", "%2D", "-", "%2E", ".")

// writeSegment writes one path segment's shape and returns 1 if it tells something.
func writeSegment(b *strings.Builder, seg string) int {
	if strings.Contains(seg, masked) {
		b.WriteString("#me")
		return 1
	}
	if len(seg) >= 20 && hexOnly(seg) { // a UUID whole
		b.WriteString("#h" + lengthClass(len(seg)))
		return 0
	}
	ext := ""
	if i := strings.LastIndexByte(seg, '.'); i > 0 && len(seg)-i <= 6 && lettersOnly(seg[i+1:]) {
		seg, ext = seg[:i], lowerASCII(seg[i:])
	}
	told := 0
	for seg != "" {
		i := strings.IndexAny(seg, "-_.~+,;:@!=& ")
		piece := seg
		if i >= 0 {
			piece = seg[:i]
		}
		class := segmentClass(piece)
		if class == "" {
			b.WriteString(lowerASCII(piece))
			if len(piece) > 1 {
				told = 1
			}
		} else {
			b.WriteString(class)
		}
		if i < 0 {
			break
		}
		b.WriteByte(seg[i])
		seg = seg[i+1:]
	}
	if ext != "" && ext != ".html" && ext != ".htm" {
		told = 1
	}
	b.WriteString(ext)
	return told
}

func writeQuery(b *strings.Builder, query string) (told int) {
	n := 0
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		if n > 0 {
			b.WriteByte('&')
		}
		if n++; n > 16 {
			break
		}
		name, val, hasVal := strings.Cut(pair, "=")
		if segmentClass(name) != "" || len(name) > 32 {
			b.WriteString("#t")
		} else {
			b.WriteString(lowerASCII(name))
			told = 1
		}
		if hasVal {
			b.WriteByte('=')
			b.WriteString(valueClass(val))
		}
	}
	return told
}

// valueClass is coarse: parameter values differ from copy to copy.
func valueClass(v string) string {
	switch {
	case v == "":
		return ""
	case strings.Contains(v, masked):
		return "#me"
	case digitsOnly(v):
		return "#n"
	case strings.Contains(v, "://") || strings.Contains(v, "%3A%2F%2F") || strings.Contains(v, "%3a%2f%2f"):
		return "#url"
	}
	return "#"
}

// segmentClass masks what looks made by a machine: "" for a word that stays.
func segmentClass(s string) string {
	letters, digits, upper, changes, other := 0, 0, 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			upper++
			letters++
			if i > 0 && s[i-1] >= 'a' && s[i-1] <= 'z' {
				changes++
			}
		case c >= 'a' && c <= 'z':
			letters++
		default:
			other++
		}
	}
	switch {
	case s == "":
		return ""
	case letters+other == 0:
		if digits == 1 {
			return ""
		}
		return "#n" + lengthClass(len(s))
	case hexOnly(s) && digits > 0 && len(s) >= 6:
		return "#h" + lengthClass(len(s))
	case strings.Contains(s, "%"):
		return "#e"
	case digits >= 2 && letters > 0 && len(s) >= 5, digits >= 1 && len(s) >= 9 && upper > 0 && upper < letters,
		letters >= 6 && changes >= 3, len(s) > 24:
		return "#t" + lengthClass(len(s))
	case digits >= 2:
		return "#w" + lengthClass(len(s))
	case letters >= 5 && !pronounceable(s):
		return "#r" + lengthClass(len(s))
	}
	return ""
}

func lengthClass(n int) string {
	switch {
	case n <= 3:
		return "1"
	case n <= 8:
		return "2"
	case n <= 16:
		return "3"
	case n <= 32:
		return "4"
	case n <= 64:
		return "5"
	}
	return "6"
}

// pronounceable reports whether letters look like a word of a European
// language: a vowel in five letters or fewer, and not five consonants in a row.
func pronounceable(s string) bool {
	vowels, run, longest := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] | 0x20 {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			vowels++
			run = 0
		default:
			run++
			longest = max(longest, run)
		}
	}
	return vowels*5 >= len(s) && longest < 5
}

func hexOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		c := lowerByte(s[i])
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == '-') {
			return false
		}
	}
	return true
}

func lettersOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

func digitsOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
