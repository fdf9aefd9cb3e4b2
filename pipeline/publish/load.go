package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// head is a row of view campaigns.
type head struct {
	ID               string    `ch:"campaign_id"`
	Name             string    `ch:"name"`
	FirstSeen        time.Time `ch:"first_seen"`
	LastSeen         time.Time `ch:"last_seen"`
	Reports          uint64    `ch:"reports"`
	Recipients       uint64    `ch:"recipients"`
	RecipientDomains uint64    `ch:"recipient_domains"`
	SourceIPs        uint64    `ch:"source_ips"`
	TopSubject       string    `ch:"top_subject"`
	SpoofedDomain    string    `ch:"spoofed_domain"`
	AuthFailShare    float64   `ch:"auth_fail_share"`
	AuthResults      uint64    `ch:"auth_results"`
	Status           string    `ch:"status"`
	Label            string    `ch:"label"`
	OperationID      string    `ch:"operation_id"`
	MergedInto       string    `ch:"merged_into"`
	CreatedAt        time.Time `ch:"created_at"`
}

func (h head) campaign() *Campaign {
	return &Campaign{
		ID: h.ID, Name: h.Name, TopSubject: h.TopSubject, Label: h.Label, Status: h.Status,
		FirstSeen: h.FirstSeen.UTC(), LastSeen: h.LastSeen.UTC(), CreatedAt: h.CreatedAt.UTC(),
		Reports: h.Reports, Recipients: h.Recipients, RecipientDomains: h.RecipientDomains, SourceIPs: h.SourceIPs,
		Identity:    Identity{SpoofedDomain: h.SpoofedDomain, AuthFailShare: h.AuthFailShare, AuthResults: h.AuthResults},
		OperationID: h.OperationID,
	}
}

// facet is a count of a value of one kind.
type facet struct {
	Campaign string `ch:"campaign_id"`
	Kind     string `ch:"kind"`
	Value    string `ch:"value"`
	Reports  uint64 `ch:"reports"`
}

// loader fills campaigns, all of them with one statement a view.
type loader struct {
	db   Database
	byID map[string]*Campaign
	ids  []string
	err  error
}

// heads reads the rows of campaigns with ids, in that order; ids that are none are
// left out.
func heads(ctx context.Context, db Database, ids []string) (*loader, []*Campaign, error) {
	l := &loader{db: db, byID: map[string]*Campaign{}}
	if len(ids) == 0 {
		return l, nil, nil
	}
	rows, err := selectRows[head](ctx, db, "campaigns", headSQL(oneOf("campaign_id", ids)))
	if err != nil {
		return nil, nil, err
	}
	for _, h := range rows {
		l.byID[h.ID] = h.campaign()
	}
	var out []*Campaign
	for _, id := range ids {
		if c := l.byID[id]; c != nil {
			out, l.ids = append(out, c), append(l.ids, id)
		}
	}
	return l, out, nil
}

// load reads the campaigns with ids in full.
func load(ctx context.Context, db Database, ids []string) ([]*Campaign, error) {
	l, out, err := heads(ctx, db, ids)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	l.views(ctx)
	l.relations(ctx)
	if l.err != nil {
		return nil, l.err
	}
	if err := judge(ctx, db, out); err != nil {
		return nil, err
	}
	for _, c := range out {
		c.SQL = behind(c)
	}
	return out, nil
}

// each runs a statement for all campaigns and hands on its rows.
func each[T any](ctx context.Context, l *loader, what, query string, take func(row T)) {
	if l.err != nil {
		return
	}
	rows, err := selectRows[T](ctx, l.db, what, query)
	l.err = err
	for _, r := range rows {
		take(r)
	}
}

func (l *loader) views(ctx context.Context) {
	where := oneOf("campaign_id", l.ids)
	l.timelines(ctx, where)
	l.targets(ctx, where)
	each(ctx, l, "values", facetsSQL(where), func(r facet) { l.byID[r.Campaign].put(r) })
	each(ctx, l, "infrastructure", infrastructureSQL(where), func(r facet) { l.byID[r.Campaign].put(r) })
	each(ctx, l, "servers", serversSQL(where), func(r Server) {
		c := l.byID[r.Campaign]
		r.FirstSeen, r.LastSeen = r.FirstSeen.UTC(), r.LastSeen.UTC()
		c.Source.Servers = append(c.Source.Servers, r)
	})
	each(ctx, l, "attachments", attachmentsSQL(where), func(r Attachment) {
		c := l.byID[r.Campaign]
		c.Payload.Attachments = append(c.Payload.Attachments, r)
	})
}

func (l *loader) timelines(ctx context.Context, where string) {
	each(ctx, l, "timeline", timelineSQL(where), func(r Hour) {
		c := l.byID[r.Campaign]
		r.Hour = r.Hour.UTC()
		c.Timeline = append(c.Timeline, r)
	})
	for _, c := range l.byID {
		slices.Reverse(c.Timeline) // it came latest first, to be cut at the early end
	}
}

func (l *loader) targets(ctx context.Context, where string) {
	each(ctx, l, "targets", targetsSQL(where), func(r Target) {
		c := l.byID[r.Campaign]
		c.Segments = r.Segments
		if r.Aimed != 0 {
			c.Targets = append(c.Targets, r)
		}
	})
}

// put files a facet.
func (c *Campaign) put(f facet) {
	if list := c.facets()[f.Kind]; list != nil {
		*list = append(*list, Count{Value: f.Value, Reports: f.Reports})
	}
}

func (c *Campaign) facets() map[string]*[]Count {
	return map[string]*[]Count{
		"from_address": &c.Identity.FromAddresses, "from_domain": &c.Identity.FromDomains,
		"from_name": &c.Identity.FromNames, "reply_to": &c.Identity.ReplyTo,
		"spf": &c.Identity.SPF, "dkim": &c.Identity.DKIM, "dmarc": &c.Identity.DMARC,
		"subject": &c.Subjects, "reported_by": &c.ReportedBy, "language": &c.Languages, "personal": &c.Personal,
		"phone": &c.Payload.Phones, "wallet": &c.Payload.Wallets, "host": &c.Payload.Hosts, "url": &c.Payload.URLs,
		"asn": &c.Source.Networks, "country": &c.Source.Countries, "return_path_domain": &c.Source.ReturnPaths,
		"mailer": &c.Source.Mailers, "header_fingerprint": &c.Source.HeaderShapes,
	}
}

// relations finds siblings and merged campaigns.
func (l *loader) relations(ctx context.Context) {
	var operations []string
	for _, id := range l.ids {
		if op := l.byID[id].OperationID; op != "" && !slices.Contains(operations, op) {
			operations = append(operations, op)
		}
	}
	if len(operations) > 0 {
		each(ctx, l, "siblings", siblingsSQL(oneOf("operation_id", operations)), func(r Sibling) {
			for _, id := range l.ids {
				if c := l.byID[id]; c.OperationID == r.Operation && id != r.ID {
					c.Siblings = append(c.Siblings, r)
				}
			}
		})
	}
	type merge struct {
		Into string `ch:"merged_into"`
		ID   string `ch:"campaign_id"`
	}
	each(ctx, l, "merged", mergedSQL(oneOf("merged_into", l.ids)), func(r merge) {
		c := l.byID[r.Into]
		c.Merged = append(c.Merged, r.ID)
	})
	l.drifts(ctx, oneOf("campaign_id", l.ids))
}

// behind are the statements behind the figures of one campaign.
func behind(c *Campaign) []Query {
	where := oneOf("campaign_id", []string{c.ID})
	out := []Query{
		{"campaign", headSQL(where)},
		{"timeline", timelineSQL(where)},
		{"targets", targetsSQL(where)},
		{"identity, subjects, links, personal data", facetsSQL(where)},
		{"servers", serversSQL(where)},
		{"networks, countries, mailers", infrastructureSQL(where)},
		{"attachments", attachmentsSQL(where)},
		{"merged", mergedSQL(oneOf("merged_into", []string{c.ID}))},
	}
	if c.Drift != nil {
		out = append(out, Query{"drift", driftSQL(where)})
	}
	if c.OperationID != "" {
		out = append(out, Query{"siblings", siblingsSQL(oneOf("operation_id", []string{c.OperationID}))})
	}
	if q := elsewhereSQL([]*Campaign{c}); q != "" {
		out = append(out, Query{"indicators: who else has the value", q})
	}
	return out
}

// resolve gives the campaign that has the reports of id now.
func resolve(ctx context.Context, db Database, id string) (string, error) {
	// A report that stood alone had an id too; only the lineage knows it.
	for range 32 {
		found, err := selectRows[struct {
			Into string `ch:"merged_into"`
		}](ctx, db, "campaign", "SELECT merged_into FROM campaign_states WHERE "+oneOf("campaign_id", []string{id}))
		if err != nil {
			return "", err
		}
		if len(found) > 0 && found[0].Into == "" {
			return id, nil
		}
		if len(found) > 0 {
			id = found[0].Into
			continue
		}
		next, err := selectRows[struct {
			ID string `ch:"campaign_id"`
		}](ctx, db, "lineage", "SELECT campaign_id FROM campaign_lineage WHERE event = 'merged' AND other_id = "+quote(id)+" ORDER BY seq DESC LIMIT 1")
		if err != nil {
			return "", err
		}
		if len(next) == 0 {
			break
		}
		id = next[0].ID
	}
	return "", fmt.Errorf("%q: %w", strings.ToValidUTF8(id, "?"), ErrNoCampaign)
}

// LoadCampaign reads one campaign in full, with evidence and lineage. An id that
// was merged away gives its survivor.
func LoadCampaign(ctx context.Context, db Database, id string) (*Campaign, error) {
	id, err := resolve(ctx, db, id)
	if err != nil {
		return nil, err
	}
	list, err := load(ctx, db, []string{id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%q: %w", id, ErrNoCampaign)
	}
	c := list[0]
	if c.Lineage, err = selectRows[Event](ctx, db, "lineage", lineageSQL(id)); err != nil {
		return nil, err
	}
	c.Evidence = new(Evidence)
	if c.Evidence.Keys, err = selectRows[KeyFigures](ctx, db, "evidence", keysSQL(id)); err != nil {
		return nil, err
	}
	weakest, err := selectRows[joinRow](ctx, db, "weakest links", weakestSQL(id))
	if err != nil {
		return nil, err
	}
	for _, r := range weakest {
		c.Evidence.Weakest = append(c.Evidence.Weakest, r.join())
	}
	c.SQL = append(c.SQL, Query{"lineage", lineageSQL(id)}, Query{"evidence", keysSQL(id)}, Query{"weakest links", weakestSQL(id)})
	return c, nil
}
