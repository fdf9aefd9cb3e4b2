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
