package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Filter says which campaigns [Browse] lists, in which order, and which part.
type Filter struct {
	// Day (UTC) takes the campaigns with reports on it or on the day before, and
	// orders by that day's figures; zero takes all.
	Day time.Time
	// Change is one of [Changes] of the day, Status one of [Statuses]; "" for any.
	Change, Status string
	// Label takes campaigns with one ("yes") or without ("no").
	Label string
	// Operation takes the campaigns of one.
	Operation string
	// Text is to be in the label, or in the subject of a report.
	Text string
	// Sort is one of [Sorts], "" the first.
	Sort string
	// Offset is how many to pass over, Limit how many to list at most.
	Offset, Limit int
}

// What the fields of a [Filter] can be.
var (
	ChangeWords = []string{"new", "grew", "revived", "steady", "faded", "merged"}
	Statuses    = []string{"open", "idle", "drifted", "merged"}
	Sorts       = []string{"size", "newest", "growth", "recipients"}
)

// maxFilterText bounds what is looked for, in characters.
const maxFilterText = 200

// Page is a part of a list.
type Page struct {
	// Campaigns have their figures, timeline, targets, countries and, where a day
	// was asked for, Day; the rest is empty.
	Campaigns []*Campaign
	// Total is how many campaigns the filter takes.
	Total uint64
	// Changes counts the campaigns of the day, whatever the filter takes of them; nil
	// where no day was asked for, or the part has none.
	Changes *Changes
}

// picked is a campaign that a filter takes.
type picked struct {
	ID string `ch:"campaign_id"`
	DayFigures
	Total uint64 `ch:"total"`
	// Counts are those of the day by change, in the order of [ChangeWords]; of all days
	// there are none.
	Counts []uint64 `ch:"counts"`
}

// Browse lists the campaigns that a filter takes.
func Browse(ctx context.Context, db Database, f Filter) (*Page, error) {
	rows, err := selectRows[picked](ctx, db, "choice of campaigns", f.sql())
	if err != nil {
		return nil, err
	}
	p := new(Page)
	var ids []string
	days := map[string]*DayFigures{}
	for _, r := range rows {
		p.Total, p.Changes = r.Total, counted(r.Counts)
		if !slices.Contains(ids, r.ID) { // a campaign that was merged on the day has two rows
			ids = append(ids, r.ID)
		}
		if !f.Day.IsZero() && (days[r.ID] == nil || r.Reports > 0) {
			days[r.ID] = &r.DayFigures
		}
	}
	if p.Campaigns, err = glance(ctx, db, ids); err != nil {
		return nil, err
	}
	for _, c := range p.Campaigns {
		c.Day = days[c.ID]
	}
	return p, nil
}

// counted is nil for no counts.
func counted(counts []uint64) *Changes {
	if len(counts) == 0 {
		return nil
	}
	c := new(Changes)
	for i, n := range counts {
		c.add(ChangeWords[i], int(n))
	}
	return c
}

// sql chooses; what is shown of the chosen is read after. A day's campaigns are counted
// before the filter in the same scan, which is what takes the time.
func (f Filter) sql() string {
	from, order := f.ofDay()
	if f.Day.IsZero() {
		from, order = f.ofAll()
	}
	where := strings.Join(append(f.conditions(), from.where...), " AND ")
	return fmt.Sprintf("SELECT %s, count() OVER () AS total\nFROM %s\nWHERE %s\nORDER BY %s, campaign_id LIMIT %d OFFSET %d",
		from.columns, from.table, where, order, max(0, f.Limit), max(0, f.Offset))
}

// choice is where campaigns are chosen from.
type choice struct {
	columns, table string
	where          []string
}

func (f Filter) ofDay() (choice, string) {
	var counts []string
	for _, w := range ChangeWords {
		counts = append(counts, "countIf(change = "+quote(w)+") OVER ()")
	}
	day := "(SELECT campaign_id, toString(change) AS change, reports, reports_before, recipients, [" + strings.Join(counts, ", ") +
		"] AS counts FROM daily_summary WHERE " + onDay(f.Day) + ")"
	c := choice{columns: "campaign_id, change, reports, reports_before, recipients, counts", table: day}
	if slices.Contains(ChangeWords, f.Change) {
		c.where = append(c.where, "change = "+quote(f.Change))
	}
	switch f.Sort {
	case "newest":
		c.table = day + " AS d LEFT JOIN (SELECT campaign_id, created_at FROM campaign_states) AS c USING (campaign_id)"
		return c, "c.created_at DESC"
	case "growth":
		return c, "toInt64(reports) - toInt64(reports_before) DESC, reports DESC"
	case "recipients":
		return c, "recipients DESC, reports DESC"
	}
	return c, "reports DESC, change = 'merged', reports_before"
}

func (f Filter) ofAll() (choice, string) {
	c := choice{columns: "campaign_id, '' AS change, reports, toUInt64(0) AS reports_before, toUInt64(0) AS recipients, emptyArrayUInt64() AS counts", table: "campaigns"}
	if f.Status != "merged" {
		c.where = []string{"status != 'merged'"}
	}
	switch f.Sort {
	case "newest":
		return c, "created_at DESC"
	case "growth":
		return c, "last_seen DESC"
	case "recipients":
		c.columns = strings.Replace(c.columns, "toUInt64(0) AS recipients", "recipients", 1)
		return c, "recipients DESC"
	}
	return c, "reports DESC"
}

// conditions are those that do not depend on where campaigns are chosen from.
func (f Filter) conditions() []string {
	out := []string{"campaign_id != ''"}
	var state []string
	if slices.Contains(Statuses, f.Status) {
		state = append(state, "status = "+quote(f.Status))
	}
	switch f.Label {
	case "yes":
		state = append(state, "label != ''")
	case "no":
		state = append(state, "label = ''")
	}
	if f.Operation != "" {
		state = append(state, "operation_id = "+quote(f.Operation))
	}
	if len(state) > 0 {
		out = append(out, inState(strings.Join(state, " AND ")))
	}
	if text := cutRunes(strings.TrimSpace(f.Text), maxFilterText); text != "" {
		reports := "campaign_id != '' AND " + contains("subject", text)
		if !f.Day.IsZero() {
			reports += " AND " + between("reported_at", f.Day.AddDate(0, 0, -1), f.Day)
		}
		out = append(out, "(campaign_id IN (SELECT campaign_id FROM reports WHERE "+reports+
			") OR "+inState(contains("label", text))+")")
	}
	return out
}

// contains is the condition that column has text in it, in any case.
func contains(column, text string) string {
	return "positionCaseInsensitiveUTF8(" + column + ", " + quote(text) + ") > 0"
}

// Named reads which campaign has an id now, and its name: an id that was merged away
// gives its survivor. The other fields are empty.
func Named(ctx context.Context, db Database, id string) (*Campaign, error) {
	id, err := resolve(ctx, db, id)
	if err != nil {
		return nil, err
	}
	rows, err := selectRows[Line](ctx, db, "name of a campaign", namesSQL([]string{id}))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%q: %w", id, ErrNoCampaign)
	}
	return &Campaign{ID: rows[0].ID, Name: rows[0].Name}, nil
}

// glance reads of campaigns what a list shows.
func glance(ctx context.Context, db Database, ids []string) ([]*Campaign, error) {
	l, out, err := heads(ctx, db, ids)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	where := oneOf("campaign_id", l.ids)
	l.timelines(ctx, where)
	l.targets(ctx, where)
	each(ctx, l, "countries", countriesSQL(where), func(r facet) { l.byID[r.Campaign].put(r) })
	return out, l.err
}

func countriesSQL(where string) string {
	return `SELECT campaign_id, toString(kind) AS kind, value, reports
FROM campaign_infrastructure WHERE ` + where + ` AND kind = 'country'
ORDER BY campaign_id, reports DESC, value LIMIT 5 BY campaign_id`
}
