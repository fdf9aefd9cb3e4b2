package intake

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table reads the rows of a CSV file with a header line.
type table struct {
	csv     *csv.Reader
	columns []string
}

// newTable reads the header line. The separator is a comma; a semicolon or a tab
// where the header line has those and no comma.
func newTable(r io.Reader) (*table, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if head, _ := br.Peek(len(bom)); bytes.Equal(head, bom) {
		_, _ = br.Discard(len(bom))
	}
	head, _ := br.Peek(4096)
	line, _ := cutLine(head)
	c := csv.NewReader(br)
	c.ReuseRecord, c.TrimLeadingSpace = true, true
	for _, sep := range ";\t" {
		if !bytes.ContainsRune(line, ',') && bytes.ContainsRune(line, sep) {
			c.Comma = sep
		}
	}
	columns, err := c.Read()
	if err == io.EOF {
		return nil, errors.New("line 1: no header line")
	}
	if err != nil {
		return nil, fmt.Errorf("header line: %w", err)
	}
	t := &table{csv: c}
	for _, name := range columns {
		name = clean(name)
		if name == "" || slices.Contains(t.columns, name) {
			return nil, fmt.Errorf("line 1: column name %q is empty or there twice", name)
		}
		t.columns = append(t.columns, name)
	}
	return t, nil
}

// column returns the index of a column, whatever the case of its name.
func (t *table) column(name string) (int, error) {
	i := slices.IndexFunc(t.columns, func(c string) bool { return strings.EqualFold(c, name) })
	if i < 0 {
		return 0, fmt.Errorf("line 1: no column %q among %s", name, strings.Join(t.columns, ", "))
	}
	return i, nil
}

// next returns the next row, valid until the one after, and its line; io.EOF
// after the last. Errors name the line.
func (t *table) next() (row []string, line int, err error) {
	if row, err = t.csv.Read(); err != nil {
		return nil, 0, err
	}
	line, _ = t.csv.FieldPos(0)
	return row, line, nil
}
