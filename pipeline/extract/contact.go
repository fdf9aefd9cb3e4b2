package extract

import "strings"

// phones finds telephone numbers in a line: eight digits or more with the signs
// and spaces that people write numbers with. Letters that stand for digits
// (8O5-3O4) count where digits surround them. It appends the digits of each.
func phones(dst []string, line string) []string {
	for i := 0; i < len(line) && len(dst) < maxPhones; i++ {
		c := line[i]
		if !(c == '+' || c == '(' || c >= '0' && c <= '9') || i > 0 && (wordByte(line[i-1]) || strings.IndexByte("$.,/=#&_-", line[i-1]) >= 0) {
			continue
		}
		digits, end := phoneRun(line[i:])
		if digits != "" {
			dst = append(dst, digits)
		}
		i += max(0, end-1)
	}
	return dst
}

// phoneRun reads a number at the beginning of s: its digits, "" if it is none,
// and how far it reaches.
func phoneRun(s string) (digits string, end int) {
	var b [20]byte
	n, seps, groups, last := 0, 0, 0, byte(0)
	i := 0
loop:
	for ; i < len(s) && n < len(b); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			if last < '0' || last > '9' {
				groups++
			}
			b[n], n, end = c, n+1, i+1
		case (c|0x20 == 'o' || c|0x20 == 'l') && digitNear(s, i):
			b[n] = '0'
			if c|0x20 == 'l' {
				b[n] = '1'
			}
			n, end = n+1, i+1
			c = '0'
		case strings.IndexByte(" -.()/+", c) >= 0:
			if c == '+' && n > 0 || (last == ' ' || last == c) && c == last || seps > 8 {
				break loop
			}
			seps++
		default:
			break loop
		}
		last = c
	}
	if end < len(s) && wordByte(s[end]) || n < 8 || n > 15 || !phoneShape(s[:end], string(b[:n]), groups) {
		return "", end
	}
	return strings.TrimPrefix(string(b[:n]), "00"), end
}

// digitNear: both neighbours, spaces and signs skipped on neither side, are
// digits or letters that stand for digits.
func digitNear(s string, i int) bool {
	isDigit := func(j int) bool {
		return j >= 0 && j < len(s) && (s[j] >= '0' && s[j] <= '9' || s[j]|0x20 == 'o')
	}
	return isDigit(i-1) || isDigit(i+1)
}

// phoneShape tells a phone number from a date, a price or a long id.
func phoneShape(s, digits string, groups int) bool {
	switch {
	case s[0] == '+':
		return len(digits) >= 9
	case strings.HasPrefix(s, "00"):
		return len(digits) >= 12
	}
	if strings.Count(s, ".") > 0 && !strings.ContainsAny(s, " -(") && strings.Count(s, ".") != 2 {
		return false // 1.234.567.890 and addresses
	}
	if dated(s) || strings.Contains(s, "/") && len(digits) <= 8 || len(digits) == 8 && groups == 3 {
		return false // dates
	}
	if groups == 1 {
		return s[0] == '(' || len(digits) == 11 && (strings.HasPrefix(digits, "18") || strings.HasPrefix(digits, "0800")) || len(digits) == 10 && strings.HasPrefix(digits, "8")
	}
	return groups <= 6 && len(digits) >= 9
}

// dated reports whether s begins with a date: two groups of one or two digits
// and a year, in either order.
func dated(s string) bool {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(groups) < 3 {
		return false
	}
	short := func(g string) bool { return len(g) <= 2 }
	year := func(g string) bool {
		return len(g) == 4 && (strings.HasPrefix(g, "19") || strings.HasPrefix(g, "20"))
	}
	return short(groups[0]) && short(groups[1]) && year(groups[2]) || year(groups[0]) && short(groups[1]) && short(groups[2])
}
