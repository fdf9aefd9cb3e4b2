package header

import "strings"

// localPattern gives the pattern of a message-id's local part. The ids of common
// programs are random letters and digits, which fall into other runs on each
// message: they are known by their whole form, and get a name.
func localPattern(local string) string {
	switch {
	case eximID(local):
		return "exim"
	case sendmailID(local):
		return "sendmail"
	case postfixID(local):
		return "postfix"
	case qmailID(local):
		return "qmail"
	case blob(local):
		return string(appendClass(nil, 'b', len(local)))
	}
	return pattern(local)
}

// eximID: 1HbX2C-0001Ab-7K, longer since Exim 4.97; an "E" may come first.
func eximID(s string) bool {
	s = strings.TrimPrefix(s, "E")
	a, rest, _ := strings.Cut(s, "-")
	b, c, ok := strings.Cut(rest, "-")
	return ok && len(a) == 6 && allAlnum(a) && allAlnum(b) && allAlnum(c) &&
		(len(b) == 6 && len(c) == 2 || len(b) == 11 && len(c) == 4)
}

// qmailID: 20070412053012.12345.qmail, or other numbers before that.
func qmailID(s string) bool {
	s, ok := strings.CutSuffix(s, ".qmail")
	return ok && allDigits(strings.Map(func(r rune) rune {
		if r == '.' || r == '-' {
			return -1
		}
		return r
	}, s))
}

// sendmailID: 200704120530.l3C5UM0k012345, before 8.12 200208151234.QAA12345.
func sendmailID(s string) bool {
	at, queue, ok := strings.Cut(s, ".")
	return ok && (len(at) == 12 || len(at) == 14) && allDigits(at) &&
		(len(queue) == 8 || len(queue) >= 12 && len(queue) <= 14) && allAlnum(queue) && allDigits(queue[len(queue)-5:])
}

// postfixID: 20241216125910.6843642536, the queue id in hexadecimal or base 52.
func postfixID(s string) bool {
	at, queue, ok := strings.Cut(s, ".")
	return ok && len(at) == 14 && allDigits(at) && len(queue) >= 8 && len(queue) <= 18 && allAlnum(queue)
}

// blob reports a long run of base64, such as the ids of large webmails. Ids of
// hexadecimal digits or with a dot have a structure of their own.
func blob(s string) bool {
	if len(s) < 24 || hasHex(s) {
		return false
	}
	upper, lower, digit := false, false, false
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			digit = true
		case 'A' <= c && c <= 'Z':
			upper = true
		case 'a' <= c && c <= 'z':
			lower = true
		case strings.IndexByte("+/=_-", c) < 0:
			return false
		}
	}
	return upper && lower && digit
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func allAlnum(s string) bool {
	for i := range len(s) {
		if !alnum(s[i]) {
			return false
		}
	}
	return s != ""
}
