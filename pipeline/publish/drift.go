package publish

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Drift is the alarm of a campaign that fell apart, with a proposed split. Until
// an analyst settles it the campaign is counted on and not grown.
type Drift struct {
	// At is when it was raised.
	At time.Time `json:"at"`
	// Reports should leave. Each stands for others, which joined by agreeing with it.
	Reports []Stray `json:"reports"`
	// Split is the command that carries the proposal out, Keep the one that says
	// that the campaign is one.
	Split string `json:"split"`
	Keep  string `json:"keep"`
}

// Stray is a report that should leave, and how far it is from the nearest of those
// that stay.
type Stray struct {
	ReportID string  `json:"report_id"`
	Nearest  string  `json:"nearest_report_id"`
	Score    float64 `json:"score"`
	Links    []Link  `json:"links"`
}

func driftSQL(where string) string {
	return `SELECT campaign_id, at, report_id, matched_report_id, toFloat64(score) AS score, e.key AS key, e.value AS value,
    toFloat64(e.score) AS key_score, toFloat64(e.weight) AS weight
FROM campaign_drift LEFT ARRAY JOIN evidence AS e
WHERE ` + where + `
ORDER BY campaign_id, report_id, abs(weight) DESC, key, value LIMIT 500 BY campaign_id`
}

// drifts fills in the alarms.
func (l *loader) drifts(ctx context.Context, where string) {
	type stray struct {
		Campaign string    `ch:"campaign_id"`
		At       time.Time `ch:"at"`
		Report   string    `ch:"report_id"`
		Nearest  string    `ch:"matched_report_id"`
		Score    float64   `ch:"score"`
		Key      string    `ch:"key"`
		Value    string    `ch:"value"`
		KeyScore float64   `ch:"key_score"`
		Weight   float64   `ch:"weight"`
	}
	each(ctx, l, "drift", driftSQL(where), func(r stray) {
		c := l.byID[r.Campaign]
		if c.Drift == nil {
			c.Drift = &Drift{At: r.At.UTC()}
		}
		d := c.Drift
		if n := len(d.Reports); n == 0 || d.Reports[n-1].ReportID != r.Report {
			d.Reports = append(d.Reports, Stray{ReportID: r.Report, Nearest: r.Nearest, Score: r.Score})
		}
		last := &d.Reports[len(d.Reports)-1]
		last.Links = append(last.Links, Link{Key: r.Key, Value: r.Value, Score: r.KeyScore, Weight: r.Weight})
	})
	for _, id := range l.ids {
		l.byID[id].settlers()
	}
}

// settlers fills in the commands that settle an alarm, as they can be pasted.
func (c *Campaign) settlers() {
	if c.Drift == nil {
		return
	}
	words := clean(c.ID, 40)
	for _, r := range c.Drift.Reports {
		words += " " + clean(r.ReportID, 32)
	}
	c.Drift.Split, c.Drift.Keep = "shoal split --like "+words, "shoal pin "+words
}

// change is what happened to the campaign on the day, and whether it fell apart.
func (c *Campaign) change() string {
	if c.Drift == nil {
		return c.Day.Change
	}
	return c.Day.Change + ", drifted"
}

// driftWords says that it fell apart and what to do, "" if it did not.
func (c *Campaign) driftWords() string {
	if c.Drift == nil {
		return ""
	}
	return fmt.Sprintf("since %s UTC its variants do not agree: %s should leave (shoal campaign %s shows why, and how to settle it)",
		moment(c.Drift.At), plural(len(c.Drift.Reports), "of them", "of them"), clean(c.ID, 40))
}

// driftTable writes the alarm for a terminal.
func (c *Campaign) driftTable(w io.Writer) {
	if c.Drift == nil {
		return
	}
	t := newTable()
	t.AppendHeader(table.Row{"should leave", "nearest that stays", "score", "on"})
	t.SetColumnConfigs(append(right(3), table.ColumnConfig{Number: 4, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}))
	for _, r := range c.Drift.Reports {
		t.AppendRow(table.Row{clean(r.ReportID, 32), clean(r.Nearest, 32), fmt.Sprintf("%.1f", r.Score), r.On()})
	}
	section(w, "Fell apart: a proposed split", t)
	fmt.Fprintf(w, " to split it:   %s\n if it is one:  %s\n", c.Drift.Split, c.Drift.Keep)
}

// On says what the score rests on.
func (r Stray) On() string {
	j := Join{Links: r.Links, Prior: r.Score}
	for _, l := range r.Links {
		j.Prior -= l.Weight
	}
	return j.On()
}
