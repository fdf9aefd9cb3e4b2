package console

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"shoal/pipeline/publish"
)

// summaryPage is a day as the desk reads it.
type summaryPage struct {
	*publish.Summary
	Day           time.Time
	Title         string
	Before, After string
	Chart         drawing
	Entries       []entry
	Nothing       bool
}

// Alone is how many reports of the day stand alone.
func (p *summaryPage) Alone() uint64 { return p.Figures.Reports - p.Figures.InCampaigns }

// Written is the day as it stands in a path.
func (p *summaryPage) Written() string { return p.Day.Format(time.DateOnly) }

func (v *visit) summary() error {
	day, err := v.day(v.req.URL.Query().Get("day"))
	if errors.Is(err, publish.ErrNoReports) {
		v.render(http.StatusOK, "summary", "Summary", &summaryPage{Nothing: true})
		return nil
	}
	if err != nil {
		return err
	}
	if day.IsZero() {
		return &problem{status: http.StatusBadRequest, title: "Which day?", text: "A summary is of one day: YYYY-MM-DD."}
	}
	s, err := publish.SummarizeFirst(v.ctx(), v.db(), day, v.cfg.Full)
	if err != nil {
		return err
	}
	p := &summaryPage{
		Summary: s, Day: day, Title: "Summary of " + day.Format("Monday, 2 January 2006"), Chart: ofDay(72, day, s.Hours),
		Before: day.AddDate(0, 0, -1).Format(time.DateOnly), After: day.AddDate(0, 0, 1).Format(time.DateOnly),
	}
	for _, c := range s.Campaigns {
		p.Entries = append(p.Entries, entry{c, c.Words(), life(48, 72, c.Timeline)})
	}
	v.render(http.StatusOK, "summary", p.Title, p)
	return nil
}

// summaryKinds are the files of a summary.
var summaryKinds = map[string]struct {
	kind  string
	write func(*publish.Summary, *bytes.Buffer) error
}{
	"md":   {"text/markdown; charset=utf-8", func(s *publish.Summary, b *bytes.Buffer) error { return s.Markdown(b) }},
	"html": {"text/html; charset=utf-8", func(s *publish.Summary, b *bytes.Buffer) error { return s.HTML(b) }},
	"json": {"application/json", func(s *publish.Summary, b *bytes.Buffer) error { return s.JSON(b) }},
}

func (v *visit) summaryFile() error {
	as, ok := summaryKinds[v.req.PathValue("format")]
	if !ok {
		return v.nowhere()
	}
	day, err := v.day(v.req.PathValue("day"))
	if err != nil || day.IsZero() {
		return v.nowhere()
	}
	s, err := publish.Summarize(v.ctx(), v.db(), day)
	if err != nil {
		return err
	}
	b := new(bytes.Buffer)
	if err := as.write(s, b); err != nil {
		return err
	}
	return v.file("shoal-"+s.Day+"."+v.req.PathValue("format"), as.kind, b.Bytes())
}
