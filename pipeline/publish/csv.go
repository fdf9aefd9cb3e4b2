package publish

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// csv writes an indicator a line. A value that a spreadsheet would take for a
// formula gets an apostrophe in front.
func (c *Campaign) csv() ([]byte, error) {
	b := new(bytes.Buffer)
	w := csv.NewWriter(b)
	rows := [][]string{{"campaign_id", "kind", "value", "name", "reports", "share", "elsewhere", "lift", "first_seen", "last_seen"}}
	for _, i := range c.Indicators {
		name := ""
		if i.Attachment != nil {
			name = i.Attachment.Name
		}
		rows = append(rows, []string{c.ID, i.Kind, cell(i.Value), cell(name), fmt.Sprint(i.Reports), strconv.FormatFloat(i.Share, 'f', 4, 64),
			fmt.Sprint(i.Elsewhere), strconv.FormatFloat(i.Lift, 'f', 1, 64), stamp(c.FirstSeen), stamp(c.LastSeen)})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write csv: %w", err)
	}
	return b.Bytes(), nil
}

// cell is a value fit for a spreadsheet: one line that is no formula.
func cell(s string) string {
	s = clean(s, 2000)
	if s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
		return "'" + s
	}
	return s
}
