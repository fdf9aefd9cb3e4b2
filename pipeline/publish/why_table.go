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

// Table writes w for a terminal.
func (w *Why) Table(out io.Writer) error {
	b := new(bytes.Buffer)
	fmt.Fprintf(b, "%s\n\n", w.Verdict())
	w.parties(b)
	w.weighed(b)
	w.unweighed(b)
	w.whatItTakes(b)
	w.path(b)
	fmt.Fprintf(b, "\n%s\n", clean(w.Rarity, 400))
	if _, err := b.WriteTo(out); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// Verdict is the answer in a sentence or two.
func (w *Why) Verdict() string {
	switch together := w.CampaignID != ""; {
	case w.Agrees && together:
		return "A and B agree, and are both in " + clean(w.CampaignID, 40) + "."
	case together:
		return "A and B do not agree with each other: " + clean(w.CampaignID, 40) + " holds both through others."
	case w.Agrees && w.Apart != "":
		return "A and B agree, and are kept apart: " + linkless(clean(w.Apart, 400)) + "."
	case w.Agrees:
		return "A and B agree by what is known now, and are apart: a report is compared with the exemplars of its time only,\nand campaigns merge where a third of the exemplars of the smaller one agree."
	}
	return "A and B do not agree."
}

func (p Party) home() string {
	if p.CampaignID == "" {
		return "stands alone"
	}
	return clean(p.CampaignID, 40)
}

// Came says how a report came where it is.
func (p Party) Came(w *Why) string {
	if p.Matched == "" {
		return ""
	}
	by := w.name(p.Matched)
	if p.JoinScore == nil {
		return "joined by agreeing with " + by
	}
	return fmt.Sprintf("joined by agreeing with %s, score %+.1f then", by, *p.JoinScore)
}

// name is A or B, or what another report is called.
func (w *Why) name(report string) string {
	switch report {
	case w.A.ReportID:
		return "A"
	case w.B.ReportID:
		return "B"
	}
	return clean(report, 32)
}

func (w *Why) parties(out io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"", "report", "reported", "campaign", "subject"})
	for i, p := range []Party{w.A, w.B} {
		t.AppendRow(table.Row{"AB"[i : i+1], clean(p.ReportID, 32), moment(p.ReportedAt), p.home(), clean(shown("", p.Subject), 48)})
	}
	fmt.Fprintln(out, t.Render())
	for i, p := range []Party{w.A, w.B} {
		if came := p.Came(w); came != "" {
			fmt.Fprintf(out, " %c %s\n", "AB"[i], came)
		}
	}
}

// weighed is the table of what counts, with the sum below.
func (w *Why) weighed(out io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"compared", "value", "agreement", "weight", ""})
	t.SetColumnConfigs(append(right(4), table.ColumnConfig{Number: 2, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}))
	most := math.Abs(w.Prior)
	for _, f := range w.Fields {
		most = max(most, math.Abs(f.Weight))
	}
	for _, f := range w.Fields {
		if f.Weight != 0 {
			t.AppendRow(table.Row{clean(f.Field, 30), f.Value(), f.Agreement(), signed(f.Weight), weightBar(f.Weight, most)})
		}
	}
	t.AppendRow(table.Row{"prior odds", "", "", signed(w.Prior), weightBar(w.Prior, most)})
	t.AppendSeparator()
	t.AppendRow(table.Row{"score", "", "needs " + signed(w.NeedScore), signed(w.Score), mark(w.Score, w.NeedScore)})
	t.AppendRow(table.Row{"of it content", "", "needs " + signed(w.NeedContent), signed(w.Content), mark(w.Content, w.NeedContent)})
	fmt.Fprintf(out, "\n%s\n", t.Render())
}

func mark(x, need float64) string {
	if x >= need {
		return "enough"
	}
	return fmt.Sprintf("%s missing", signed(need - x)[1:])
}

// signed is a weight for people. What is not 0 never looks like it.
func signed(x float64) string {
	if x != 0 && math.Abs(x) < 0.05 {
		return fmt.Sprintf("%+.2f", x)
	}
	return fmt.Sprintf("%+.1f", x)
}

// weightBar is a bar of up to 20 cells: full for what speaks for a join, hollow for
// what speaks against it.
func weightBar(x, most float64) string {
	n := int(math.Round(20 * math.Abs(x) / max(most, 1e-9)))
	if x < 0 {
		return strings.Repeat("░", n)
	}
	return strings.Repeat("█", n)
}

// Value is what agreed, or what either side has instead.
func (f WhyField) Value() string {
	a, b := clean(shown("", f.A), 40), clean(shown("", f.B), 40)
	switch {
	case f.A == f.B:
		return a
	case a == "" || b == "":
		return a + b
	}
	return a + " | " + b
}

// Agreement is how far it goes, in a word or figure.
func (f WhyField) Agreement() string {
	switch {
	case f.Outcome == "differs":
		return "none"
	case !f.Exact:
		return fmt.Sprintf("%.2f", f.Score)
	}
	return "same, " + rareness(f.Score)
}

func rareness(score float64) string {
	switch {
	case score > 0.9:
		return "rare"
	case score > 0.5:
		return "seldom"
	}
	return "common"
}

// unweighed lists what has no weight, by outcome.
func (w *Why) unweighed(out io.Writer) {
	t := newTable()
	t.Style().Options.SeparateHeader = false
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 100, WidthMaxEnforcer: text.WrapSoft}})
	for _, o := range []struct{ outcome, title string }{
		{"agrees", "Agree, without weight"}, {"differs", "Differ, without weight"},
		{"only-a", "Only A has"}, {"only-b", "Only B has"}, {"mute", "Say nothing between these two"},
	} {
		var list []string
		for _, f := range w.Fields {
			if f.Outcome != o.outcome || f.Weight != 0 {
				continue
			}
			name := clean(f.Field, 30)
			if v := f.Value(); v != "" {
				name += " (" + v + ")"
			}
			list = append(list, name)
		}
		if len(list) > 0 {
			t.AppendRow(table.Row{o.title, strings.Join(list, ", ")})
		}
	}
	if t.Length() > 0 {
		fmt.Fprintf(out, "\n%s\n", t.Render())
	}
}

// whatItTakes says what would turn the outcome.
func (w *Why) whatItTakes(out io.Writer) {
	end := "have them agree"
	if w.Agrees {
		end = "part them"
	}
	if len(w.Turns) == 0 {
		fmt.Fprintf(out, "\nNo change of what is compared would %s.\n", end)
		return
	}
	how := "this"
	switch {
	case len(w.Turns[0].Changes) > 1:
		how = "all of this together"
	case len(w.Turns) > 1:
		how = "any one of these"
	}
	fmt.Fprintf(out, "\nIt would take %s to %s:\n", how, end)
	for _, turn := range w.Turns {
		for _, c := range turn.Changes {
			fmt.Fprintf(out, "  %s (%s)\n", c.Say(), signed(c.Weight))
		}
		fmt.Fprintf(out, "    the score would be %s, of it content %s\n", signed(turn.Score), signed(turn.Content))
	}
}

// Say is a change in words.
func (c WhyChange) Say() string {
	name := clean(c.Field, 30)
	switch {
	case !c.Exact && c.From < 0:
		return fmt.Sprintf("%s, which one side lacks, agreeing to %.2f", name, c.To)
	case !c.Exact:
		return fmt.Sprintf("%s agreeing to %.2f instead of %.2f", name, c.To, c.From)
	case c.From <= 0:
		return fmt.Sprintf("a common %s that is %s", name, rareness(c.To))
	case c.To == 0:
		return "no common " + name
	}
	return fmt.Sprintf("the common %s %s instead of %s (%.1f instead of %.1f)", name, rareness(c.To), rareness(c.From), c.To, c.From)
}

// path is how the two came together.
func (w *Why) path(out io.Writer) {
	t := newTable()
	t.AppendHeader(table.Row{"report", "reported", ""})
	for _, p := range w.Path {
		came := p.Came(w)
		if came == "" {
			came = "opened the campaign, or was put there"
		}
		t.AppendRow(table.Row{w.name(p.ReportID), moment(p.ReportedAt), came})
	}
	section(out, "How they came together", t)
}
