package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNoCampaign is returned by [DB.Resolve] for an id that no campaign has or
// had.
var ErrNoCampaign = errors.New("no such campaign")

// Lineage is a row of view campaign_lineage.
type Lineage struct {
	At         time.Time `ch:"at" json:"at"`
	Event      string    `ch:"event" json:"event"`
	CampaignID string    `ch:"campaign_id" json:"campaign_id"`
	OtherID    string    `ch:"other_id" json:"other_id,omitempty"`
	ReportID   string    `ch:"report_id" json:"report_id,omitempty"`
	Actor      string    `ch:"actor" json:"actor,omitempty"`
	Note       string    `ch:"note" json:"note,omitempty"`
}

// Resolve gives the campaign that has the reports of id now: id itself, or the
// survivor of its merges.
func (db *DB) Resolve(ctx context.Context, id string) (string, error) {
	rows, err := selectIn[struct {
		Property string `ch:"property"`
		Value    string `ch:"value"`
	}](ctx, db, "SELECT property, value FROM shoal.campaign_rows FINAL WHERE property IN ('created', 'split', 'survivor') AND campaign_id IN ", []string{id})
	if err != nil {
		return "", fmt.Errorf("resolve campaign: %w", err)
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("%q: %w", id, ErrNoCampaign)
	}
	for _, r := range rows {
		if r.Property == propertySurvivor {
			return r.Value, nil
		}
	}
	return id, nil
}
