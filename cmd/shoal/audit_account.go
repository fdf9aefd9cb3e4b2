package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// account is what an audit found. Its JSON names are stable.
type account struct {
	From *time.Time `json:"from"` // null for all there is
	To   *time.Time `json:"to"`
	OK   bool       `json:"ok"`
	// Reports and Features are the two topics' sides.
	Reports  side `json:"reports"`
	Features side `json:"features"`
	// Gone are parts of topics that retention has taken.
	Gone []gone `json:"expired_log"`
	// Strange letters are in "reports.dead" and of no report.
	Strange     int64        `json:"other_letters"`
	Differences []difference `json:"differences"`
	// Different counts all differences, listed or not.
	Different int64 `json:"difference_count"`
}

// side is the account of one topic.
type side struct {
	Topic     string           `json:"topic"`
	Records   int64            `json:"records"`
	Decisions int64            `json:"decisions"`
	Total     balance          `json:"total"`
	Sources   []sourceBalance  `json:"sources"`
	Dead      map[string]int64 `json:"dead"`      // by reason
	InFlight  map[string]int64 `json:"in_flight"` // by stage
}

// balance is what became of reports: the others add up to the first.
type balance struct {
	Reports  int64 `json:"reports"`
	Stored   int64 `json:"stored"`
	Repeats  int64 `json:"repeats"`
	Dead     int64 `json:"dead"`
	InFlight int64 `json:"in_flight"`
	Expired  int64 `json:"expired"`
	Missing  int64 `json:"missing"`
}

type sourceBalance struct {
	Source string `json:"source"`
	balance
}

// What a difference is.
const (
	lostExtracting = "missing: not extracted"
	lostClustering = "missing: extracted, not clustered"
	lostStoring    = "missing: clustered, not stored"
	storedTwice    = "stored twice"
	storedStray    = "stored, but not in topic features"
)

// difference is a report that the account does not balance for.
type difference struct {
	What   string `json:"what"`
	Report string `json:"report_id,omitempty"` // none of a record that is no mail
	// Record is where topic "reports" has it (partition/offset), Feature and Event
	// are its offsets in the logs; -1 or empty where it was not found.
	Record   string    `json:"record,omitempty"`
	Feature  int64     `json:"features_offset"`
	Event    int64     `json:"events_offset"`
	Received time.Time `json:"received_at"`
}

// account settles both ledgers and traces what is missing.
func (a *auditor) account(ctx context.Context, limit int) (*account, error) {
	a.reports.settle(&a.facts)
	a.features.settle(&a.facts)
	out := &account{
		Reports: a.side(&a.reports, a.records, 0), Features: a.side(&a.features, int64(len(a.features.seen))+a.decisions, a.decisions),
		Gone: append([]gone{}, a.gone...), Strange: a.strange,
	}
	if a.from > 0 {
		out.From = moment(a.from)
	}
	if a.to < math.MaxInt64 {
		out.To = moment(a.to)
	}
	all, err := a.differences(ctx)
	if err != nil {
		return nil, err
	}
	out.Different, out.OK = int64(len(all)), len(all) == 0
	out.Differences = all[:min(len(all), max(0, limit))]
	return out, nil
}

func moment(ms int64) *time.Time {
	t := time.UnixMilli(ms).UTC()
	return &t
}

func (a *auditor) side(l *ledger, records, decisions int64) side {
	s := side{Topic: l.topic, Records: records, Decisions: decisions, Total: newBalance(l.total()), Dead: l.dead, InFlight: l.waiting, Sources: []sourceBalance{}}
	bySource := map[string]balance{}
	for n, counts := range l.counts {
		bySource[a.sources[n]] = newBalance(*counts)
	}
	for _, name := range sortedKeys(bySource) {
		s.Sources = append(s.Sources, sourceBalance{name, bySource[name]})
	}
	return s
}

func newBalance(n [fates]int64) balance {
	t := balance{Stored: n[fateStored], Repeats: n[fateRepeat], Dead: n[fateDead],
		InFlight: n[fateWaiting], Expired: n[fateExpired], Missing: n[fateMissing]}
	for _, x := range n {
		t.Reports += x
	}
	return t
}

// differences lists what is wrong, and looks for where each missing report was
// last seen.
func (a *auditor) differences(ctx context.Context) ([]difference, error) {
	out := []difference{}
	at := map[cluster.ReportID]int{} // place in out
	add := func(o *occurrence, record string, feature int64) {
		if i, ok := at[o.id]; ok && o.id != (cluster.ReportID{}) {
			out[i].Feature = max(out[i].Feature, feature)
			return
		}
		at[o.id] = len(out)
		out = append(out, difference{Report: reportName(o.id), Record: record, Feature: feature, Event: -1, Received: *moment(o.at)})
	}
	for i := range a.reports.missing {
		o := &a.reports.missing[i]
		add(o, fmt.Sprintf("%d/%d", o.part, o.offset), -1)
	}
	for i := range a.features.missing {
		add(&a.features.missing[i], "", a.features.missing[i].offset)
	}
	if len(out) > 0 {
		if err := a.trace(ctx, out, at); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(a.twice, compareKept) // the store has no order
	for _, k := range a.twice {
		out = append(out, listed(storedTwice, k))
	}
	for _, k := range a.facts.strays(a.begun, a.ended) {
		out = append(out, listed(storedStray, k))
	}
	return out, nil
}

func listed(what string, k store.Kept) difference {
	return difference{What: what, Report: k.ID.String(), Feature: k.Offset, Event: -1, Received: *moment(k.ReceivedAt)}
}

func reportName(id cluster.ReportID) string {
	if id == (cluster.ReportID{}) {
		return ""
	}
	return id.String()
}

// trace finds the events of missing reports, and says at which step each was lost.
func (a *auditor) trace(ctx context.Context, missing []difference, at map[cluster.ReportID]int) error {
	for i := range a.features.seen {
		o := &a.features.seen[i]
		if n, ok := at[o.id]; ok && missing[n].Feature < 0 && o.id != (cluster.ReportID{}) {
			missing[n].Feature = o.offset
		}
	}
	err := a.span(ctx, pipeline.TopicEvents, time.UnixMilli(a.from).Add(-skew), func(rec pipeline.Record) error {
		ev, err := record.UnmarshalEvent(rec.Value)
		if err != nil {
			return nil // its letter counts among the others
		}
		var id cluster.ReportID
		copy(id[:], ev.GetReportId())
		if n, ok := at[id]; ok && cluster.EventKind(ev.GetKind()) == cluster.EventAssigned && missing[n].Report != "" {
			missing[n].Event = rec.Offset
		}
		return nil
	})
	for i := range missing {
		d := &missing[i]
		switch {
		case d.Event >= 0:
			d.What = lostStoring
		case d.Feature >= 0:
			d.What = lostClustering
		default:
			d.What = lostExtracting
		}
	}
	return err
}
