package publish

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// markdown is a document in the making (CommonMark with tables).
type markdown struct{ bytes.Buffer }

func (m *markdown) line(format string, args ...any) {
	fmt.Fprintf(m, format+"\n", args...)
}

// md escapes cleaned text for Markdown: nothing in it makes markup, HTML, a link,
// or a cell of a table.
func md(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>#|~&$^", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Markdown writes the summary as CommonMark with tables.
func (s *Summary) Markdown(w io.Writer) error {
	m := new(markdown)
	m.line("# Reported mail, %s\n\n%s", s.Day, md(s.Headline()))
	if changes := s.Figures.Changes.Say(); changes != "" {
		m.line("Campaigns: %s.", md(changes))
	}
	if len(s.Campaigns) > 0 {
		m.line("\n| campaign | change | reports | day before | aimed at | forges | from |\n|---|---|--:|--:|---|---|---|")
	}
	for _, c := range s.Campaigns {
		m.line("| %s `%s` | %s | %s | %s | %s | %s | %s |", md(clean(c.title(), 60)), code(c.ID), md(c.change()), number(c.Day.Reports),
			number(c.Day.ReportsBefore), md(c.aim()), md(c.forged()), md(c.from()))
	}
	for _, c := range s.Campaigns {
		m.campaign(c)
	}
	m.others(s)
	if len(s.SQL) > 0 {
		m.line("\n## SQL\n\nThe figures of the day; each runs with `shoal sql`.")
		m.sql(s.SQL)
	}
	if len(s.Campaigns) > 0 && len(s.Campaigns[0].SQL) > 0 {
		c := s.Campaigns[0]
		m.line("\nThe figures of one campaign, `%s`; put another id in its place.", code(c.ID))
		m.sql(c.SQL)
	}
	_, err := m.WriteTo(w)
	if err != nil {
		return fmt.Errorf("write markdown: %w", err)
	}
	return nil
}

// code is text for a code span in a table: without grave accents and bars.
func code(s string) string { return strings.NewReplacer("`", "'", "|", "/").Replace(clean(s, maxText)) }

func (m *markdown) campaign(c *Campaign) {
	m.line("\n## %s\n", md(c.title()))
	m.line("`%s`, %s: %s on the day (%s). In all %s.", code(c.ID), md(c.change()), plural(c.Day.Reports, "report", "reports"),
		md(against(c.Day.Reports, c.Day.ReportsBefore)), md(c.size()))
	m.line("\n| | |\n|---|---|")
	m.line("| Timeline | `%s` %s |", code(c.strip(c.LastSeen, 48)), md(c.peak()))
	for _, r := range c.rows() {
		m.line("| %s | %s |", r.Name, md(r.Text))
	}
	m.line("| Aimed at | %s |", md(c.aimWords()))
	m.line("| From servers | %s |", md(c.from()))
	m.targets(c)
	m.servers(c)
	m.attachments(c)
	m.blocks(c)
	if list := c.siblings(); len(list) > 0 {
		m.line("\nSame operation (%s):\n", md(clean(c.OperationID, 40)))
		for _, s := range list {
			m.line("- %s", md(s))
		}
	}
	if len(c.Merged) > 0 {
		m.line("\nMerged into it: %s", md(clean(strings.Join(c.Merged, ", "), 800)))
	}
}

// aimWords says whether it is aimed.
func (c *Campaign) aimWords() string {
	switch {
	case len(c.Targets) > 0:
		return fmt.Sprintf("%s of %s (below)", plural(len(c.Targets), "segment", "segments"), plural(c.Segments, "looked at", "looked at"))
	case c.Segments > 0:
		return fmt.Sprintf("none of %s stands out", plural(c.Segments, "segment", "segments"))
	}
	return "nothing is known of the recipients"
}

func (m *markdown) targets(c *Campaign) {
	if len(c.Targets) == 0 {
		return
	}
	m.line("\nWhom it targets:\n")
	for _, t := range c.Targets {
		m.line("- **%s** %s", md(t.name()), md(t.say()))
	}
}

func (m *markdown) servers(c *Campaign) {
	if len(c.Source.Servers) == 0 {
		return
	}
	m.line("\n| server | HELO | reports | first | last |\n|---|---|--:|---|---|")
	for _, s := range c.Source.Servers[:min(10, len(c.Source.Servers))] {
		m.line("| %s | %s | %s | %s | %s |", md(shown(KindIP, s.IP)), md(shown(KindHost, s.Helo)), number(s.Reports), moment(s.FirstSeen), moment(s.LastSeen))
	}
}

func (m *markdown) attachments(c *Campaign) {
	if len(c.Payload.Attachments) == 0 {
		return
	}
	m.line("\n| attachment | type | bytes | reports | sha256 |\n|---|---|--:|--:|---|")
	for _, a := range c.Payload.Attachments[:min(10, len(c.Payload.Attachments))] {
		m.line("| %s | %s | %s | %s | `%s` |", md(shown("", a.name())), md(shown("", a.Type)), number(a.Size), number(a.Reports), code(a.SHA256))
	}
}

func (m *markdown) blocks(c *Campaign) {
	if len(c.Block) == 0 {
		m.line("\nNothing of it can be blocked without harm to others.")
		return
	}
	m.line("\nWhat to block:\n")
	for _, b := range c.Block {
		m.line("- %s (%s)", md(b.say()), md(b.meets()))
	}
}

func (m *markdown) others(s *Summary) {
	if len(s.Others) == 0 && s.Left == 0 {
		return
	}
	m.line("\n## Other campaigns\n")
	for _, l := range s.Others {
		m.line("- `%s` %s", code(l.ID), md(l.Say()))
	}
	if s.Left > 0 {
		m.line("- %s", plural(s.Left, "more campaign", "more campaigns"))
	}
}

// sql shows statements in fences. Nothing inside can close one: see [quote].
func (m *markdown) sql(list []Query) {
	for _, q := range list {
		m.line("\n%s:\n\n```sql\n%s\n```", md(q.Of), q.SQL)
	}
}
