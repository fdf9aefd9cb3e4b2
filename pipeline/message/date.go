package message

import (
	"net/mail"
	"strings"
	"time"
)

// looseDates are formats met in mail that net/mail refuses.
var looseDates = []string{
	time.RFC3339,
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05",
	time.ANSIC,
	time.UnixDate,
	"Mon Jan 2 15:04:05 2006 -0700",
	"Mon, 2 Jan 2006 15:04:05",
	"Mon, 2 Jan 2006 15:04",
	"Mon, 2-Jan-06 15:04:05 MST",
	"Mon, 2-Jan-2006 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 GMT-0700",
	"Monday, 2 January 2006 15:04:05 -0700",
	"Monday, January 2, 2006 3:04 PM",
	"Mon, 2 Jan 2006 3:04:05 PM -0700",
	"Jan 2, 2006 3:04 PM",
	"02.01.2006 15:04:05",
	"2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05",
	"2 Jan 2006",
}

// Date reads the Date field, also in forms that RFC 5322 does not know; without
// a zone it is taken as UTC.
func (m *Message) Date() (time.Time, bool) {
	value := strings.Join(strings.Fields(m.Get("Date")), " ")
	if value == "" || len(value) > 200 {
		return time.Time{}, false
	}
	if t, ok := plainDate(value); ok {
		return t, true
	}
	if t, err := mail.ParseDate(value); err == nil {
		return t.UTC(), true
	}
	value, _, _ = strings.Cut(value, " (")
	if t, err := mail.ParseDate(value); err == nil {
		return t.UTC(), true
	}
	for _, layout := range looseDates {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// plainDate reads dates as nearly all mail has them, "Mon, 2 Jan 2006 15:04:05
// -0700" with or without the weekday and a comment: net/mail tries a dozen
// layouts and makes an error of each that fails. What is not of that form, or out
// of range, is left to it.
func plainDate(s string) (time.Time, bool) {
	s, _, _ = strings.Cut(s, " (")
	if len(s) > 5 && s[3] == ',' && s[4] == ' ' && oneOf("SunMonTueWedThuFriSat", s[:3]) > 0 {
		s = s[5:]
	}
	day, s, ok := strings.Cut(s, " ")
	if !ok || len(day) > 2 || len(s) != len("Jan 2006 15:04:05 -0700") || s[3] != ' ' || s[8] != ' ' || s[11] != ':' || s[14] != ':' || s[17] != ' ' {
		return time.Time{}, false
	}
	var n [7]int
	for i, digits := range []string{day, s[4:8], s[9:11], s[12:14], s[15:17], s[19:21], s[21:23]} {
		if n[i] = decimal(digits); n[i] < 0 {
			return time.Time{}, false
		}
	}
	month, zone := oneOf("JanFebMarAprMayJunJulAugSepOctNovDec", s[:3]), n[5]*3600+n[6]*60
	switch {
	case month == 0, n[0] == 0, n[2] > 23, n[3] > 59, n[4] > 59, n[5] > 23, n[6] > 59, s[18] != '+' && s[18] != '-':
		return time.Time{}, false
	case s[18] == '-':
		zone = -zone
	}
	t := time.Date(n[1], time.Month(month), n[0], n[2], n[3], n[4], 0, time.UTC)
	if t.Day() != n[0] {
		return time.Time{}, false
	}
	return t.Add(-time.Duration(zone) * time.Second), true
}

// oneOf gives the place, from 1, of a name of three letters in a list of such; 0
// where it is none of them.
func oneOf(list, name string) int {
	i := strings.Index(list, name)
	if i < 0 || i%3 != 0 {
		return 0
	}
	return i/3 + 1
}

// decimal reads up to four digits, -1 if s is something else.
func decimal(s string) (n int) {
	if s == "" || len(s) > 4 {
		return -1
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
