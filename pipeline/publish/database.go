package publish

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Database answers queries on the views of database shoal. Select scans all rows
// of the answer into dest, a pointer to a slice of structs with ch tags. It is
// called from one goroutine at a time.
type Database interface {
	Select(ctx context.Context, dest any, query string, args ...any) error
}

var (
	// ErrNoCampaign is returned by [LoadCampaign] for an id
	// that no campaign has or had.
	ErrNoCampaign = errors.New("no such campaign")
	// ErrNoReports is returned by [LatestDay] while nothing is stored.
	ErrNoReports = errors.New("no reports are stored yet")
)

// Query is a statement behind some figures, fit for `shoal sql`.
type Query struct {
	// Of names the figures: timeline, targets, ...
	Of  string `json:"of"`
	SQL string `json:"sql"`
}

// quote is s as a ClickHouse string literal. Statements hold their values
// themselves, and no placeholders, so that they can be shown and run again. What
// a page or terminal could take for more than text is written as bytes.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) || hidden(r) || strings.ContainsRune("'\\`?<>", r) || r != ' ' && unicode.IsSpace(r):
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\x%02X`, c)
			}
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	b.WriteByte('\'')
	return b.String()
}

// oneOf is the condition that column has one of values.
func oneOf(column string, values []string) string {
	if len(values) == 1 {
		return column + " = " + quote(values[0])
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return column + " IN (" + strings.Join(quoted, ", ") + ")"
}

// selectRows runs query; what names the figures in errors.
func selectRows[T any](ctx context.Context, db Database, what, query string) ([]T, error) {
	var rows []T
	if err := db.Select(ctx, &rows, query); err != nil {
		return nil, fmt.Errorf("query %s: %w", what, err)
	}
	return rows, nil
}

// date is a day as ClickHouse and people write it.
func date(day time.Time) string { return day.UTC().Format(time.DateOnly) }

// between is the condition that column is on one of days from from to to.
func between(column string, from, to time.Time) string {
	return fmt.Sprintf("%s >= toDateTime64('%s 00:00:00', 3, 'UTC') AND %s < toDateTime64('%s 00:00:00', 3, 'UTC')",
		column, date(from), column, date(to.AddDate(0, 0, 1)))
}

// midnight is the start of t's day in UTC.
func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
