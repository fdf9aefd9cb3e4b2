package store

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Some fields of a report can go before the report does. The engine empties such a
// column when it merges parts, each in its own time, so that of the versions of a row
// one may have what another has lost. A query that looks for the value before it looks
// for the newest version would then be shown a row that has left its place. Hence view
// reports shows a field as empty from the moment it is due, whatever is still on disk.

// Field is a group of columns of a report that go together.
type Field string

// Fields that can be kept for less time than the report.
const (
	FieldSubject   Field = "subject"
	FieldSender    Field = "sender"    // addresses and display name; domains stay
	FieldLinks     Field = "links"     // whole links; their hosts stay
	FieldText      Field = "text"      // what of the text is kept: the body, phones, wallets
	FieldRecipient Field = "recipient" // pseudonyms, attributes, what the mail knows of the person; who was one recipient stays one
)

// fieldColumns are the columns of each field, with what an empty one is.
var fieldColumns = map[Field][]string{
	FieldSubject:   {"subject"},
	FieldSender:    {"from_address", "from_name", "reply_to", "message_id"},
	FieldLinks:     {"urls"},
	FieldText:      {"body", "phones", "wallets"},
	FieldRecipient: {"recipient", "reporter", "attrs", "personal", "name"},
}

// emptyOf is what a column is once it is gone.
func emptyOf(column string) string {
	switch column {
	case "urls", "phones", "wallets":
		return "emptyArrayString()"
	case "personal":
		return "CAST([], 'Array(LowCardinality(String))')"
	case "attrs":
		return "CAST(map(), 'Map(LowCardinality(String), String)')"
	}
	return "''"
}

// Fields lists them, sorted.
func Fields() []Field { return slices.Sorted(maps.Keys(fieldColumns)) }

// columnDays is for how many days each column is kept, where that is less than its
// row.
func columnDays(fields map[Field]int) map[string]int {
	out := map[string]int{}
	for f, days := range fields {
		for _, c := range fieldColumns[f] {
			out[c] = days
		}
	}
	return out
}

// Shown is how view reports shows a column.
func (p schemaParams) Shown(column string) string {
	days, ok := p.columnDays[column]
	if !ok {
		return column
	}
	return fmt.Sprintf("if(toDateTime(r.received_at) + toIntervalDay(%d) <= now(), %s, r.%s) AS %s", days, emptyOf(column), column, column)
}

var (
	columnTTL = regexp.MustCompile("`(\\w+)` [^`]*? TTL toDateTime\\(received_at\\) \\+ toIntervalDay\\((\\d+)\\)")
	shownTTL  = regexp.MustCompile("toIntervalDay\\((\\d+)\\)\\) <= now\\(\\), [^`]*?r\\.(\\w+)\\) AS")
)

// fieldStatements bring the columns of the table and the view to the configuration.
func (db *DB) fieldStatements(ctx context.Context, p schemaParams) ([]string, error) {
	table := p.layout.local("report_rows")
	tables, err := selectRows[struct {
		Name  string `ch:"name"`
		Query string `ch:"create_table_query"`
	}](ctx, db, "SELECT name, create_table_query FROM system.tables WHERE database = 'shoal' AND name IN ("+quote(table)+", 'reports')")
	if err != nil {
		return nil, fmt.Errorf("read retention of fields: %w", err)
	}
	if len(tables) == 0 { // the migration makes the view as it is to be
		return alterColumns(table, p, nil), nil
	}
	var out []string
	for _, t := range tables {
		if t.Name == table {
			columns, _, _ := strings.Cut(t.Query, ") ENGINE = ")
			out = append(out, alterColumns(table, p, parseDays(columnTTL, 1, 2, columns))...)
		} else if !maps.Equal(parseDays(shownTTL, 2, 1, t.Query), p.columnDays) {
			view, err := reportsView(p)
			if err != nil {
				return nil, err
			}
			out = append([]string{view}, out...) // shown as gone before it goes
		}
	}
	return out, nil
}

func parseDays(pattern *regexp.Regexp, column, days int, query string) map[string]int {
	out := map[string]int{}
	for _, m := range pattern.FindAllStringSubmatch(query, -1) {
		out[m[column]], _ = strconv.Atoi(m[days])
	}
	return out
}

// alterColumns changes the TTL of the columns that have another one.
func alterColumns(table string, p schemaParams, now map[string]int) []string {
	var parts []string
	for _, c := range slices.Sorted(maps.Keys(p.columnDays)) {
		if now[c] != p.columnDays[c] {
			parts = append(parts, fmt.Sprintf("MODIFY COLUMN %s TTL toDateTime(received_at) + INTERVAL %d DAY", c, p.columnDays[c]))
		}
	}
	for _, c := range slices.Sorted(maps.Keys(now)) {
		if _, ok := p.columnDays[c]; !ok {
			parts = append(parts, "MODIFY COLUMN "+c+" REMOVE TTL")
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"ALTER TABLE shoal." + table + p.OnCluster() + " " + strings.Join(parts, ", ")}
}

// reportsView is the statement that makes view reports.
func reportsView(p schemaParams) (string, error) {
	all, err := migrations(p)
	if err != nil {
		return "", fmt.Errorf("read migrations: %w", err)
	}
	var found string
	for _, m := range all {
		for _, sql := range m.statements {
			if strings.HasPrefix(sql, "CREATE OR REPLACE VIEW shoal.reports") {
				found = sql
			}
		}
	}
	return found, nil
}
