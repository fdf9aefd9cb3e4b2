package store

import (
	"context"
	"fmt"
	"time"

	"shoal/cluster"
)

// Place is where a report is kept, and how it came there.
type Place struct {
	// Campaign that has the report; "" while it stands alone.
	Campaign cluster.CampaignID
	// ID is the one under which the clusterer knows the report: Campaign, or
	// while it stands alone the id that its campaign will have.
	ID cluster.CampaignID
	// Offset of the report in topic features, -1 where an older shoal stored it.
	Offset int64
	// Erased: the recipient asked to be forgotten.
	Erased     bool
	ReportedAt time.Time
	Subject    string
	From       string
	// Matched is the report that it agreed with when it joined, zero where it
	// opened its campaign, stands alone, or was put there by an analyst. Score is
	// that of the join in nats, not a number where an older shoal stored it.
	Matched cluster.ReportID
	Score   float64
}

// Places tells of each report where it is. A report that is not stored is not in
// the map.
func (db *DB) Places(ctx context.Context, reports []cluster.ReportID) (map[cluster.ReportID]Place, error) {
	ids := make([]string, len(reports))
	for i, r := range reports {
		ids[i] = r.String()
	}
	rows, err := selectIn[placeRow](ctx, db, `SELECT lower(hex(report_id)) AS report, campaign_id, alone_id, log_offset,
    recipient = '' AND recipient_unit != 0 AS erased, reported_at, subject, from_address,
    if(empty(evidence), '', lower(hex(evidence[1].matched))) AS matched, join_score
FROM shoal.report_rows FINAL PREWHERE lower(hex(report_id)) IN `, ids)
	if err != nil {
		return nil, fmt.Errorf("look up reports: %w", err)
	}
	out := make(map[cluster.ReportID]Place, len(rows))
	for _, r := range rows {
		id, err := cluster.ParseReportID(r.Report)
		if err != nil {
			return nil, err
		}
		if out[id], err = r.place(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type placeRow struct {
	Report     string    `ch:"report"`
	Campaign   string    `ch:"campaign_id"`
	Alone      string    `ch:"alone_id"`
	Offset     int64     `ch:"log_offset"`
	Erased     uint8     `ch:"erased"`
	ReportedAt time.Time `ch:"reported_at"`
	Subject    string    `ch:"subject"`
	From       string    `ch:"from_address"`
	Matched    string    `ch:"matched"`
	Score      float32   `ch:"join_score"`
}

func (r placeRow) place() (p Place, err error) {
	where := place{campaign: r.Campaign, alone: r.Alone}
	p = Place{
		Campaign: cluster.CampaignID(r.Campaign), ID: cluster.CampaignID(where.source()), Offset: r.Offset,
		Erased: r.Erased != 0, ReportedAt: r.ReportedAt.UTC(), Subject: r.Subject, From: r.From, Score: float64(r.Score),
	}
	if r.Matched != "" {
		p.Matched, err = cluster.ParseReportID(r.Matched)
	}
	return p, err
}

// Apart says in words by whom and why two campaigns were parted, "" where nobody
// did.
func (db *DB) Apart(ctx context.Context, a, b cluster.CampaignID) (string, error) {
	rows, err := selectRows[Lineage](ctx, db, fmt.Sprintf(`SELECT at, toString(event) AS event, campaign_id, other_id, actor, note
FROM shoal.lineage_rows FINAL
WHERE event = 'split' AND (campaign_id, other_id) IN ((%[1]s, %[2]s), (%[2]s, %[1]s)) ORDER BY seq DESC LIMIT 1`, quote(string(a)), quote(string(b))))
	if err != nil {
		return "", fmt.Errorf("look for a split: %w", err)
	}
	if len(rows) == 0 {
		return "", nil
	}
	s := fmt.Sprintf("%s split %s from %s", rows[0].Actor, rows[0].CampaignID, rows[0].OtherID)
	if rows[0].Note != "" {
		s += " (" + rows[0].Note + ")"
	}
	return s, nil
}
