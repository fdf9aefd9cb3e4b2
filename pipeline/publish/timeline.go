package publish

import (
	"fmt"
	"strings"
	"time"
)

// hours gives the reports of each of the n hours up to the one of last.
func (c *Campaign) hours(last time.Time, n int) []uint64 {
	out := make([]uint64, n)
	end := last.UTC().Truncate(time.Hour)
	for _, h := range c.Timeline {
		if i := n - 1 - int(end.Sub(h.Hour)/time.Hour); i >= 0 && i < n {
			out[i] += h.Reports
		}
	}
	return out
}

// strip draws the last n hours as bars, a character an hour.
func (c *Campaign) strip(last time.Time, n int) string { return bars(c.hours(last, n)) }

// bars draws values as characters; only zero is empty.
func bars(values []uint64) string {
	const levels = "▁▂▃▄▅▆▇█"
	var top uint64
	for _, v := range values {
		top = max(top, v)
	}
	var b strings.Builder
	for _, v := range values {
		if v == 0 {
			b.WriteRune('·')
			continue
		}
		b.WriteRune([]rune(levels)[(v*8-1)/top])
	}
	return b.String()
}

// peak says when most reports came.
func (c *Campaign) peak() string {
	var top Hour
	for _, h := range c.Timeline {
		if h.Reports > top.Reports {
			top = h
		}
	}
	if top.Reports == 0 {
		return ""
	}
	return fmt.Sprintf("peak %s UTC, %s", moment(top.Hour), plural(top.Reports, "report", "reports"))
}
