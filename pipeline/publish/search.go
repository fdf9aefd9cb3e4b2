package publish

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// Hit is a campaign, or the mail that stands alone, with reports that have what
// was looked for.
type Hit struct {
	// Campaign is "" for reports that stand alone.
	Campaign string `ch:"campaign_id"`
	// Where says which field has it, as people call it.
	Where   string    `ch:"where"`
	Reports uint64    `ch:"reports"`
	First   time.Time `ch:"first"`
	Last    time.Time `ch:"last"`
	// Name, Status and Label are the campaign's; of one report that stands alone
	// Name is the subject.
	Name   string `ch:"name"`
	Status string `ch:"status"`
	Label  string `ch:"label"`
	// Report is one of them, the latest.
	Report string `ch:"report"`
}

// MaxHits bounds what [Search] finds.
const MaxHits = 50

// field is where a term is looked for.
type field struct{ name, condition string }

var (
	campaignID  = regexp.MustCompile(`^c[a-z2-7]{12}$`)
	operationID = regexp.MustCompile(`^o[a-z2-7]{12}$`)
	hex32       = regexp.MustCompile(`^[0-9a-f]{32}$`)
	hex64       = regexp.MustCompile(`^[0-9a-f]{64}$`)
	ssdeepText  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9+/]*:[A-Za-z0-9+/]*$`)
	phoneText   = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{5,}$`)
	pseudonym   = regexp.MustCompile(`^p_[a-z2-7]{26}$`)
)

// refang undoes what [Funcs]' "shown" did to a value that was copied.
func refang(s string) string {
	s = strings.NewReplacer("[.]", ".", "[@]", "@", "[:]", ":").Replace(s)
	for _, p := range []string{"hxxp://", "hxxps://"} {
		if strings.HasPrefix(strings.ToLower(s), p) {
			s = "http" + s[len("hxxp"):]
		}
	}
	return s
}

// fields says where a term can stand, by what it looks like.
func fields(term string) []field {
	lower := strings.ToLower(term)
	if _, err := netip.ParseAddr(lower); err == nil {
		return []field{{"sending server", "source_ip = " + quote(lower)}, {"host of a link", has("url_hosts", lower)}}
	}
	switch {
	case campaignID.MatchString(lower):
		return []field{{"campaign", "campaign_id = " + quote(lower)}}
	case hex32.MatchString(lower):
		return []field{{"report", "report_id = " + quote(lower)}}
	case hex64.MatchString(lower):
		return []field{{"attachment", has("tupleElement(attachments, 'sha256')", lower)}}
	case pseudonym.MatchString(lower):
		return []field{{"recipient", "recipient = " + quote(lower)}, {"reporter", "reporter = " + quote(lower)}}
	case ssdeepText.MatchString(term):
		return []field{{"digest of the text", "body_ssdeep = " + quote(term)}, {"digest of the page", "html_ssdeep = " + quote(term)},
			{"digest of an attachment", "arrayExists(a -> a.ssdeep = " + quote(term) + ", attachments)"}}
	case strings.Contains(term, "://"):
		return []field{{"link", "arrayExists(u -> startsWith(u, " + quote(term) + "), urls)"}}
	case strings.Contains(term, "@") && !strings.Contains(term, " "):
		return []field{{"sender", "lower(from_address) = " + quote(lower)}, {"reply address", "lower(reply_to) = " + quote(lower)}}
	case looksHost(lower) && !strings.Contains(lower, " "):
		return hostFields(lower)
	case phoneText.MatchString(term):
		return []field{{"phone number", has("phones", strings.NewReplacer(" ", "", "(", "", ")", "", ".", "", "/", "", "-", "", "+", "").Replace(term))},
			{"subject", contains("subject", term)}}
	}
	return []field{{"subject", contains("subject", term)}, {"display name", contains("from_name", term)},
		{"file name", "arrayExists(a -> " + contains("a.name", term) + ", attachments)"}, {"wallet", has("wallets", term)}, {"mailer", contains("mailer", term)}}
}

func hostFields(host string) []field {
	return []field{
		{"host of a link", has("url_hosts", host)}, {"sender domain", "from_domain = " + quote(host)},
		{"envelope domain", "return_path_domain = " + quote(host)}, {"name of a server", "lower(helo) = " + quote(host)},
		{"signing domain", "dkim_domain = " + quote(host)},
		{"host of a link, below it", "arrayExists(h -> endsWith(h, " + quote("."+host) + "), url_hosts)"},
		{"file name", "arrayExists(a -> lower(a.name) = " + quote(host) + ", attachments)"}, {"subject", contains("subject", host)},
	}
}

func has(column, value string) string { return "has(" + column + ", " + quote(value) + ")" }

// searchSQL counts the reports of each campaign that have the term, under the
// first field that has it.
func searchSQL(list []field) string {
	var names, all []string
	for _, f := range list {
		names = append(names, f.condition+", "+quote(f.name))
		all = append(all, f.condition)
	}
	return fmt.Sprintf(`SELECT campaign_id, multiIf(%s, '') AS where, count() AS reports, min(reported_at) AS first, max(reported_at) AS last,
    argMax(report_id, (reported_at, report_id)) AS report, argMax(subject, (reported_at, report_id)) AS name, '' AS status, '' AS label
FROM reports WHERE %s
GROUP BY campaign_id, where
ORDER BY campaign_id = '', reports DESC, campaign_id, where LIMIT %d`, strings.Join(names, ", "), strings.Join(all, " OR "), MaxHits)
}

// Search finds the campaigns of a host, address, digest, sender, link, subject,
// phone number, wallet, report, operation or campaign: what the term is, is seen
// from its form. A term that was copied defanged is understood. Nothing is found
// by an empty one.
func Search(ctx context.Context, db Database, term string) ([]Hit, error) {
	term = refang(cutRunes(strings.TrimSpace(term), maxFilterText))
	if term == "" {
		return nil, nil
	}
	if lower := strings.ToLower(term); operationID.MatchString(lower) {
		return states(ctx, db, "operation", "operation_id = "+quote(lower))
	} else if campaignID.MatchString(lower) {
		return states(ctx, db, "campaign", "campaign_id = "+quote(lower))
	}
	list := fields(term)
	var hits []Hit
	var err error
	if list[0].name == "subject" { // a text, and no address or digest
		if hits, err = states(ctx, db, "label", contains("label", term)); err != nil {
			return nil, err
		}
	}
	found, err := selectRows[Hit](ctx, db, "search", searchSQL(list))
	if err != nil {
		return nil, err
	}
	return append(hits, found...), named(ctx, db, found)
}

// states finds campaigns by their state.
func states(ctx context.Context, db Database, where, condition string) ([]Hit, error) {
	return selectRows[Hit](ctx, db, where, fmt.Sprintf(`SELECT campaign_id, %s AS where, reports, first_seen AS first, last_seen AS last,
    name, toString(status) AS status, label, '' AS report
FROM campaigns WHERE %s
ORDER BY reports DESC, campaign_id LIMIT %d`, quote(where), inState(condition), MaxHits))
}

// named puts in names, states and labels of the campaigns that were found.
func named(ctx context.Context, db Database, hits []Hit) error {
	var ids []string
	for _, h := range hits {
		if h.Campaign != "" {
			ids = append(ids, h.Campaign)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	known, err := selectRows[struct {
		ID     string `ch:"campaign_id"`
		Name   string `ch:"name"`
		Status string `ch:"status"`
		Label  string `ch:"label"`
	}](ctx, db, "names of campaigns", "SELECT campaign_id, name, toString(status) AS status, label FROM campaigns WHERE "+oneOf("campaign_id", ids))
	if err != nil {
		return err
	}
	for _, k := range known {
		for i := range hits {
			if hits[i].Campaign == k.ID {
				hits[i].Name, hits[i].Status, hits[i].Label = k.Name, k.Status, k.Label
			}
		}
	}
	return nil
}
