package console

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"shoal/pipeline/publish"
)

// entry is a campaign of a list.
type entry struct {
	*publish.Campaign
	publish.Words
	Spark drawing
}

// choice is one of the words of a filter.
type choice struct {
	Value, Name string
	Chosen      bool
}

// frontPage is the list of campaigns, with the day's figures above it.
type frontPage struct {
	Day                        time.Time // zero for all days
	Title, Headline            string
	Before, After              string // days beside it
	Figures                    *publish.Figures
	Changes                    string
	Chart                      drawing
	Road                       *State
	Filter                     publish.Filter
	ChangeChoices, StatusNames []choice
	Labels, Sorts              []choice
	Filtered                   bool
	Entries                    []entry
	Total                      uint64
	First, Last                int
	Previous, Next             string
	Nothing                    bool // is stored
}

// front lists the campaigns of a day, or of all.
func (v *visit) front() error {
	q := v.req.URL.Query()
	p := &frontPage{}
	switch day, err := v.day(q.Get("day")); {
	case errors.Is(err, publish.ErrNoReports):
		p.Nothing = true
		p.Road = v.state()
		v.render(http.StatusOK, "front", "Campaigns", p)
		return nil
	case err != nil:
		return err
	default:
		p.Day = day
	}
	n, _ := strconv.Atoi(q.Get("page"))
	n = min(max(n, 1), 1000)
	p.Filter = publish.Filter{
		Day: p.Day, Change: q.Get("change"), Status: q.Get("status"), Label: q.Get("label"), Operation: q.Get("operation"),
		Text: q.Get("text"), Sort: q.Get("sort"), Offset: (n - 1) * v.cfg.PageRows, Limit: v.cfg.PageRows,
	}
	if err := p.load(v); err != nil {
		return err
	}
	p.choices()
	p.pages(q, n)
	p.Road = v.state()
	v.render(http.StatusOK, "front", p.Title, p)
	return nil
}

// day reads a day: "" is the last one with reports, "all" the zero time.
func (v *visit) day(s string) (time.Time, error) {
	switch s {
	case "all":
		return time.Time{}, nil
	case "":
		return publish.LatestDay(v.ctx(), v.db())
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil || day.Year() < 1990 || day.Year() > 2100 {
		return day, &problem{status: http.StatusBadRequest, title: "No such day", text: "A day is written YYYY-MM-DD."}
	}
	return day, nil
}

// state is how the road is, nil where that is not known.
func (v *visit) state() *State {
	if v.deps.Road == nil {
		return nil
	}
	s := v.deps.Road.State(v.ctx())
	return &s
}

func (p *frontPage) load(v *visit) error {
	list, err := publish.Browse(v.ctx(), v.db(), p.Filter)
	if err != nil {
		return err
	}
	p.Total = list.Total
	for _, c := range list.Campaigns {
		e := entry{Campaign: c, Words: c.Words()}
		if p.Day.IsZero() {
			e.Spark = life(36, 48, c.Timeline)
			e.Spark.From, e.Spark.To = c.FirstSeen.Format("2 Jan"), c.LastSeen.Format("2 Jan")
		} else {
			e.Spark = within(36, p.Day, c.Timeline)
			e.Spark.From, e.Spark.To = "00:00", "24:00"
		}
		p.Entries = append(p.Entries, e)
	}
	if p.Day.IsZero() {
		p.Title = "All campaigns"
		return nil
	}
	s, err := publish.Totals(v.ctx(), v.db(), p.Day, list.Changes)
	if err != nil {
		return err
	}
	p.Title, p.Headline = p.Day.Format("Monday, 2 January 2006"), s.Headline()
	p.Before, p.After = p.Day.AddDate(0, 0, -1).Format(time.DateOnly), p.Day.AddDate(0, 0, 1).Format(time.DateOnly)
	p.Figures, p.Changes, p.Chart = &s.Figures, s.Figures.Changes.Say(), ofDay(72, p.Day, s.Hours)
	return nil
}

// Alone is how many reports of the day stand alone.
func (p *frontPage) Alone() uint64 { return p.Figures.Reports - p.Figures.InCampaigns }

// choices are what the filter's fields offer.
func (p *frontPage) choices() {
	f := p.Filter
	p.ChangeChoices = pick(f.Change, "any change", publish.ChangeWords...)
	p.StatusNames = pick(f.Status, "any status", publish.Statuses...)
	p.Labels = []choice{{"", "labelled or not", f.Label == ""}, {"yes", "labelled", f.Label == "yes"}, {"no", "not labelled", f.Label == "no"}}
	names := map[string]string{"size": "most reports", "newest": "newest", "growth": "fastest growing", "recipients": "most recipients"}
	if p.Day.IsZero() {
		names["growth"] = "last reported"
	}
	for _, s := range publish.Sorts {
		p.Sorts = append(p.Sorts, choice{s, names[s], f.Sort == s})
	}
	p.Filtered = f.Change != "" || f.Status != "" || f.Label != "" || f.Text != "" || f.Operation != ""
}

func pick(chosen, anyName string, words ...string) []choice {
	out := []choice{{"", anyName, chosen == ""}}
	for _, w := range words {
		out = append(out, choice{w, w, w == chosen})
	}
	return out
}

// pages leads to the parts of the list beside this one.
func (p *frontPage) pages(q url.Values, n int) {
	p.First, p.Last = p.Filter.Offset+1, p.Filter.Offset+len(p.Entries)
	to := func(n int) string {
		q.Set("page", strconv.Itoa(n))
		return "/?" + q.Encode()
	}
	if n > 1 {
		p.Previous = to(n - 1)
	}
	if uint64(p.Last) < p.Total && len(p.Entries) > 0 {
		p.Next = to(n + 1)
	}
}
