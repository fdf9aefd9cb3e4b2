package intake

import (
	"fmt"
	"strings"
)

// Reason is why something was not read, a closed set.
type Reason string

// Reasons.
const (
	ReasonNotMail    Reason = "not a mail message"
	ReasonTooLarge   Reason = "too large"
	ReasonEmpty      Reason = "empty"
	ReasonUnreadable Reason = "unreadable"
	ReasonTruncated  Reason = "truncated gzip"
	ReasonExpands    Reason = "gzip expands too far"
)

var reasons = []Reason{
	ReasonNotMail, ReasonTooLarge, ReasonEmpty, ReasonUnreadable, ReasonTruncated, ReasonExpands,
}

// SkipError says why an [Item] has no message. Its text names the file.
type SkipError struct {
	Name   string
	Reason Reason
	Detail string // "" where the reason says it all
	Err    error  // the cause, where there is one
}

func (e *SkipError) Error() string {
	s := e.Name + ": " + string(e.Reason)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *SkipError) Unwrap() error { return e.Err }

// Tally counts what a [Reader] read.
type Tally struct {
	Read    int
	Skipped map[Reason]int
}

// Skips is the number of items that were skipped, for whatever reason.
func (t Tally) Skips() int {
	n := 0
	for _, v := range t.Skipped {
		n += v
	}
	return n
}

// String says it in a line, such as "12 messages read, 3 skipped (2 not a mail
// message, 1 too large)".
func (t Tally) String() string {
	s := plural(t.Read, "message") + " read"
	if t.Skips() == 0 {
		return s
	}
	var why []string
	for _, r := range reasons {
		if n := t.Skipped[r]; n > 0 {
			why = append(why, fmt.Sprintf("%d %s", n, r))
		}
	}
	return fmt.Sprintf("%s, %d skipped (%s)", s, t.Skips(), strings.Join(why, ", "))
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
