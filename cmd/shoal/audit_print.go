package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// write gives the account in a format.
func (c *account) write(w io.Writer, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(c)
	case "prometheus":
		return c.metrics(w)
	}
	_, err := io.WriteString(w, c.table())
	return err
}

// table is the account for a person.
func (c *account) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Reports that came in %s\n\n", c.when())
	b.WriteString(c.Reports.table())
	fmt.Fprintf(&b, "\nThe same in topic features, with %s\n\n", several(c.Features.Decisions, "analyst's decision"))
	b.WriteString(c.Features.table())
	if len(c.Gone) > 0 || c.Strange > 0 {
		b.WriteByte('\n')
	}
	for _, g := range c.Gone {
		fmt.Fprintf(&b, "Retention has taken the first %d offsets of %s/%d: it begins at %s\n", g.Records, g.Topic, g.Partition, shownTime(g.Begins))
	}
	if c.Strange > 0 {
		fmt.Fprintf(&b, "%s of no report in reports.dead\n", several(c.Strange, "letter"))
	}
	b.WriteString(c.verdict())
	return b.String()
}

func (c *account) when() string {
	switch {
	case c.From == nil && c.To == nil:
		return "ever"
	case c.From == nil:
		return "before " + shownTime(*c.To)
	case c.To == nil:
		return "from " + shownTime(*c.From) + " on"
	}
	return "from " + shownTime(*c.From) + " to before " + shownTime(*c.To)
}

func shownTime(t time.Time) string {
	if t.IsZero() {
		return "nothing"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func several(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatInt(n, 10) + " " + what + "s"
}

func (s *side) table() string {
	t := plainTable(table.Row{"source", "reports", "=", "stored", "repeats", "dead", "in flight", "expired", "missing"}, 2, 4, 5, 6, 7, 8, 9)
	row := func(name string, n balance) table.Row {
		return table.Row{name, n.Reports, "", n.Stored, n.Repeats, n.Dead, n.InFlight, n.Expired, n.Missing}
	}
	for _, x := range s.Sources {
		t.AppendRow(row(printable(x.Source), x.balance))
	}
	t.AppendFooter(row("all", s.Total))
	return t.Render() + "\n" + because("dead", s.Dead) + because("in flight", s.InFlight)
}

func plainTable(head table.Row, right ...int) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	t.Style().Options.DrawBorder, t.Style().Options.SeparateColumns = false, false
	t.AppendHeader(head)
	columns := []table.ColumnConfig{{Number: 1, AlignFooter: text.AlignLeft}}
	for _, n := range right {
		columns = append(columns, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t
}

// because says of what a column is made.
func because(what string, of map[string]int64) string {
	if len(of) == 0 {
		return ""
	}
	var parts []string
	for _, k := range sortedKeys(of) {
		parts = append(parts, fmt.Sprintf("%s %d", printable(k), of[k]))
	}
	return " " + what + ": " + strings.Join(parts, ", ") + "\n"
}

func (c *account) verdict() string {
	if c.OK && c.Reports.Total.Reports+c.Features.Total.Reports == 0 {
		return "\nNo report came in.\n"
	}
	if c.OK {
		return "\nEvery report is accounted for.\n"
	}
	t := plainTable(table.Row{"difference", "report", "reports", "features", "events", "received"}, 4, 5)
	for _, d := range c.Differences {
		t.AppendRow(table.Row{d.What, orDash(d.Report), orDash(d.Record), offsetOrDash(d.Feature), offsetOrDash(d.Event), shownTime(d.Received)})
	}
	out := "\n" + several(c.Different, "difference") + "\n\n" + t.Render() + "\n"
	if more := c.Different - int64(len(c.Differences)); more > 0 {
		out += fmt.Sprintf("and %d more: --limit\n", more)
	}
	return out
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func offsetOrDash(n int64) string {
	if n < 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}

// printable makes a producer's word fit for a terminal.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return orDash(s)
}
