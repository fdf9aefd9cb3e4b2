package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Bounds of a summary.
const (
	maxFull  = 50  // campaigns in full
	maxLines = 200 // further campaigns, a line each
)

// Summary is what an abuse desk reads of a day (UTC).
type Summary struct {
	// Day is written YYYY-MM-DD.
	Day     string  `json:"day"`
	Figures Figures `json:"figures"`
	// Hours are the 24 hours of the day.
	Hours []DayHour `json:"hours"`
	// Campaigns are the largest of the day in full, largest first. Their
	// figures, Day aside, are of all their reports up to now.
	Campaigns []*Campaign `json:"campaigns"`
	// Others are further campaigns with reports on the day or the day before.
	Others []Line `json:"others"`
	// Left counts campaigns that are in neither list.
	Left int     `json:"left"`
	SQL  []Query `json:"sql"`
}

// Figures are a day's totals, those of the day before beside.
type Figures struct {
	Reports       uint64 `ch:"reports" json:"reports"`
	ReportsBefore uint64 `ch:"reports_before" json:"reports_before"`
	// Recipients are distinct known ones.
	Recipients       uint64 `ch:"recipients" json:"recipients"`
	RecipientsBefore uint64 `ch:"recipients_before" json:"recipients_before"`
	// Campaigns with reports on the day.
	Campaigns       uint64 `ch:"campaigns" json:"campaigns"`
	CampaignsBefore uint64 `ch:"campaigns_before" json:"campaigns_before"`
	// InCampaigns counts reports that belong to a campaign; the others stand alone.
	InCampaigns uint64 `ch:"in_campaigns" json:"reports_in_campaigns"`
	// Defective counts reports with at least one defect.
	Defective uint64 `ch:"defective" json:"reports_with_defects"`
	// Changes counts campaigns by change.
	Changes Changes `json:"changes"`
}

// Changes counts campaigns by what happened to them.
type Changes struct {
	New     int `json:"new"`
	Grew    int `json:"grew"`
	Steady  int `json:"steady"`
	Faded   int `json:"faded"`
	Revived int `json:"revived"`
	Merged  int `json:"merged"`
}

// DayHour is an hour of the day over all reports.
type DayHour struct {
	Hour    uint8  `ch:"hour" json:"hour"`
	Reports uint64 `ch:"reports" json:"reports"`
}

// Line is a campaign in one line.
type Line struct {
	ID            string `ch:"campaign_id" json:"campaign_id"`
	Name          string `ch:"name" json:"name"`
	Change        string `ch:"change" json:"change"`
	Reports       uint64 `ch:"reports" json:"reports"`
	ReportsBefore uint64 `ch:"reports_before" json:"reports_before"`
	Recipients    uint64 `ch:"recipients" json:"recipients"`
	// MergedInto is the campaign that has the reports of a merged one.
	MergedInto string `ch:"merged_into" json:"merged_into,omitempty"`
	Status     string `ch:"status" json:"status"`
}

func figuresSQL(day time.Time) string {
	before := day.AddDate(0, 0, -1)
	is := "d = '" + date(day) + "'"
	was := "d = '" + date(before) + "'"
	return `WITH toDate(reported_at) AS d
SELECT countIf(` + is + `) AS reports, countIf(` + was + `) AS reports_before,
    uniqExactIf(recipient, ` + is + ` AND recipient != '') AS recipients, uniqExactIf(recipient, ` + was + ` AND recipient != '') AS recipients_before,
    uniqExactIf(campaign_id, ` + is + ` AND campaign_id != '') AS campaigns, uniqExactIf(campaign_id, ` + was + ` AND campaign_id != '') AS campaigns_before,
    countIf(` + is + ` AND campaign_id != '') AS in_campaigns, countIf(` + is + ` AND notEmpty(defects)) AS defective
FROM reports WHERE ` + between("reported_at", before, day)
}

func hoursSQL(day time.Time) string {
	return `SELECT toHour(reported_at) AS hour, count() AS reports
FROM reports WHERE ` + between("reported_at", day, day) + `
GROUP BY hour ORDER BY hour`
}

func changesSQL(day time.Time) string {
	return `SELECT toString(change) AS change, count() AS campaigns
FROM daily_summary WHERE ` + onDay(day) + `
GROUP BY change ORDER BY change`
}

// onDay is the condition that a row of daily_summary is of a day.
func onDay(day time.Time) string { return "day = '" + date(day) + "'" }

func linesSQL(day time.Time) string {
	return fmt.Sprintf(`SELECT campaign_id, toString(change) AS change, reports, reports_before, recipients
FROM daily_summary WHERE %s
ORDER BY reports DESC, reports_before DESC, campaign_id LIMIT %d`, onDay(day), maxFull+maxLines)
}

func namesSQL(ids []string) string {
	return "SELECT campaign_id, name, merged_into, toString(status) AS status FROM campaigns WHERE " + oneOf("campaign_id", ids)
}

// latestSQL passes over reports that claim to be of a day to come: whoever reports
// can say so. Where there are no others the last of them counts.
const latestSQL = `SELECT toDate(if(countIf(reported_at < now() + 86400) = 0, max(reported_at), maxIf(reported_at, reported_at < now() + 86400))) AS day, count() AS n
FROM reports`

// LatestDay is the last day (UTC) with reports, days to come aside.
func LatestDay(ctx context.Context, db Database) (time.Time, error) {
	rows, err := selectRows[struct {
		Day time.Time `ch:"day"`
		N   uint64    `ch:"n"`
	}](ctx, db, "latest day", latestSQL)
	if err != nil {
		return time.Time{}, err
	}
	if len(rows) == 0 || rows[0].N == 0 {
		return time.Time{}, ErrNoReports
	}
	return midnight(rows[0].Day), nil
}

// Summarize reads the summary of the day (UTC) of day. A day without reports
// gives a summary that says so.
func Summarize(ctx context.Context, db Database, day time.Time) (*Summary, error) {
	return SummarizeFirst(ctx, db, day, maxFull)
}

// SummarizeFirst is [Summarize] with at most n campaigns in full, which are what
// takes the time; the next ones have a line each.
func SummarizeFirst(ctx context.Context, db Database, day time.Time, n int) (*Summary, error) {
	day = midnight(day)
	s := &Summary{Day: date(day), SQL: []Query{
		{"figures of the day", figuresSQL(day)}, {"reports by hour", hoursSQL(day)},
		{"campaigns by change", changesSQL(day)}, {"campaigns of the day", linesSQL(day)},
	}}
	if err := s.totals(ctx, db, day); err != nil {
		return nil, err
	}
	if err := s.changes(ctx, db, day); err != nil {
		return nil, err
	}
	lines, err := selectRows[Line](ctx, db, "campaigns of the day", linesSQL(day))
	if err != nil {
		return nil, err
	}
	return s, s.fill(ctx, db, lines, n)
}

func (s *Summary) totals(ctx context.Context, db Database, day time.Time) error {
	figures, err := selectRows[struct {
		Figures
	}](ctx, db, "figures of the day", figuresSQL(day))
	if err != nil {
		return err
	}
	if len(figures) > 0 {
		s.Figures = figures[0].Figures
	}
	hours, err := selectRows[DayHour](ctx, db, "reports by hour", hoursSQL(day))
	if err != nil {
		return err
	}
	s.Hours = make([]DayHour, 24)
	for i := range s.Hours {
		s.Hours[i].Hour = uint8(i)
	}
	for _, h := range hours {
		s.Hours[h.Hour%24].Reports = h.Reports
	}
	return nil
}

// changes counts the day's campaigns by what happened to them.
func (s *Summary) changes(ctx context.Context, db Database, day time.Time) error {
	changes, err := selectRows[struct {
		Change    string `ch:"change"`
		Campaigns uint64 `ch:"campaigns"`
	}](ctx, db, "campaigns by change", changesSQL(day))
	if err != nil {
		return err
	}
	for _, c := range changes {
		s.Figures.Changes.add(c.Change, int(c.Campaigns))
		s.Left += int(c.Campaigns)
	}
	return nil
}

func (c *Changes) add(change string, n int) {
	switch change {
	case "new":
		c.New += n
	case "grew":
		c.Grew += n
	case "faded":
		c.Faded += n
	case "revived":
		c.Revived += n
	case "merged":
		c.Merged += n
	default:
		c.Steady += n
	}
}

// fill loads the first n of lines in full and names the others.
func (s *Summary) fill(ctx context.Context, db Database, lines []Line, n int) error {
	s.Left = max(0, s.Left-len(lines))
	day := map[string]*DayFigures{}
	var ids, rest []string
	for _, l := range lines {
		if len(ids) < n && l.Change != "merged" {
			ids = append(ids, l.ID)
			day[l.ID] = &DayFigures{l.Change, l.Reports, l.ReportsBefore, l.Recipients}
			continue
		}
		rest = append(rest, l.ID)
		s.Others = append(s.Others, l)
	}
	var err error
	if s.Campaigns, err = load(ctx, db, ids); err != nil {
		return err
	}
	for _, c := range s.Campaigns {
		c.Day = day[c.ID]
	}
	if len(rest) == 0 {
		return nil
	}
	names, err := selectRows[Line](ctx, db, "names of campaigns", namesSQL(rest))
	if err != nil {
		return err
	}
	byID := map[string]Line{}
	for _, n := range names {
		byID[n.ID] = n
	}
	for i, l := range s.Others {
		n := byID[l.ID]
		s.Others[i].Name, s.Others[i].MergedInto, s.Others[i].Status = n.Name, n.MergedInto, n.Status
	}
	return nil
}

// JSON writes the summary; the field names are stable.
func (s *Summary) JSON(w io.Writer) error { return writeJSON(w, s) }

// JSON writes the campaign; the field names are stable.
func (c *Campaign) JSON(w io.Writer) error { return writeJSON(w, c) }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write json: %w", err)
	}
	return nil
}
