package publish

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
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
	OtherLines             []Row
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
	Words
	Change, Against string
	Badge           template.CSS
	Reports, Before uint64
	Chart           template.HTML
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
	p := &page{Day: s.Day, Headline: s.Headline(), Changes: s.Figures.Changes.Say(), Big: s.big(), Left: s.Left, SQL: s.SQL}
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
		p.OtherLines = append(p.OtherLines, Row{clean(l.ID, 40), l.Say()})
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
		{"campaigns", number(f.Campaigns), f.Changes.Say()},
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
		Words: c.Words(), Change: clean(c.change(), 20), Badge: badges[c.Day.Change],
		Against: against(c.Day.Reports, c.Day.ReportsBefore), Reports: c.Day.Reports, Before: c.Day.ReportsBefore,
	}
	if c.Drift != nil {
		x.Badge = badges["drifted"]
	}
	if x.Badge == "" {
		x.Badge = badges["steady"]
	}
	var err error
	x.Chart, err = c.chart()
	return x, err
}
