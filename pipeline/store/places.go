package store

import (
	"context"
	"fmt"

	"shoal/cluster"
)

// Places says under which id the clusterer has each report now: its campaign,
// or, while it stands alone, the id that its campaign will have. A report that
// is not stored is not in the map.
func (db *DB) Places(ctx context.Context, reports []cluster.ReportID) (map[cluster.ReportID]cluster.CampaignID, error) {
	ids := make([]string, len(reports))
	for i, r := range reports {
		ids[i] = r.String()
	}
	rows, err := selectIn[struct {
		Report string `ch:"report"`
		Place  string `ch:"place"`
	}](ctx, db, `SELECT lower(hex(report_id)) AS report, if(campaign_id = '', alone_id, campaign_id) AS place
FROM shoal.report_rows FINAL PREWHERE lower(hex(report_id)) IN `, ids)
	if err != nil {
		return nil, fmt.Errorf("look up reports: %w", err)
	}
	out := make(map[cluster.ReportID]cluster.CampaignID, len(rows))
	for _, r := range rows {
		id, err := cluster.ParseReportID(r.Report)
		if err != nil {
			return nil, err
		}
		out[id] = cluster.CampaignID(r.Place)
	}
	return out, nil
}
