package score

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	// hardBelow is the resemblance to the medoid under which a member makes
	// its campaign a hard one.
	hardBelow = 0.6
	maxLine   = 1 << 20
)

// ReadLabels reads lines of corpus, path and campaign ([Alone] for none),
// separated by tabs; what follows is ignored, as are lines with fewer fields.
// It returns an item for each file name, in order. Where a file name occurs
// twice, the later line counts.
func ReadLabels(r io.Reader) ([]Item, error) {
	var items []Item
	at := make(map[string]int)
	err := lines(r, func(f []string) error {
		if len(f) < 3 {
			return nil
		}
		name := path.Base(f[1])
		i, ok := at[name]
		if !ok {
			i = len(items)
			at[name] = i
			items = append(items, Item{})
		}
		items[i] = Item{Name: f[1], Truth: f[2], Corpus: f[0]}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	return items, nil
}

// ReadMeta sets Kind and Family from a table with a header line, by its
// columns path, kind and family, and Classes by the column classes (names
// joined by "+") where there is one.
func ReadMeta(items []Item, r io.Reader) error {
	at := byName(items)
	err := rows(r, []string{"path", "kind", "family", "classes"}, func(f []string) error {
		if i, ok := at[path.Base(f[0])]; ok {
			items[i].Kind, items[i].Family = f[1], f[2]
			if f[3] != "" {
				items[i].Classes = strings.Split(f[3], "+")
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("meta: %w", err)
	}
	return nil
}

// ReadCampaigns sets Hard from a table with a header line, by its columns
// campaign and min_jaccard4_to_medoid: hard is a campaign with a member whose
// word 4-shingles resemble the medoid's by less than 0.6.
func ReadCampaigns(items []Item, r io.Reader) error {
	hard := make(map[string]bool)
	err := rows(r, []string{"campaign", "min_jaccard4_to_medoid"}, func(f []string) error {
		least, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return fmt.Errorf("resemblance of %q: %w", f[0], err)
		}
		hard[f[0]] = hard[f[0]] || least < hardBelow
		return nil
	})
	if err != nil {
		return fmt.Errorf("campaigns: %w", err)
	}
	for i := range items {
		items[i].Hard = hard[items[i].Truth]
	}
	return nil
}

// ReadAnswers sets Got from lines of path and cluster ([Alone] for none),
// separated by a tab, matched by file name. Items without a line keep theirs.
func ReadAnswers(items []Item, r io.Reader) error {
	at := byName(items)
	err := lines(r, func(f []string) error {
		if len(f) < 2 {
			return nil
		}
		if i, ok := at[path.Base(f[0])]; ok {
			items[i].Got = f[1]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return nil
}

func byName(items []Item) map[string]int {
	at := make(map[string]int, len(items))
	for i := range items {
		at[path.Base(items[i].Name)] = i
	}
	return at
}

// lines hands on the tab-separated fields of every line.
func lines(r io.Reader, use func([]string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	n := 0
	for s.Scan() {
		n++
		if err := use(strings.Split(s.Text(), "\t")); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", n, err)
	}
	return nil
}

// optional is the one column that a table may lack; it is then empty.
const optional = "classes"

// rows hands on the named columns of every line after the header, but for
// empty lines.
func rows(r io.Reader, columns []string, use func([]string) error) error {
	var at []int
	return lines(r, func(f []string) error {
		if len(f) == 1 && f[0] == "" {
			return nil
		}
		if at == nil {
			for _, c := range columns {
				i := slices.Index(f, c)
				if i < 0 && c != optional {
					return fmt.Errorf("no column %q", c)
				}
				at = append(at, i)
			}
			return nil
		}
		picked := make([]string, len(at))
		for i, column := range at {
			if column < 0 {
				continue
			}
			if column >= len(f) {
				return fmt.Errorf("%d fields, want %q in field %d", len(f), columns[i], column+1)
			}
			picked[i] = f[column]
		}
		return use(picked)
	})
}
