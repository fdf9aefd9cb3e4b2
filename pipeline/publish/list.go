package publish

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// List is campaigns, a line each, largest first.
type List struct {
	Campaigns []Listed
	// Left says that there are more.
	Left bool
}

// Listed is a campaign of a list.
type Listed struct {
	ID            string    `ch:"campaign_id" json:"campaign_id"`
	Name          string    `ch:"name" json:"name"`
	TopSubject    string    `ch:"top_subject" json:"top_subject"`
	Reports       uint64    `ch:"reports" json:"reports"`
	Recipients    uint64    `ch:"recipients" json:"recipients"`
	FirstSeen     time.Time `ch:"first_seen" json:"first_seen"`
	LastSeen      time.Time `ch:"last_seen" json:"last_seen"`
	SpoofedDomain string    `ch:"spoofed_domain" json:"spoofed_domain"`
	AuthFailShare float64   `ch:"auth_fail_share" json:"auth_fail_share"`
	AuthResults   uint64    `ch:"auth_results" json:"auth_results"`
	Status        string    `ch:"status" json:"status"`
	Label         string    `ch:"label" json:"label"`
	OperationID   string    `ch:"operation_id" json:"operation_id"`
	// Change is that of the last day with reports of any campaign; empty where
	// the campaign had none then and none the day before.
	Change string `json:"change"`
	// Target is the segment that tells most, nil where none stands out.
	Target *Target `json:"target"`
}

// ListCampaigns reads the largest campaigns that were not merged away, at most
// limit.
func ListCampaigns(ctx context.Context, db Database, limit int) (*List, error) {
	type id struct {
		ID string `ch:"campaign_id"`
	}
	// Two steps: the ranking needs counts only, the other columns are dear.
	ids, err := selectRows[id](ctx, db, "largest campaigns", fmt.Sprintf(
		"SELECT campaign_id FROM campaigns WHERE status != 'merged' ORDER BY reports DESC, campaign_id LIMIT %d", max(0, limit)+1))
	if err != nil {
		return nil, err
	}
	l := &List{Left: len(ids) > limit}
	var names []string
	for _, r := range ids[:min(len(ids), max(0, limit))] {
		names = append(names, r.ID)
	}
	if len(names) == 0 {
		return l, nil
	}
	where := oneOf("campaign_id", names)
	l.Campaigns, err = selectRows[Listed](ctx, db, "campaigns", `SELECT campaign_id, name, top_subject, reports, recipients, first_seen, last_seen,
    spoofed_domain, auth_fail_share, auth_results, toString(status) AS status, label, operation_id
FROM campaigns WHERE `+where+` ORDER BY reports DESC, campaign_id`)
	if err != nil {
		return nil, err
	}
	return l, l.mark(ctx, db, where)
}

// mark adds change and target.
func (l *List) mark(ctx context.Context, db Database, where string) error {
	changes, err := selectRows[struct {
		ID     string `ch:"campaign_id"`
		Change string `ch:"change"`
	}](ctx, db, "changes", `SELECT campaign_id, toString(change) AS change FROM daily_summary
WHERE day = (SELECT day FROM (`+latestSQL+`)) AND `+where)
	if err != nil {
		return err
	}
	targets, err := selectRows[Target](ctx, db, "targets", targetsSQL(where))
	if err != nil {
		return err
	}
	change, target := map[string]string{}, map[string]*Target{}
	for _, c := range changes {
		change[c.ID] = c.Change
	}
	for i := range targets {
		if t := &targets[i]; t.Aimed != 0 && target[t.Campaign] == nil {
			target[t.Campaign] = t
		}
	}
	for i := range l.Campaigns {
		c := &l.Campaigns[i]
		c.FirstSeen, c.LastSeen = c.FirstSeen.UTC(), c.LastSeen.UTC()
		c.Change, c.Target = change[c.ID], target[c.ID]
	}
	return nil
}

// JSON writes the campaigns as an array; the field names are stable.
func (l *List) JSON(w io.Writer) error {
	if l.Campaigns == nil {
		return writeJSON(w, []Listed{})
	}
	return writeJSON(w, l.Campaigns)
}

// Table writes the list for a terminal.
func (l *List) Table(w io.Writer) error {
	if len(l.Campaigns) == 0 {
		_, err := fmt.Fprintln(w, "No campaigns yet.")
		return err
	}
	t := newTable()
	t.AppendHeader(table.Row{"campaign", "name", "reports", "recip.", "first seen", "last seen", "change", "aimed at", "forges", "status"})
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, WidthMax: 34, WidthMaxEnforcer: text.Trim},
		{Number: 3, Align: text.AlignRight}, {Number: 4, Align: text.AlignRight},
	})
	for _, c := range l.Campaigns {
		t.AppendRow(table.Row{clean(c.ID, 20), clean(c.title(), 34), c.Reports, c.Recipients, date(c.FirstSeen), date(c.LastSeen),
			clean(c.Change, 12), c.aim(), clean(shown(KindDomain, c.SpoofedDomain), 26), clean(c.Status, 12)})
	}
	if _, err := fmt.Fprintln(w, t.Render()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	if l.Left {
		_, err := fmt.Fprintln(w, "There are more: --limit shows them.")
		return err
	}
	return nil
}

func newTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Options.DrawBorder = false
	t.Style().Options.SeparateColumns = false
	return t
}

func (c Listed) title() string { return shown("", c.Name) }

func (c Listed) aim() string {
	if c.Target == nil {
		return "-"
	}
	return clean(fmt.Sprintf("%s %s %sx", c.Target.name(), percent(c.Target.Share), factor(c.Target.Lift)), 28)
}
