package intake

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxBaselineRows bounds the rows of a baseline file.
const maxBaselineRows = 1 << 20

// BaselineRow is how many of the population have a value of a dimension, such as
// 13,000,000 of dimension region and value FL.
type BaselineRow struct {
	Dimension string // "recipient_domain" or the name of an attribute
	Value     string
	Count     uint64
}

// LoadBaseline reads a CSV file with the columns dimension, value and count. A
// pair of dimension and value may be there once. Errors name the line.
func LoadBaseline(r io.Reader) ([]BaselineRow, error) {
	rows, err := loadBaseline(r)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	return rows, nil
}

func loadBaseline(r io.Reader) ([]BaselineRow, error) {
	t, err := newTable(r)
	if err != nil {
		return nil, err
	}
	var at [3]int
	for i, name := range []string{"dimension", "value", "count"} {
		if at[i], err = t.column(name); err != nil {
			return nil, err
		}
	}
	var out []BaselineRow
	lines := map[[2]string]int{}
	for {
		row, line, err := t.next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		b, err := baselineRow(row[at[0]], row[at[1]], row[at[2]])
		key := [2]string{b.Dimension, b.Value}
		switch {
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", line, err)
		case lines[key] > 0:
			return nil, fmt.Errorf("line %d: %s %s is on line %d already", line, b.Dimension, b.Value, lines[key])
		case len(out) >= maxBaselineRows:
			return nil, fmt.Errorf("line %d: over %d rows", line, maxBaselineRows)
		}
		lines[key] = line
		out = append(out, b)
	}
}

func baselineRow(dimension, value, count string) (BaselineRow, error) {
	b := BaselineRow{Dimension: clean(dimension), Value: clean(value)}
	if b.Dimension == "" || b.Value == "" || len(b.Dimension) > maxAttrName || len(b.Value) > maxAttrValue {
		return b, fmt.Errorf("dimension %q or value %q is empty or too long", b.Dimension, b.Value)
	}
	n, err := strconv.ParseUint(strings.TrimSpace(count), 10, 63)
	if err != nil {
		return b, fmt.Errorf("count %q is no whole number", count)
	}
	b.Count = n
	return b, nil
}

func clean(s string) string {
	return strings.ToValidUTF8(strings.TrimSpace(strings.Clone(s)), "\ufffd")
}
