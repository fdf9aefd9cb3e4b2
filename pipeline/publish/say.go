package publish

import (
	"fmt"
	"strings"
)

// The sentences that all forms for people share. They hold cleaned and defanged
// text; each form escapes it for its place.

// title is the campaign's name for people.
func (c *Campaign) title() string { return shown("", c.Name) }

// size is how large the campaign is.
func (c *Campaign) size() string {
	s := fmt.Sprintf("%s, %s", plural(c.Reports, "report", "reports"), plural(c.Recipients, "recipient", "recipients"))
	if c.RecipientDomains > 0 {
		s += " at " + plural(c.RecipientDomains, "domain", "domains")
	}
	return s
}

// say is the segment in words: 71 % of recipients, 4.1x its share (3.6-4.7).
func (t Target) say() string {
	return fmt.Sprintf("%s of recipients, %sx its share (%s-%s), %s",
		percent(t.Share), factor(t.Lift), factor(t.LiftLow), factor(t.LiftHigh), pvalue(t.PValue))
}

// name is the segment: region=FL.
func (t Target) name() string {
	return clean(t.Dimension, 40) + "=" + shown("", t.Value)
}

// aim says at whom the campaign is aimed, in short.
func (c *Campaign) aim() string {
	switch {
	case len(c.Targets) > 0:
		t := c.Targets[0]
		return fmt.Sprintf("%s (%s, %sx)", t.name(), percent(t.Share), factor(t.Lift))
	case c.Segments > 0:
		return "no aim seen"
	}
	return "unknown"
}

// forged says which identity it forges, in short.
func (c *Campaign) forged() string {
	if c.Identity.SpoofedDomain == "" {
		return ""
	}
	return shown(KindDomain, c.Identity.SpoofedDomain)
}

// authentication says how it ended.
func (c *Campaign) authentication() string {
	if c.Identity.AuthResults == 0 {
		return "no results"
	}
	s := fmt.Sprintf("failed for %s of %s", percent(c.Identity.AuthFailShare), plural(c.Identity.AuthResults, "report with results", "reports with results"))
	for _, m := range []struct {
		name string
		list []Count
	}{{"SPF", c.Identity.SPF}, {"DKIM", c.Identity.DKIM}, {"DMARC", c.Identity.DMARC}} {
		if len(m.list) > 0 {
			s += "; " + m.name + " " + c.counts("", m.list, 3)
		}
	}
	return s
}

// authenticationShort says in how many reports it failed.
func (c *Campaign) authenticationShort() string {
	if c.Identity.AuthResults == 0 {
		return "no authentication results"
	}
	return "authentication failed for " + percent(c.Identity.AuthFailShare)
}

// counts lists the first n values with their share of the campaign's reports.
func (c *Campaign) counts(kind string, list []Count, n int) string {
	if len(list) > 3 && list[0].Reports == 1 && c.Reports > 3 {
		return "different in each report, such as " + shown(kind, list[0].Value)
	}
	var parts []string
	for _, v := range list[:min(n, len(list))] {
		parts = append(parts, fmt.Sprintf("%s (%s)", shown(kind, v.Value), percent(float64(v.Reports)/float64(max(1, c.Reports)))))
	}
	if more := len(list) - n; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(parts, ", ")
}

// from says where it comes from, in short.
func (c *Campaign) from() string {
	if c.SourceIPs == 0 {
		return "unknown"
	}
	s := plural(c.SourceIPs, "server", "servers")
	if len(c.Source.Countries) > 0 {
		var codes []string
		for _, v := range c.Source.Countries[:min(5, len(c.Source.Countries))] {
			codes = append(codes, clean(v.Value, 10))
		}
		s += " in " + strings.Join(codes, ", ")
	}
	return s
}

// say is what to do.
func (b Block) say() string {
	value := shown(b.Kind, b.Value)
	switch b.Action {
	case "reject unauthenticated":
		return "reject unauthenticated mail from " + value
	case "flag":
		return "flag " + kindWord(b.Kind) + " “" + value + "”"
	}
	return "block " + kindWord(b.Kind) + " " + value
}

// meets says how much of the campaign it would have met.
func (b Block) meets() string {
	s := percent(b.Share) + " of reports"
	if b.Elsewhere > 0 {
		s += ", " + number(b.Elsewhere) + " elsewhere"
	}
	if b.Note != "" {
		s += "; " + linkless(clean(b.Note, maxText))
	}
	return s
}

func kindWord(kind string) string {
	switch kind {
	case KindAddress:
		return "sender"
	case KindDomain:
		return "sender domain"
	case KindAttachment:
		return "attachment sha256"
	case KindURL:
		return "link"
	}
	return kind
}

// Row is a named line of text for people.
type Row struct{ Name, Text string }

// rows are the campaign's facts, a line each, empty ones left out.
func (c *Campaign) rows() []Row {
	id := c.Identity
	list := []Row{
		{"Fell apart", c.driftWords()},
		{"Seen", moment(c.FirstSeen) + " to " + moment(c.LastSeen) + " UTC"},
		{"Forges", c.forged()},
		{"Authentication", c.authentication()},
		{"From", c.counts(KindAddress, id.FromAddresses, 5)},
		{"Display name", c.counts("", id.FromNames, 3)},
		{"Reply-To", c.counts(KindAddress, id.ReplyTo, 3)},
		{"Subjects", c.counts("", c.Subjects, 3)},
		{"Language", c.counts("", c.Languages, 3)},
		{"Networks", c.counts("", c.Source.Networks, 5)},
		{"Countries", c.counts("", c.Source.Countries, 8)},
		{"Envelope domain", c.counts(KindDomain, c.Source.ReturnPaths, 3)},
		{"Mailer", c.counts("", c.Source.Mailers, 3)},
		{"Hosts", c.counts(KindHost, c.Payload.Hosts, 8)},
		{"Links", c.counts(KindURL, c.Payload.URLs, 5)},
		{"Phone numbers", c.counts("", c.Payload.Phones, 5)},
		{"Wallets", c.counts("", c.Payload.Wallets, 5)},
		{"Knows of victims", c.counts("", c.Personal, 6)},
		{"Reported by", c.counts("", c.ReportedBy, 5)},
	}
	var out []Row
	for _, r := range list {
		if r.Text != "" {
			out = append(out, r)
		}
	}
	return out
}

// siblings lists the campaigns of the same operation.
func (c *Campaign) siblings() []string {
	var out []string
	for _, s := range c.Siblings {
		out = append(out, fmt.Sprintf("%s %s (%s)", clean(s.ID, 40), shown("", s.Name), plural(s.Reports, "report", "reports")))
	}
	return out
}

// Headline sums the day up.
func (s *Summary) Headline() string {
	f := s.Figures
	if f.Reports == 0 {
		return "No reports."
	}
	return fmt.Sprintf("%s (%s) of %s; %s in %s, %s alone.",
		plural(f.Reports, "report", "reports"), against(f.Reports, f.ReportsBefore),
		plural(f.Recipients, "known recipient", "known recipients"),
		number(f.InCampaigns), plural(f.Campaigns, "campaign", "campaigns"), number(f.Reports-f.InCampaigns))
}

// Say counts campaigns by change.
func (c Changes) Say() string {
	var parts []string
	for _, x := range []struct {
		n    int
		word string
	}{{c.New, "new"}, {c.Grew, "grew"}, {c.Revived, "revived"}, {c.Steady, "steady"}, {c.Faded, "faded"}, {c.Merged, "merged"}} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", x.n, x.word))
		}
	}
	return strings.Join(parts, ", ")
}

// Say is the campaign's day in a line.
func (l Line) Say() string {
	name := shown("", l.Name)
	if l.Change == "merged" {
		return fmt.Sprintf("%s: merged into %s", name, clean(l.MergedInto, 40))
	}
	change := l.Change
	if l.Status == "drifted" {
		change += ", drifted"
	}
	return fmt.Sprintf("%s: %s, %s (%s)", name, change, plural(l.Reports, "report", "reports"), against(l.Reports, l.ReportsBefore))
}
