package console

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"

	"shoal/pipeline/publish"
)

// campaignPage is one campaign in full.
type campaignPage struct {
	*publish.Campaign
	publish.Words
	// Was is the id that was asked for, where it is another.
	Was      string
	Chart    drawing
	Variants []publish.Variant
	Events   []event
	Formats  []string
}

// event is a line of the lineage, and how to undo it.
type event struct {
	publish.Event
	// Undo is the kind of order that undoes it, "" for none; Text says what it does.
	Undo, Text   string
	Other, Label string
}

var (
	campaignID = regexp.MustCompile(`^c[a-z0-9]{1,31}$`)
	reportID   = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// campaignOf is the campaign that the path names.
func (v *visit) campaignOf() (*publish.Campaign, error) {
	id := v.req.PathValue("id")
	if !campaignID.MatchString(id) {
		return nil, publish.ErrNoCampaign
	}
	return publish.LoadCampaign(v.ctx(), v.db(), id)
}

func (v *visit) campaign() error {
	c, err := v.campaignOf()
	if err != nil {
		return err
	}
	p := &campaignPage{Campaign: c, Words: c.Words(), Chart: life(96, 96, c.Timeline), Formats: publish.Formats}
	if id := v.req.PathValue("id"); id != c.ID {
		p.Was = id
	}
	if p.Variants, err = publish.Variants(v.ctx(), v.db(), c.ID); err != nil {
		return err
	}
	p.Events = events(c)
	v.render(http.StatusOK, "campaign", p.Words.Title, p)
	return nil
}

// events are the lineage, the latest first, with what undoes each. The latest
// labelling alone can be taken back: to the one before it.
func events(c *publish.Campaign) []event {
	var out []event
	label := c.Label
	for i := len(c.Lineage) - 1; i >= 0; i-- {
		e := event{Event: c.Lineage[i]}
		switch e.Event.Event {
		case "merged":
			if e.Campaign == c.ID && campaignID.MatchString(e.Event.Other) {
				e.Undo, e.Other, e.Text = "unmerge", e.Event.Other, "Split "+e.Event.Other+" off again"
			}
		case "split":
			if other := otherOf(e.Event, c.ID); campaignID.MatchString(other) {
				e.Undo, e.Other, e.Text = "merge", other, "Merge with "+other+" again"
			}
		case "labelled":
			if label != "" {
				label = ""
				e.Undo, e.Label, e.Text = "label", before(c.Lineage[:i]), "Take the label back"
			}
		}
		out = append(out, e)
	}
	return out
}

func otherOf(e publish.Event, id string) string {
	if e.Campaign == id {
		return e.Other
	}
	return e.Campaign
}

// before is the last label that was given in events.
func before(events []publish.Event) string {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Event == "labelled" {
			return events[i].Label
		}
	}
	return ""
}

// exportKinds are the files of publish.Formats.
var exportKinds = map[string]struct{ extension, kind string }{
	"stix":         {"stix.json", "application/json"},
	"misp":         {"misp.json", "application/json"},
	"csv":          {"csv", "text/csv; charset=utf-8"},
	"rspamd":       {"rspamd.conf", "text/plain; charset=utf-8"},
	"spamassassin": {"cf", "text/plain; charset=utf-8"},
	"yara":         {"yar", "text/plain; charset=utf-8"},
}

func (v *visit) export() error {
	format := v.req.PathValue("format")
	as, ok := exportKinds[format]
	if !ok {
		return v.nowhere()
	}
	c, err := v.campaignOf()
	if err != nil {
		return err
	}
	b := new(bytes.Buffer)
	if err := c.Export(b, format); err != nil {
		return err
	}
	return v.file(fmt.Sprintf("%s.%s", c.ID, as.extension), as.kind, b.Bytes())
}

// whyPage explains two reports.
type whyPage struct {
	ID string
	*publish.Why
}

func (v *visit) why() error {
	q := v.req.URL.Query()
	id, a, b := v.req.PathValue("id"), q.Get("a"), q.Get("b")
	switch {
	case !campaignID.MatchString(id):
		return publish.ErrNoCampaign
	case v.deps.Why == nil:
		return Refusal("This console cannot read the log, which has what was compared: shoal campaign ID --why does it where the log is.")
	case !reportID.MatchString(a) || !reportID.MatchString(b) || a == b:
		return &problem{status: http.StatusBadRequest, title: "Which reports?", text: "Name two different reports, each by the 32 digits of its id."}
	}
	w, err := v.deps.Why.Why(v.ctx(), id, a, b)
	if err != nil {
		return err
	}
	v.render(http.StatusOK, "why", "Why two reports belong together", whyPage{id, w})
	return nil
}
