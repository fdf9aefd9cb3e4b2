package publish

import (
	"context"
	"fmt"
	"time"
)

// ReportLine is a report in a line. Recipient is a pseudonym.
type ReportLine struct {
	ID         string    `ch:"report_id"`
	ReportedAt time.Time `ch:"reported_at"`
	Source     string    `ch:"source"`
	Recipient  string    `ch:"recipient"`
	Domain     string    `ch:"recipient_domain"`
	From       string    `ch:"from_address"`
	Subject    string    `ch:"subject"`
	SourceIP   string    `ch:"source_ip"`
	Digest     string    `ch:"body_ssdeep"`
}

const reportColumns = "report_id, reported_at, toString(source) AS source, recipient, toString(recipient_domain) AS recipient_domain, from_address, subject, source_ip, body_ssdeep"

// Reports lists the reports of a campaign, the latest first; of those that stand
// alone where campaign is "", then on one day (UTC). It gives one more than limit
// where there are more.
func Reports(ctx context.Context, db Database, campaign string, day time.Time, offset, limit int) ([]ReportLine, error) {
	where := "campaign_id = " + quote(campaign)
	if campaign == "" {
		where += " AND " + between("reported_at", day, day)
	}
	return selectRows[ReportLine](ctx, db, "reports", fmt.Sprintf("SELECT %s\nFROM reports WHERE %s\nORDER BY reported_at DESC, report_id LIMIT %d OFFSET %d",
		reportColumns, where, max(0, limit)+1, max(0, offset)))
}

// Variant is a report by agreeing with which others joined a campaign: an exemplar
// at that time.
type Variant struct {
	ReportLine
	// Joined is how many reports agreed best with it, Weakest the lowest score of
	// these in nats.
	Joined  uint64  `ch:"joined"`
	Weakest float64 `ch:"weakest"`
}

// maxVariants bounds [Variants].
const maxVariants = 12

// Variants lists the variants of a campaign, those with most reports first.
func Variants(ctx context.Context, db Database, campaign string) ([]Variant, error) {
	rows, err := selectRows[struct {
		ID      string  `ch:"matched_report_id"`
		Joined  uint64  `ch:"joined"`
		Weakest float64 `ch:"weakest"`
	}](ctx, db, "variants", fmt.Sprintf(`SELECT matched_report_id, count() AS joined, toFloat64(min(score)) AS weakest
FROM campaign_joins WHERE campaign_id = %s
GROUP BY matched_report_id ORDER BY joined DESC, matched_report_id LIMIT %d`, quote(campaign), maxVariants))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	lines, err := selectRows[ReportLine](ctx, db, "reports of variants",
		"SELECT "+reportColumns+"\nFROM reports WHERE campaign_id = "+quote(campaign)+" AND "+oneOf("report_id", ids))
	if err != nil {
		return nil, err
	}
	byID := map[string]ReportLine{}
	for _, l := range lines {
		byID[l.ID] = l
	}
	var out []Variant
	for _, r := range rows {
		if l, ok := byID[r.ID]; ok { // else it is in another campaign by now
			out = append(out, Variant{l, r.Joined, r.Weakest})
		}
	}
	return out, nil
}

// Outcome lists what became of an analyst's decisions, by who decided and the
// times that they bear (milliseconds since 1970, the last one included).
func Outcome(ctx context.Context, db Database, actor string, from, to int64) ([]Event, error) {
	return selectRows[Event](ctx, db, "outcome of a decision", fmt.Sprintf(`SELECT at, toString(event) AS event, campaign_id, other_id, report_id, label, actor, note
FROM campaign_lineage
WHERE at >= fromUnixTimestamp64Milli(toInt64(%d), 'UTC') AND at <= fromUnixTimestamp64Milli(toInt64(%d), 'UTC') AND actor = %s
ORDER BY seq LIMIT 200`, from, to, quote(actor)))
}

// Totals reads the figures of a day (UTC) and its hours, and of no campaign. What
// happened to the day's campaigns is taken from changes where that is known.
func Totals(ctx context.Context, db Database, day time.Time, changes *Changes) (*Summary, error) {
	day = midnight(day)
	s := &Summary{Day: date(day)}
	if err := s.totals(ctx, db, day); err != nil {
		return nil, err
	}
	if changes != nil {
		s.Figures.Changes = *changes
		return s, nil
	}
	return s, s.changes(ctx, db, day)
}

// Stored is how many reports are stored.
func Stored(ctx context.Context, db Database) (uint64, error) {
	rows, err := selectRows[struct {
		N uint64 `ch:"n"`
	}](ctx, db, "number of reports", "SELECT count() AS n FROM reports")
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].N, nil
}
