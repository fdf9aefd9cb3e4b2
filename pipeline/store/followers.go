package store

import (
	"context"
	"errors"
	"fmt"

	"shoal/cluster"
)

// MaxFollowers bounds what [DB.Followers] and [DB.Brought] give.
const MaxFollowers = 10_000

// ErrTooMany is returned by these where there are more.
var ErrTooMany = errors.New("too many reports at once: split in parts")

// Followers gives the reports of a campaign that joined by agreeing best with one
// of reports, in the order of their ids: those that these stand for. What stays by
// the proposed split of a campaign that fell apart is not among them, nor are
// reports themselves.
func (db *DB) Followers(ctx context.Context, campaign string, reports []cluster.ReportID) ([]cluster.ReportID, error) {
	ids := make([]string, len(reports))
	for i, r := range reports {
		ids[i] = r.String()
	}
	var rows []struct {
		Report string `ch:"report_id"`
	}
	query := fmt.Sprintf(`SELECT DISTINCT report_id FROM shoal.campaign_joins
WHERE campaign_id = ? AND has(?, matched_report_id) AND NOT has(?, report_id)
    AND report_id NOT IN (SELECT matched_report_id FROM shoal.campaign_drift WHERE campaign_id = ?)
ORDER BY report_id LIMIT %d`, MaxFollowers+1)
	if err := db.Select(ctx, &rows, query, campaign, ids, ids, campaign); err != nil {
		return nil, fmt.Errorf("look up followers: %w", err)
	}
	if len(rows) > MaxFollowers {
		return nil, fmt.Errorf("more than %d reports follow these: %w", MaxFollowers, ErrTooMany)
	}
	out := make([]cluster.ReportID, 0, len(rows))
	for _, r := range rows {
		id, err := cluster.ParseReportID(r.Report)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}
