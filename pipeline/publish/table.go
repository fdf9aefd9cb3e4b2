package publish

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table writes the campaign in full for a terminal.
func (c *Campaign) Table(w io.Writer) error {
	b := new(bytes.Buffer)
	fmt.Fprintf(b, "%s\n%s  %s  status %s\n\n", c.title(), clean(c.ID, 40), c.size(), clean(c.Status, 20))
	fmt.Fprintf(b, "  %s\n  the last 72 hours; %s\n\n", c.strip(c.LastSeen, 72), c.peak())
	c.facts(b)
	c.driftTable(b)
	c.targetTable(b)
	c.serverTable(b)
	c.attachmentTable(b)
	c.blockTable(b)
	c.evidenceTable(b)
	c.history(b)
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// facts writes the rows, wrapped beside their names.
func (c *Campaign) facts(w io.Writer) {
	t := newTable()
	t.Style().Options.SeparateHeader = false
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 100, WidthMaxEnforcer: text.WrapSoft}})
	for _, r := range c.rows() {
		t.AppendRow(table.Row{r.Name, r.Text})
	}
	if c.OperationID != "" {
		t.AppendRow(table.Row{"Operation", clean(c.OperationID, 40)})
	}
	for _, s := range c.siblings() {
		t.AppendRow(table.Row{"Sibling", s})
	}
	if len(c.Merged) > 0 {
		t.AppendRow(table.Row{"Merged into it", clean(strings.Join(c.Merged, ", "), 800)})
	}
	fmt.Fprintln(w, t.Render())
}

// section writes a titled table; no rows, no section.
func section(w io.Writer, title string, t table.Writer) {
	if t.Length() > 0 {
		fmt.Fprintf(w, "\n%s\n%s\n", title, t.Render())
	}
}

func right(columns ...int) []table.ColumnConfig {
	var out []table.ColumnConfig
	for _, n := range columns {
		out = append(out, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	return out
}

func (c *Campaign) targetTable(w io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"segment", "recipients", "share", "baseline", "lift", "95 %", "p"})
	t.SetColumnConfigs(right(2, 3, 4, 5, 6, 7))
	for _, x := range c.Targets {
		t.AppendRow(table.Row{x.name(), x.Recipients, percent(x.Share), percent(x.BaselineShare), factor(x.Lift),
			factor(x.LiftLow) + "-" + factor(x.LiftHigh), strings.TrimPrefix(pvalue(x.PValue), "p")})
	}
	section(w, "Aimed at", t)
	if len(c.Targets) == 0 {
		fmt.Fprintf(w, "\nAimed at\n %s\n", c.aimWords())
	}
}

func (c *Campaign) serverTable(w io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"server", "HELO", "reports", "first seen", "last seen"})
	t.SetColumnConfigs(right(3))
	for _, s := range c.Source.Servers {
		t.AppendRow(table.Row{clean(s.IP, 45), clean(shown(KindHost, s.Helo), 60), s.Reports, moment(s.FirstSeen), moment(s.LastSeen)})
	}
	section(w, "Comes from: "+c.from(), t)
}

func (c *Campaign) attachmentTable(w io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"attachment", "type", "bytes", "reports", "sha256"})
	t.SetColumnConfigs(right(3, 4))
	for _, a := range c.Payload.Attachments {
		t.AppendRow(table.Row{clean(shown("", a.name()), 40), clean(a.Type, 40), a.Size, a.Reports, clean(a.SHA256, 64)})
	}
	section(w, "Carries", t)
}

func (c *Campaign) blockTable(w io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"what to block", "meets"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 1, WidthMax: 80, WidthMaxEnforcer: text.WrapText}, {Number: 2, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	for _, b := range c.Block {
		t.AppendRow(table.Row{b.say(), b.meets()})
	}
	section(w, "To block", t)
}

func (c *Campaign) evidenceTable(w io.Writer) {
	if c.Evidence == nil {
		return
	}
	t := newTable()
	t.AppendHeader(table.Row{"evidence", "reports", "mean score", "mean weight"})
	t.SetColumnConfigs(right(2, 3, 4))
	for _, k := range c.Evidence.Keys {
		t.AppendRow(table.Row{clean(k.Key, 30), k.Reports, fmt.Sprintf("%.2f", k.Score), fmt.Sprintf("%+.1f", k.Weight)})
	}
	section(w, "Why they belong together", t)
	t = newTable()
	t.AppendHeader(table.Row{"report", "agreed with", "score", "on"})
	t.SetColumnConfigs(append(right(3), table.ColumnConfig{Number: 4, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}))
	for _, j := range c.Evidence.Weakest {
		t.AppendRow(table.Row{clean(j.ReportID, 32), clean(j.Matched, 32), fmt.Sprintf("%+.1f", j.Score), j.On()})
	}
	section(w, "Weakest links, the weakest first", t)
	if len(c.Evidence.Weakest) > 0 {
		j := c.Evidence.Weakest[0]
		fmt.Fprintf(w, " more: shoal campaign %s --why %s %s\n", clean(c.ID, 40), clean(j.ReportID, 32), clean(j.Matched, 32))
	}
}

// On says what a join rests on: its weights, those that are next to nothing in one.
func (j Join) On() string {
	var parts []string
	rest := 0.0
	for _, l := range j.Links {
		if math.Abs(l.Weight) < 0.05 {
			rest += l.Weight
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %+.1f", clean(l.Key, 30), l.Weight))
	}
	if math.Abs(rest) >= 0.05 {
		parts = append(parts, fmt.Sprintf("others %+.1f", rest))
	}
	return strings.Join(append(parts, fmt.Sprintf("prior %+.1f", j.Prior)), ", ")
}

func (c *Campaign) history(w io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"at", "event", "campaign", "other", "by", "note"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 6, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	for _, e := range c.Lineage {
		by := clean(e.Actor, 30)
		if by == "" {
			by = "engine"
		}
		t.AppendRow(table.Row{moment(e.At), clean(e.Event, 20), clean(e.Campaign, 20), clean(e.Other, 20), by, clean(e.Note, maxText)})
	}
	section(w, "Lineage", t)
}
