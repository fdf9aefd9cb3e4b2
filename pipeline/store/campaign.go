package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrNoCampaign is returned by [DB.Campaign] and [DB.Resolve] for an id that no
// campaign has or had.
var ErrNoCampaign = errors.New("no such campaign")

// Campaign is a row of view campaigns.
type Campaign struct {
	ID               string    `ch:"campaign_id" json:"campaign_id"`
	Name             string    `ch:"name" json:"name"`
	FirstSeen        time.Time `ch:"first_seen" json:"first_seen"`
	LastSeen         time.Time `ch:"last_seen" json:"last_seen"`
	Reports          uint64    `ch:"reports" json:"reports"`
	Recipients       uint64    `ch:"recipients" json:"recipients"`
	RecipientDomains uint64    `ch:"recipient_domains" json:"recipient_domains"`
	SourceIPs        uint64    `ch:"source_ips" json:"source_ips"`
	FromDomains      []string  `ch:"from_domains" json:"from_domains"`
	TopSubject       string    `ch:"top_subject" json:"top_subject"`
	SpoofedDomain    string    `ch:"spoofed_domain" json:"spoofed_domain"`
	AuthFailShare    float64   `ch:"auth_fail_share" json:"auth_fail_share"`
	AuthResults      uint64    `ch:"auth_results" json:"auth_results"`
	URLHosts         []string  `ch:"url_hosts" json:"url_hosts"`
	Attachments      uint64    `ch:"attachments" json:"attachments"`
	Status           string    `ch:"status" json:"status"`
	Label            string    `ch:"label" json:"label"`
	OperationID      string    `ch:"operation_id" json:"operation_id"`
	MergedInto       string    `ch:"merged_into" json:"merged_into,omitempty"`
	CreatedAt        time.Time `ch:"created_at" json:"created_at"`
}

// Hour is a row of view campaign_timeline.
type Hour struct {
	Hour       time.Time `ch:"hour" json:"hour"`
	Reports    uint64    `ch:"reports" json:"reports"`
	Recipients uint64    `ch:"recipients" json:"recipients"`
}

// Target is a row of view campaign_targets.
type Target struct {
	Dimension     string  `ch:"dimension" json:"dimension"`
	Value         string  `ch:"value" json:"value"`
	Reports       uint64  `ch:"reports" json:"reports"`
	Recipients    uint64  `ch:"recipients" json:"recipients"`
	Share         float64 `ch:"share" json:"share"`
	BaselineShare float64 `ch:"baseline_share" json:"baseline_share"`
	Lift          float64 `ch:"lift" json:"lift"`
	LiftLow       float64 `ch:"lift_low" json:"lift_low"`
	LiftHigh      float64 `ch:"lift_high" json:"lift_high"`
	PValue        float64 `ch:"p_value" json:"p_value"`
}

// Infrastructure is a row of view campaign_infrastructure.
type Infrastructure struct {
	Kind      string    `ch:"kind" json:"kind"`
	Value     string    `ch:"value" json:"value"`
	Reports   uint64    `ch:"reports" json:"reports"`
	FirstSeen time.Time `ch:"first_seen" json:"first_seen"`
	LastSeen  time.Time `ch:"last_seen" json:"last_seen"`
}

// Payload is a row of view campaign_payloads.
type Payload struct {
	Kind    string `ch:"kind" json:"kind"`
	Value   string `ch:"value" json:"value"`
	SHA256  string `ch:"sha256" json:"sha256,omitempty"`
	SSDeep  string `ch:"ssdeep" json:"ssdeep,omitempty"`
	Reports uint64 `ch:"reports" json:"reports"`
}

// Evidence is a row of view campaign_evidence.
type Evidence struct {
	ReportID        string  `ch:"report_id" json:"report_id"`
	MatchedReportID string  `ch:"matched_report_id" json:"matched_report_id"`
	Key             string  `ch:"key" json:"key"`
	Value           string  `ch:"value" json:"value"`
	Score           float32 `ch:"score" json:"score"`
	Weight          float32 `ch:"weight" json:"weight"`
}

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

// CampaignDetail is one campaign in full, as far as the limits of
// [DB.Campaign] go.
type CampaignDetail struct {
	Campaign
	Timeline       []Hour           `json:"timeline"`
	Targets        []Target         `json:"targets"`
	Infrastructure []Infrastructure `json:"infrastructure"`
	Payloads       []Payload        `json:"payloads"`
	Evidence       []Evidence       `json:"evidence"`
	Lineage        []Lineage        `json:"lineage"`
	// Merged are the ids that went into this campaign.
	Merged []string `json:"merged"`
}

const campaignColumns = `campaign_id, name, first_seen, last_seen, reports, recipients, recipient_domains, source_ips,
from_domains, top_subject, spoofed_domain, auth_fail_share, auth_results, url_hosts, attachments, status, label, operation_id, merged_into, created_at`

// Campaigns are the largest campaigns that were not merged away, largest first,
// at most limit.
func (db *DB) Campaigns(ctx context.Context, limit int) ([]Campaign, error) {
	// Two steps: the ranking needs counts only, the other columns are dear.
	var ids []struct {
		ID string `ch:"campaign_id"`
	}
	err := db.Select(ctx, &ids, `SELECT campaign_id FROM shoal.campaigns WHERE status != 'merged'
ORDER BY reports DESC, campaign_id LIMIT `+fmt.Sprint(max(0, limit)))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	names := make([]string, len(ids))
	for i, r := range ids {
		names[i] = r.ID
	}
	var out []Campaign
	err = db.Select(ctx, &out, "SELECT "+campaignColumns+` FROM shoal.campaigns WHERE campaign_id IN (?)
ORDER BY reports DESC, campaign_id`, names)
	return out, err
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

// Campaign gives one campaign in full: all hours, the 50 segments with the
// smallest p-values, the 200 most frequent values of infrastructure and of
// payloads, the evidence of the 20 latest reports, all lineage. An id that was
// merged away gives its survivor.
func (db *DB) Campaign(ctx context.Context, id string) (*CampaignDetail, error) {
	id, err := db.Resolve(ctx, id)
	if err != nil {
		return nil, err
	}
	var heads []Campaign
	if err := db.Select(ctx, &heads, "SELECT "+campaignColumns+" FROM shoal.campaigns WHERE campaign_id = ?", id); err != nil {
		return nil, err
	}
	if len(heads) == 0 {
		return nil, fmt.Errorf("%q: %w", id, ErrNoCampaign)
	}
	d := &CampaignDetail{Campaign: heads[0]}
	for _, q := range []struct {
		dest any
		sql  string
	}{
		{&d.Timeline, "SELECT hour, reports, recipients FROM shoal.campaign_timeline WHERE campaign_id = ? ORDER BY hour"},
		{&d.Targets, `SELECT dimension, value, reports, recipients, share, baseline_share, lift, lift_low, lift_high, p_value
FROM shoal.campaign_targets WHERE campaign_id = ? ORDER BY p_value, recipients DESC, dimension, value LIMIT 50`},
		{&d.Infrastructure, `SELECT kind, value, reports, first_seen, last_seen FROM shoal.campaign_infrastructure
WHERE campaign_id = ? ORDER BY kind, reports DESC, value LIMIT 200`},
		{&d.Payloads, `SELECT kind, value, sha256, ssdeep, reports FROM shoal.campaign_payloads
WHERE campaign_id = ? ORDER BY kind, reports DESC, value, sha256 LIMIT 200`},
		{&d.Evidence, `SELECT report_id, matched_report_id, key, value, score, weight FROM shoal.campaign_evidence
WHERE campaign_id = ? AND report_id IN
(SELECT report_id FROM shoal.reports WHERE campaign_id = ? AND report_id IN (SELECT report_id FROM shoal.campaign_evidence WHERE campaign_id = ?)
ORDER BY reported_at DESC, report_id LIMIT 20)
ORDER BY report_id, weight DESC, key, value`},
		{&d.Lineage, `SELECT at, event, campaign_id, other_id, report_id, actor, note FROM shoal.campaign_lineage
WHERE campaign_id = ? ORDER BY seq`},
	} {
		if err := db.Select(ctx, q.dest, q.sql, idArgs(q.sql, id)...); err != nil {
			return nil, err
		}
	}
	return d, db.merged(ctx, d)
}

// idArgs repeats id for each placeholder of sql.
func idArgs(sql, id string) []any {
	var args []any
	for _, c := range sql {
		if c == '?' {
			args = append(args, id)
		}
	}
	return args
}

func (db *DB) merged(ctx context.Context, d *CampaignDetail) error {
	rows, err := selectIn[campaignRow](ctx, db, `SELECT campaign_id FROM shoal.campaign_rows FINAL
WHERE property = 'survivor' AND campaign_id IN (SELECT campaign_id FROM shoal.campaign_rows WHERE property IN ('created', 'split'))
AND value IN `, []string{d.ID})
	if err != nil {
		return fmt.Errorf("look up merged campaigns: %w", err)
	}
	for _, r := range rows {
		d.Merged = append(d.Merged, r.Campaign)
	}
	slices.Sort(d.Merged)
	return nil
}
