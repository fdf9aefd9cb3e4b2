package intake

import (
	"fmt"
	"io"
	"strings"

	"shoal/pipeline"
)

// maxAttrRows bounds the rows of an attribute file.
const maxAttrRows = 1 << 24

// Attrs joins segment attributes (region, list, ...) to recipients. It is safe
// for concurrent use once loaded.
type Attrs struct {
	names []string
	rows  map[string]uint32 // recipient to row
	cells []uint32          // row by row, an index into words; 0 for none
	words []string
	twice int
}

// LoadAttrs reads a CSV file with a column "recipient" and any others, each an
// attribute by its name. Addresses are joined in lower case. Empty cells are no
// attribute. Where a recipient has several rows the first counts; [Attrs.Twice]
// tells how many were passed over. Errors name the line.
func LoadAttrs(r io.Reader) (*Attrs, error) {
	t, err := newTable(r)
	if err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	key, err := t.column("recipient")
	if err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	a := &Attrs{rows: map[string]uint32{}, words: []string{""}}
	for i, name := range t.columns {
		if i != key {
			a.names = append(a.names, name)
		}
		if len(name) > maxAttrName || len(a.names) > maxAttrs {
			return nil, fmt.Errorf("attributes: line 1: over %d columns, or a name over %d bytes", maxAttrs, maxAttrName)
		}
	}
	if err := a.load(t, key); err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	return a, nil
}

func (a *Attrs) load(t *table, key int) error {
	index := map[string]uint32{"": 0}
	for {
		row, line, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		recipient := normaliseAddress(row[key])
		switch {
		case recipient == "":
			return fmt.Errorf("line %d: no recipient", line)
		case len(a.rows) >= maxAttrRows:
			return fmt.Errorf("line %d: over %d recipients", line, maxAttrRows)
		}
		if _, there := a.rows[recipient]; there {
			a.twice++
			continue
		}
		a.rows[recipient] = uint32(len(a.rows))
		for i, cell := range row {
			if i == key {
				continue
			}
			cell = strings.TrimSpace(cell)
			if len(cell) > maxAttrValue {
				return fmt.Errorf("line %d: %s has %d bytes, at most %d", line, t.columns[i], len(cell), maxAttrValue)
			}
			a.cells = append(a.cells, a.word(index, cell))
		}
	}
}

// word keeps one copy of each value: few are many times there.
func (a *Attrs) word(index map[string]uint32, cell string) uint32 {
	n, ok := index[cell]
	if !ok {
		cell = strings.ToValidUTF8(strings.Clone(cell), "\ufffd")
		n = uint32(len(a.words))
		a.words = append(a.words, cell)
		index[cell] = n
	}
	return n
}

// Len is the number of recipients.
func (a *Attrs) Len() int { return len(a.rows) }

// Twice is the number of rows whose recipient had one already.
func (a *Attrs) Twice() int { return a.twice }

// Apply sets the attributes of r's recipient, which [Unwrap] has found where it
// can be known, and tells whether the recipient is on file. What r's producer
// stated stays. A nil Attrs does nothing.
func (a *Attrs) Apply(r *pipeline.Report) bool {
	if a == nil || r.Recipient == "" {
		return false
	}
	row, ok := a.rows[normaliseAddress(r.Recipient)]
	if !ok {
		return false
	}
	for i, name := range a.names {
		v := a.words[a.cells[int(row)*len(a.names)+i]]
		if _, stated := r.Attrs[name]; v != "" && !stated {
			setAttr(r, name, v)
		}
	}
	return true
}
