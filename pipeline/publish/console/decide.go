package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"shoal/cluster"
	"shoal/pipeline/publish"
)

// Bounds of an order.
const (
	maxLabel   = 200
	maxNote    = 500
	maxReports = 500
)

// kinds of orders, and what they become.
var kinds = map[string]Order{
	"label":   {Decision: cluster.Decision{Kind: cluster.DecisionLabel}},
	"merge":   {Decision: cluster.Decision{Kind: cluster.DecisionMerge}},
	"split":   {Decision: cluster.Decision{Kind: cluster.DecisionSplit}},
	"follow":  {Decision: cluster.Decision{Kind: cluster.DecisionSplit}, Like: true},
	"pin":     {Decision: cluster.Decision{Kind: cluster.DecisionPin}},
	"unmerge": {Decision: cluster.Decision{Kind: cluster.DecisionSplit}, Unmerge: true},
}

// decide puts an order into the log, waits a moment for what becomes of it, and
// leads to the page that tells.
func (v *visit) decide() error {
	if v.deps.Desk == nil {
		return Refusal("This console takes no decisions: it does not reach the log.")
	}
	kind := v.req.PostForm.Get("kind")
	o, err := v.order(kind)
	if err != nil {
		return err
	}
	got, err := v.deps.Desk.Decide(v.ctx(), o)
	if err != nil {
		return err
	}
	v.metrics.orders.WithLabelValues(kind).Inc()
	v.deps.Log.Info("decided", "request", v.id, "name", o.Actor, "kind", kind, "campaign", o.Campaign, "other", o.Other, "reports", len(o.Reports))
	q := url.Values{"campaign": {string(o.Campaign)}, "kind": {kind}, "actor": {o.Actor},
		"from": {strconv.FormatInt(got.From, 10)}, "to": {strconv.FormatInt(got.To, 10)}}
	v.settle(o.Actor, got)
	v.memo.forget()
	http.Redirect(v.w, v.req, "/decision?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// settle waits until the lineage shows something, or for so long.
func (v *visit) settle(actor string, r Receipt) {
	end := time.NewTimer(v.cfg.Settle)
	defer end.Stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-end.C:
			return
		case <-v.ctx().Done():
			return
		case <-tick.C:
		}
		if done, err := publish.Outcome(v.ctx(), v.deps.DB, actor, r.From, r.To); err != nil || len(done) > 0 {
			return
		}
	}
}

// order reads the form.
func (v *visit) order(kind string) (Order, error) {
	o, ok := kinds[kind]
	form := v.req.PostForm
	bad := func(text string) (Order, error) {
		return o, &problem{status: http.StatusBadRequest, title: "That is not complete", text: text}
	}
	id, other := v.req.PathValue("id"), strings.TrimSpace(form.Get("other"))
	o.Actor, o.Note = v.holder.Name, strings.TrimSpace(form.Get("note"))
	o.Campaign, o.Other, o.Label = cluster.CampaignID(id), cluster.CampaignID(other), strings.TrimSpace(form.Get("label"))
	switch {
	case !ok:
		return bad("Nothing of this kind can be decided.")
	case !campaignID.MatchString(id):
		return o, publish.ErrNoCampaign
	case !utf8.ValidString(o.Label + o.Note):
		return bad("Labels and notes are text in UTF-8.")
	case len(o.Label) > maxLabel || len(o.Note) > maxNote:
		return bad("A label has at most 200 bytes, a note 500.")
	case kind != "label" && o.Label != "":
		return bad("A label belongs to a labelling.")
	case (kind == "merge" || kind == "unmerge") && (!campaignID.MatchString(other) || other == id):
		return bad("Name the other campaign by its id.")
	}
	if kind == "label" || kind == "merge" || kind == "unmerge" {
		return o, nil
	}
	return o, v.chosen(&o)
}

// chosen reads the reports that an order is about.
func (v *visit) chosen(o *Order) error {
	for _, s := range v.req.PostForm["report"] {
		for _, word := range strings.Fields(s) {
			id, err := cluster.ParseReportID(word)
			if err != nil || len(o.Reports) == maxReports {
				return &problem{status: http.StatusBadRequest, title: "That is not complete", text: "Name up to 500 reports by the 32 digits of their ids."}
			}
			o.Reports = append(o.Reports, id)
		}
	}
	if len(o.Reports) == 0 {
		return &problem{status: http.StatusBadRequest, title: "That is not complete", text: "Choose at least one report."}
	}
	return nil
}

// decisionPage is what became of an order.
type decisionPage struct {
	Campaign, Kind, Actor string
	Done                  []publish.Event
	Refused               string
	Moved                 int
	Waiting               bool
	Since                 time.Time
}

// maxAsk is how long the page of a decision asks again by itself. The time is that of
// the clock, which may have been set back since, so it counts both ways.
const maxAsk = 10 * time.Minute

func (v *visit) decision() error {
	q := v.req.URL.Query()
	from, err := strconv.ParseInt(q.Get("from"), 10, 64)
	to, err2 := strconv.ParseInt(q.Get("to"), 10, 64)
	id := q.Get("campaign")
	if err != nil || err2 != nil || from < 0 || to < from || to-from > maxReports || !campaignID.MatchString(id) {
		return &problem{status: http.StatusBadRequest, title: "No such decision", text: "The address is not complete."}
	}
	p := &decisionPage{Campaign: id, Kind: q.Get("kind"), Actor: q.Get("actor"), Since: time.UnixMilli(from).UTC()}
	done, err := publish.Outcome(v.ctx(), v.deps.DB, p.Actor, from, to)
	if err != nil {
		return err
	}
	p.sort(done)
	if !p.Waiting {
		v.memo.forget() // what follows from here shall be as it is now
	}
	if p.Waiting && time.Since(p.Since).Abs() < maxAsk {
		v.w.Header().Set("Refresh", "3")
	}
	title := "Carried out"
	switch {
	case p.Waiting:
		title = "On its way"
	case p.Refused != "":
		title = "Refused"
	}
	v.render(http.StatusOK, "decision", title, p)
	return nil
}

// sort tells moves, of which there may be many, from what is said of campaigns.
func (p *decisionPage) sort(events []publish.Event) {
	p.Waiting = len(events) == 0
	for _, e := range events {
		switch e.Event {
		case cluster.EventRefused.String():
			p.Refused = e.Note
		case cluster.EventMoved.String():
			p.Moved++
		default:
			p.Done = append(p.Done, e)
		}
	}
}
