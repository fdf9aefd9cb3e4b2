package publish

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"time"
)

//go:embed summary.html.tmpl
var summaryText string

// styles are inline, as mail clients want them; by name so that the template can
// be read.
var styles = map[string]template.CSS{
	"body":   "margin:0;padding:0;background:#f3f5f7;color:#1b1f24;font:14px/1.45 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
	"page":   "width:100%;max-width:700px;background:#ffffff;border-collapse:collapse;table-layout:fixed",
	"table":  "width:100%;border-collapse:collapse;overflow-wrap:anywhere",
	"fixed":  "width:100%;border-collapse:collapse;table-layout:fixed;overflow-wrap:anywhere;font-size:13px",
	"head":   "padding:18px 24px 14px;background:#16202c;color:#ffffff",
	"pad":    "padding:14px 24px",
	"h1":     "margin:0;font-size:20px;line-height:1.3;font-weight:600",
	"h2":     "margin:0;font-size:17px;line-height:1.3;font-weight:600;overflow-wrap:anywhere",
	"h3":     "margin:14px 0 4px;font-size:11px;font-weight:600;color:#57606a;text-transform:uppercase;letter-spacing:.05em",
	"sub":    "color:#b6c2cf;font-size:13px",
	"small":  "color:#57606a;font-size:12px",
	"figure": "padding:10px 12px 10px 0;vertical-align:top",
	"big":    "font-size:24px;line-height:1.2;font-weight:600",
	"hero":   "padding:14px 18px;background:#fdf3f2;border-left:4px solid #b3261e",
	"key":    "padding:3px 12px 3px 0;width:112px;vertical-align:top;color:#57606a",
	"value":  "padding:3px 0;vertical-align:top",
	"th":     "padding:4px 8px 4px 0;text-align:left;font-size:11px;font-weight:600;color:#57606a;border-bottom:1px solid #d0d7de",
	"thr":    "padding:4px 8px 4px 0;text-align:right;font-size:11px;font-weight:600;color:#57606a;border-bottom:1px solid #d0d7de",
	"td":     "padding:5px 8px 5px 0;vertical-align:top;border-bottom:1px solid #eaeef2",
	"tdr":    "padding:5px 8px 5px 0;vertical-align:top;text-align:right;border-bottom:1px solid #eaeef2;white-space:nowrap",
	"rule":   "padding:22px 24px 4px;border-top:8px solid #f3f5f7",
	"mono":   "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px",
	"pre":    "margin:2px 0 10px;padding:8px 10px;background:#f6f8fa;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:11px;line-height:1.4;white-space:pre-wrap;overflow-wrap:anywhere",
	"track":  "width:100%;border-collapse:collapse;margin:2px 0",
	"list":   "margin:4px 0 0;padding-left:18px",
}

// badges colour the words of daily_summary.
var badges = map[string]template.CSS{
	"drifted": "background:#7a0019", "new": "background:#b3261e", "grew": "background:#bc4c00", "revived": "background:#8250df",
	"steady": "background:#57606a", "faded": "background:#8c959f", "merged": "background:#8c959f",
}

var summaryTemplate = template.Must(template.New("summary").Funcs(template.FuncMap{
	"css": func(name string) template.CSS {
		if s, ok := styles[name]; ok {
			return s
		}
		panic("no style " + name) // the template is ours
	},
	"number": number,
	"when":   func(t time.Time) string { return moment(t) },
}).Parse(summaryText))

// page is what the template shows: text that is cleaned, cut and defanged.
type page struct {
	Day, Headline, Changes string
	Big                    []figure
	Chart                  template.HTML
	Legend                 []legend
	Hero                   *campaignPart
	Sections               []campaignPart
	OtherLines             []row
	Left                   int
	SQL                    []Query
	OneSQL                 []Query
	OneID                  string
}

// figure is a large number with its name.
type figure struct{ Name, Value, Note string }

// legend is a colour of the chart of the day.
type legend struct {
	Colour template.CSS
	Name   string
}

// campaignPart is a campaign on the page.
type campaignPart struct {
	Title, ID, Change, Size, Against, Peak string
	Badge                                  template.CSS
	Reports, Before                        uint64
	Aim, AimFirst, Forged, From            string
	Knows, Authentication, Block           string
	Chart                                  template.HTML
	Rows                                   []row
	Targets                                []bar
	AimWords                               string
	Servers                                []Server
	Attachments                            []attachmentRow
	Blocks                                 []row
	Siblings                               []string
	Merged                                 string
}

// bar is a segment with its share in the campaign and in the baseline.
type bar struct {
	Name, Text      string
	Share, Baseline int
}

type attachmentRow struct {
	Name, Type, SHA256 string
	Size, Reports      uint64
}

// HTML writes the summary as one document that stands alone in a mail: no
// script, nothing remote, styles inline. Clients that drop SVG still show every
// figure as text.
func (s *Summary) HTML(w io.Writer) error {
	p, err := s.page()
	if err != nil {
		return err
	}
	b := new(bytes.Buffer)
	if err := summaryTemplate.Execute(b, p); err != nil {
		return fmt.Errorf("fill html: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write html: %w", err)
	}
	return nil
}

func (s *Summary) page() (*page, error) {
	p := &page{Day: s.Day, Headline: s.headline(), Changes: s.Figures.Changes.say(), Big: s.big(), Left: s.Left, SQL: s.SQL}
	if day, err := time.Parse(time.DateOnly, s.Day); err == nil {
		p.Day = day.Format("Monday, 2 January 2006")
	}
	for i, c := range s.Campaigns {
		x, err := c.section()
		if err != nil {
			return nil, err
		}
		p.Sections = append(p.Sections, *x)
		if i == 0 && c.Day.Reports > 0 {
			p.Hero = x
		}
		if i == 0 {
			p.OneSQL, p.OneID = c.SQL, clean(c.ID, 40)
		}
	}
	for _, l := range s.Others {
		p.OtherLines = append(p.OtherLines, row{clean(l.ID, 40), l.say()})
	}
	if s.Figures.Reports == 0 {
		return p, nil
	}
	var err error
	p.Chart, err = s.chart()
	p.Legend = s.legend()
	return p, err
}

func (s *Summary) big() []figure {
	f := s.Figures
	return []figure{
		{"reports", number(f.Reports), against(f.Reports, f.ReportsBefore)},
		{"recipients", number(f.Recipients), against(f.Recipients, f.RecipientsBefore)},
		{"campaigns", number(f.Campaigns), f.Changes.say()},
		{"reports alone", number(f.Reports - f.InCampaigns), "in no campaign"},
	}
}

func (s *Summary) legend() []legend {
	var out []legend
	for i, c := range s.biggest() {
		out = append(out, legend{template.CSS("background:" + palette[i]), clean(c.title(), 40)})
	}
	return append(out, legend{template.CSS("background:" + palette[len(palette)-1]), "all else"})
}

func (c *Campaign) section() (*campaignPart, error) {
	x := &campaignPart{
		Title: c.title(), ID: clean(c.ID, 40), Change: clean(c.change(), 20), Badge: badges[c.Day.Change],
		Size: c.size(), Against: against(c.Day.Reports, c.Day.ReportsBefore), Peak: c.peak(),
		Reports: c.Day.Reports, Before: c.Day.ReportsBefore,
		Aim: c.aimShort(), AimFirst: c.aim(), Authentication: c.authenticationShort(), Forged: c.forged(), From: c.from(), Knows: c.counts("", c.Personal, 4), Block: c.blockShort(),
		Rows: c.rows(), AimWords: c.aimWords(), Siblings: c.siblings(), Merged: clean(strings.Join(c.Merged, ", "), 800),
	}
	if c.Drift != nil {
		x.Badge = badges["drifted"]
	}
	if x.Badge == "" {
		x.Badge = badges["steady"]
	}
	for _, t := range c.Targets {
		x.Targets = append(x.Targets, bar{t.name(), t.say(), width(t.Share), width(t.BaselineShare)})
	}
	for _, s := range c.Source.Servers[:min(10, len(c.Source.Servers))] {
		s.IP, s.Helo = shown(KindIP, s.IP), shown(KindHost, s.Helo)
		x.Servers = append(x.Servers, s)
	}
	for _, a := range c.Payload.Attachments[:min(8, len(c.Payload.Attachments))] {
		x.Attachments = append(x.Attachments, attachmentRow{shown("", a.name()), shown("", a.Type), clean(a.SHA256, 64), a.Size, a.Reports})
	}
	for _, b := range c.Block {
		x.Blocks = append(x.Blocks, row{b.say(), b.meets()})
	}
	var err error
	x.Chart, err = c.chart()
	return x, err
}

// width is a share as whole per cent of a bar, 1 at least.
func width(share float64) int {
	if math.IsNaN(share) || share <= 0 {
		return 1
	}
	return max(1, min(100, int(math.Round(100*share))))
}

// aimShort names the first segments of different dimensions.
func (c *Campaign) aimShort() string {
	var parts []string
	seen := map[string]bool{}
	for _, t := range c.Targets {
		if !seen[t.Dimension] && len(parts) < 3 {
			seen[t.Dimension] = true
			parts = append(parts, fmt.Sprintf("%s: %s, %sx its share", t.name(), percent(t.Share), factor(t.Lift)))
		}
	}
	if len(parts) == 0 {
		return c.aim()
	}
	return strings.Join(parts, "; ")
}

// blockShort is what to block, the first of each kind.
func (c *Campaign) blockShort() string {
	n := map[string]int{}
	for _, b := range c.Block {
		n[b.Kind]++
	}
	var parts []string
	seen := map[string]bool{}
	for _, b := range c.Block {
		if seen[b.Kind] || len(parts) == 4 {
			continue
		}
		seen[b.Kind] = true
		say := b.say()
		if b.Kind == KindAttachment {
			say = "block attachment sha256 " + cutRunes(clean(b.Value, maxText), 12) + "…"
		}
		// A forged domain is one thing to do, other sender domains another.
		if more := n[b.Kind] - 1; more > 0 && b.Kind != KindDomain {
			say += fmt.Sprintf(" and %d more", more)
		}
		parts = append(parts, say)
	}
	if len(parts) == 0 {
		return "nothing that is safe to block"
	}
	return strings.Join(parts, "; ")
}
