package extract

import "strings"

// A newsletter that warns of a lure, or a neighbour who tells of it, prints it
// between quotation marks. What is said around it is the message then.
const (
	leastQuotation = 160 // bytes
	mostQuotation  = 80  // lines
	aroundWords    = 40  // that must be said around it
)

// withoutQuotation takes long quotations off that fill whole lines.
func withoutQuotation(lines []string) []string {
	var kept []string
	for i := 0; i < len(lines); i++ {
		if n := quotation(lines[i:]); n > 0 {
			if kept == nil {
				kept = append(make([]string, 0, len(lines)), lines[:i]...)
			}
			i += n - 1
			continue
		}
		if kept != nil {
			kept = append(kept, lines[i])
		}
	}
	if kept == nil || countWords(kept, aroundWords) < aroundWords {
		return lines
	}
	return kept
}

// quotation is the number of lines of a long quotation that lines begin with.
func quotation(lines []string) int {
	if !opensQuotation(lines[0]) {
		return 0
	}
	size := 0
	for i, l := range lines[:min(len(lines), mostQuotation)] {
		size += len(l)
		if closesQuotation(l) && (i > 0 || len(l) > 2) {
			if size < leastQuotation {
				return 0
			}
			return i + 1
		}
	}
	return 0
}

func opensQuotation(l string) bool {
	for _, mark := range []string{`"`, "“", "„", "«", "''", "``"} {
		if strings.HasPrefix(l, mark) {
			return true
		}
	}
	return false
}

func closesQuotation(l string) bool {
	l = strings.TrimRight(l, ".,;:) ")
	for _, mark := range []string{`"`, "”", "“", "»", "''"} {
		if strings.HasSuffix(l, mark) {
			return true
		}
	}
	return false
}
