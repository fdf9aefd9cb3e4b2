package publish

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Kinds of indicators.
const (
	KindHost       = "host"
	KindURL        = "url"
	KindAttachment = "attachment"
	KindIP         = "ip"
	KindAddress    = "from_address"
	KindDomain     = "from_domain"
	KindSubject    = "subject"
	KindPhone      = "phone"
	KindWallet     = "wallet"
)

// Indicator is a value by which the campaign can be told from other mail.
type Indicator struct {
	// Kind is host, url, attachment, ip, from_address, from_domain, subject,
	// phone or wallet.
	Kind string `json:"kind"`
	// Value of an attachment is its SHA-256; a url is without query and fragment.
	Value string `json:"value"`
	// Reports of the campaign that have it, and Share of its reports.
	Reports uint64  `json:"reports"`
	Share   float64 `json:"share"`
	// Elsewhere counts reports with it, since a month before the campaign began,
	// that are of no campaign of the same operation and do not forge the same
	// domain: one sender's campaigns share servers and hosts.
	Elsewhere uint64 `json:"elsewhere"`
	// Lift is Share over the share among those other reports, half a report
	// added to each count.
	Lift float64 `json:"lift"`
	// Attachment is set where Kind is attachment.
	Attachment *Attachment `json:"attachment,omitempty"`
}

// What makes a value an indicator.
const (
	minReports   = 2    // reports of the campaign that have it
	minShare     = 0.02 // of its reports, unless ten reports have it
	minPrecision = 0.9  // of all reports with it, those of the campaign
	minLift      = 5
)

// spread is a value's reports in one campaign ("" for mail that stands alone),
// those with one forged domain.
type spread struct {
	Kind     string `ch:"kind"`
	Value    string `ch:"value"`
	Campaign string `ch:"campaign_id"`
	Spoofed  string `ch:"spoofed_domain"`
	Reports  uint64 `ch:"reports"`
	Total    uint64 `ch:"total"`
}

// judge finds the indicators of campaigns and what to block.
func judge(ctx context.Context, db Database, campaigns []*Campaign) error {
	all, err := totals(ctx, db, campaigns)
	if err != nil {
		return err
	}
	var found []spread
	if query := elsewhereSQL(campaigns); query != "" {
		if found, err = selectRows[spread](ctx, db, "indicators", query); err != nil {
			return err
		}
	}
	byValue := map[[2]string][]spread{}
	for _, s := range found {
		k := [2]string{s.Kind, s.Value}
		byValue[k] = append(byValue[k], s)
	}
	for _, c := range campaigns {
		c.pick(byValue, all)
		c.Block = c.blocks()
	}
	return nil
}

// window begins a month before the earliest of campaigns. received_at is never
// before reported_at, and the tables are cut by it.
func window(campaigns []*Campaign) string {
	first := campaigns[0].FirstSeen
	for _, c := range campaigns[1:] {
		if c.FirstSeen.Before(first) {
			first = c.FirstSeen
		}
	}
	return fmt.Sprintf("received_at >= toDateTime64('%s', 3, 'UTC')", first.UTC().AddDate(0, -1, 0).Format(time.DateTime))
}

func totals(ctx context.Context, db Database, campaigns []*Campaign) (uint64, error) {
	rows, err := selectRows[struct {
		N uint64 `ch:"n"`
	}](ctx, db, "all reports", "SELECT count() AS n FROM reports WHERE "+window(campaigns))
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].N, nil
}

// candidates of a campaign by kind, before it is known who else has them.
func (c *Campaign) candidates() map[string][]Count {
	var ips, files []Count
	for _, s := range c.Source.Servers {
		ips = append(ips, Count{s.IP, s.Reports})
	}
	for _, a := range c.Payload.Attachments {
		files = append(files, Count{a.SHA256, a.Reports})
	}
	out := map[string][]Count{
		KindHost: c.Payload.Hosts, KindURL: c.Payload.URLs, KindAttachment: files, KindIP: ips,
		KindAddress: c.Identity.FromAddresses, KindDomain: c.Identity.FromDomains, KindSubject: c.Subjects,
		KindPhone: c.Payload.Phones, KindWallet: c.Payload.Wallets,
	}
	for kind, list := range out {
		out[kind] = slices.DeleteFunc(slices.Clone(list), func(v Count) bool {
			share := float64(v.Reports) / float64(max(1, c.Reports))
			return v.Reports < minReports || share < minShare && v.Reports < 10 || c.innocent(kind, v.Value)
		})
	}
	return out
}

// kinds in the order in which indicators are listed, with the expression that gives a
// report's value, or its values. An index of report_rows has each, word for word.
var kinds = []struct {
	name, of string
	many     bool
}{
	{KindHost, "url_hosts", true},
	{KindURL, "arrayMap(u -> cutQueryStringAndFragment(u), urls)", true},
	{KindAttachment, "tupleElement(attachments, 'sha256')", true},
	{KindIP, "source_ip", false},
	{KindAddress, "from_address", false},
	{KindDomain, "from_domain", false},
	{KindSubject, "subject", false},
	{KindPhone, "phones", true},
	{KindWallet, "wallets", true},
}

// elsewhereSQL asks for each candidate in which campaigns its reports are; "" if
// there are no candidates. Each kind is a scan of its own, so that it reads its column
// only, and where its index says that the column may have a candidate.
func elsewhereSQL(campaigns []*Campaign) string {
	var parts []string
	for _, k := range kinds {
		var values []string
		for _, c := range campaigns {
			for _, v := range c.candidates()[k.name] {
				values = append(values, quote(v.Value))
			}
		}
		slices.Sort(values)
		if values = slices.Compact(values); len(values) == 0 {
			continue
		}
		list := strings.Join(values, ", ")
		value, condition := k.of, fmt.Sprintf("%s IN (%s)", k.of, list)
		if k.many {
			value, condition = fmt.Sprintf("arrayJoin(arrayFilter(x -> x IN (%s), arrayDistinct(%s)))", list, k.of), fmt.Sprintf("hasAny(%s, [%s])", k.of, list)
		}
		parts = append(parts, fmt.Sprintf("SELECT '%s' AS kind, %s AS value, campaign_id, spoofed_domain\n    FROM reports WHERE %s AND %s",
			k.name, value, window(campaigns), condition))
	}
	if len(parts) == 0 {
		return ""
	}
	return `SELECT kind, value, campaign_id, spoofed_domain, count() AS reports,
    sum(count()) OVER (PARTITION BY kind, value) AS total
FROM
(
    ` + strings.Join(parts, "\n    UNION ALL ") + `
)
GROUP BY kind, value, campaign_id, spoofed_domain
ORDER BY kind, value, reports DESC, campaign_id, spoofed_domain LIMIT 100 BY kind, value`
}

// pick keeps the candidates that few other reports have. all is the number of
// reports in the window.
func (c *Campaign) pick(found map[[2]string][]spread, all uint64) {
	own := map[string]bool{c.ID: true}
	for _, s := range c.Siblings {
		own[s.ID] = true
	}
	candidates := c.candidates()
	for _, k := range kinds {
		for _, v := range candidates[k.name] {
			i := Indicator{Kind: k.name, Value: v.Value, Reports: v.Reports, Share: float64(v.Reports) / float64(max(1, c.Reports))}
			for n, s := range found[[2]string{k.name, v.Value}] {
				if n == 0 {
					i.Elsewhere = s.Total
				}
				if own[s.Campaign] || s.Spoofed != "" && s.Spoofed == c.Identity.SpoofedDomain {
					i.Elsewhere -= min(i.Elsewhere, s.Reports)
				}
			}
			others := float64(all - min(all, c.Reports))
			i.Lift = i.Share * (others + 1) / (float64(i.Elsewhere) + 0.5)
			if k.name == KindAttachment {
				i.Attachment = c.attachment(v.Value)
			}
			if i.specific() {
				c.Indicators = append(c.Indicators, i)
			}
		}
	}
	slices.SortStableFunc(c.Indicators, func(a, b Indicator) int {
		if a.Kind != b.Kind {
			return 0
		}
		return cmp.Compare(b.Reports, a.Reports)
	})
}

// specific says whether few other reports have the value. Where nearly all
// reports are of the campaign there is nothing to compare with, and the share
// among the few others decides.
func (i Indicator) specific() bool {
	precision := float64(i.Reports) / float64(i.Reports+i.Elsewhere)
	return precision >= minPrecision && (i.Elsewhere == 0 || i.Lift >= minLift)
}

func (c *Campaign) attachment(sha string) *Attachment {
	for i := range c.Payload.Attachments {
		if c.Payload.Attachments[i].SHA256 == sha {
			return &c.Payload.Attachments[i]
		}
	}
	return nil
}

// innocent says whether a value must never be blocked, whoever has it.
func (c *Campaign) innocent(kind, value string) bool {
	switch kind {
	case KindHost:
		return commonHost(value) || sharedHost(value) || value == c.Identity.SpoofedDomain
	case KindURL:
		host, path := splitURL(value)
		return commonHost(host) || host == "" || len(path) < 2 || strings.ContainsAny(path, "@<>") || strings.Contains(path, "%40") ||
			host == c.Identity.SpoofedDomain
	case KindIP:
		a, err := netip.ParseAddr(value)
		return err != nil || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast() ||
			c.bigRelay(value)
	case KindDomain:
		return commonHost(value) || sharedHost(value) || value == c.Identity.SpoofedDomain || c.authenticated() < 0.5
	case KindAddress:
		_, domain, ok := strings.Cut(value, "@")
		return !ok || domain == c.Identity.SpoofedDomain || c.authenticated() < 0.5
	case KindSubject:
		value = strings.TrimSpace(value) // blanks would make a rule for no subject at all
		return len(value) < 8 || !strings.Contains(value, " ")
	case KindAttachment:
		a := c.attachment(value)
		return len(value) != 64 || a == nil || a.Size < 64
	}
	return false
}

// authenticated is the share of reports for which authentication did not fail.
// Without results it is unknown, and nobody is blamed for a name that anyone can write.
func (c *Campaign) authenticated() float64 {
	if c.Identity.AuthResults == 0 {
		return 0
	}
	return 1 - c.Identity.AuthFailShare
}

// bigRelay says whether a server names itself as one of a provider that many send
// through. The name can be forged, and then the server is spared: the smaller
// harm.
func (c *Campaign) bigRelay(ip string) bool {
	for _, s := range c.Source.Servers {
		if s.IP == ip {
			return commonHost(s.Helo) || sharedHost(s.Helo)
		}
	}
	return false
}
