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
