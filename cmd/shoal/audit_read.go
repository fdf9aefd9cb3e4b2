package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// auditor reads the log and the store. The order of what it does is what makes the
// account right while everything runs: first how far the stages have committed,
// then the topics up to where they end after that, and last the store. What a stage
// has committed is then to be found in what is read later, or is missing.
type auditor struct {
	client   *kafka.Client
	db       *store.DB
	from, to int64 // Unix milliseconds; to is not in the span

	records   int64 // of topic "reports" in the span
	decisions int64 // of topic "features" in the span
	strange   int64 // letters of records that are no report's
	reports   ledger
	features  ledger
	facts     facts
	gone      []gone
	twice     []store.Kept
	sources   []string
	sourceNo  map[string]uint16
	begun     int64 // offset from which "features" was read
	ended     int64 // and up to where
	committed int64 // position of the writer in "events"
}

// gone is the begin of a partition that retention has taken.
type gone struct {
	Topic     string    `json:"topic"`
	Partition int       `json:"partition"`
	Records   int64     `json:"offsets"`
	Begins    time.Time `json:"begins"`
}

// skew is by how much the clocks of producers and workers may differ: topics beyond
// "reports" are read from so long before the span.
const skew = time.Hour

// read does everything but the settling.
func (a *auditor) read(ctx context.Context) error {
	for _, step := range []func(context.Context) error{a.positions, a.readReports, a.readLocals, a.readFeatures, a.readLetters, a.readEvents, a.readStore} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditor) positions(ctx context.Context) error {
	a.facts = facts{from: a.from, to: a.to, kept: map[cluster.ReportID]*kept{}, letters: map[cluster.ReportID]string{}, waiting: map[cluster.ReportID]string{}}
	a.reports = ledger{topic: pipeline.TopicReports, letters: map[spot]string{}, own: func(o *occurrence, k *store.Kept) bool { return o.at == k.ReceivedAt }}
	a.features = ledger{topic: pipeline.TopicFeatures, letters: map[spot]string{}, own: func(o *occurrence, k *store.Kept) bool { return o.offset == k.Offset }}
	a.sourceNo = map[string]uint16{}
	for _, s := range pipeline.Stages() {
		done, err := a.client.Committed(ctx, s.Group, s.Topic)
		if err != nil {
			return fmt.Errorf("how far %s is: %w", s.Name, err)
		}
		switch s.Topic {
		case pipeline.TopicReports:
			a.reports.done, a.reports.stage = done, s.Name
		case pipeline.TopicFeatures:
			a.features.done, a.features.stage = done, s.Name
		default:
			a.committed = done[0]
		}
	}
	return nil
}

// readReports reads topic "reports". A record may hold several reports.
func (a *auditor) readReports(ctx context.Context) error {
	return a.span(ctx, pipeline.TopicReports, time.UnixMilli(a.from), func(rec pipeline.Record) error {
		at := store.ReceivedMS(rec.Time.UnixMilli())
		if at < a.from || at >= a.to {
			return nil
		}
		a.records++
		o := occurrence{at: at, part: int32(rec.Partition), offset: rec.Offset}
		base := intake.FromRecord(rec)
		if !intake.IsMail(rec.Value) {
			o.source = a.source(base.Source)
			a.reports.seen = append(a.reports.seen, o)
			return nil
		}
		for _, r := range intake.Unwrap(&base) {
			o.id, o.source = r.ID(), a.source(r.Source)
			a.reports.seen = append(a.reports.seen, o)
		}
		return nil
	})
}

// readLocals reads what local clusterers, where there are any, have still to do. After
// their first round a report is in topic "features".
func (a *auditor) readLocals(ctx context.Context) error {
	s := pipeline.LocalStage(0)
	if ok, err := a.client.Has(ctx, s.Topic); err != nil || !ok {
		return err
	}
	done, err := a.client.Committed(ctx, s.Group, s.Topic)
	if err != nil {
		return fmt.Errorf("how far %s is: %w", s.Name, err)
	}
	ends, err := a.client.End(ctx, s.Topic)
	if err != nil {
		return err
	}
	for part := range ends {
		err := a.client.Each(ctx, s.Topic, part, done[part], ends[part], func(rec pipeline.Record) error {
			if id, row, err := record.UnmarshalReport(rec.Value); err == nil && row != nil {
				a.facts.waiting[id] = s.Name
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// again says whether a record of "features" is of a report that is there before: what
// a local clusterer found out later.
func again(value []byte) bool {
	entry, err := record.UnmarshalFinding(value)
	return err == nil && entry.Finding != nil && entry.Finding.Again
}

func (a *auditor) readFeatures(ctx context.Context) error {
	first := true
	return a.span(ctx, pipeline.TopicFeatures, time.UnixMilli(a.from).Add(-skew), func(rec pipeline.Record) error {
		if first {
			a.begun, first = rec.Offset, false
		}
		a.ended = rec.Offset + 1
		if again(rec.Value) {
			return nil
		}
		id, row, err := record.UnmarshalReport(rec.Value)
		if err != nil {
			// Only its letter says what it was.
			o := occurrence{at: store.ReceivedMS(rec.Time.UnixMilli()), offset: rec.Offset}
			if o.at >= a.from && o.at < a.to {
				o.source = a.source("")
				a.features.seen = append(a.features.seen, o)
			}
			return nil
		}
		if rec.Offset >= a.features.done[0] && row != nil {
			a.facts.waiting[id] = a.features.stage
		}
		a.feature(rec, id, row)
		return nil
	})
}

// feature takes a record of "features" into the account, if it is of the span.
func (a *auditor) feature(rec pipeline.Record, id cluster.ReportID, row *record.Row) {
	if row == nil {
		if at := rec.Time.UnixMilli(); at >= a.from && at < a.to {
			a.decisions++
		}
		return
	}
	at := store.ReceivedMS(row.GetReceivedAtMs())
	if at < a.from || at >= a.to {
		return
	}
	a.features.seen = append(a.features.seen, occurrence{id: id, at: at, offset: rec.Offset, source: a.source(row.GetSource())})
}

// readLetters reads topic "reports.dead" from the span on.
func (a *auditor) readLetters(ctx context.Context) error {
	return a.span(ctx, pipeline.TopicDead, time.UnixMilli(a.from).Add(-skew), func(rec pipeline.Record) error {
		last := func(name string) string {
			var v string
			for _, h := range rec.Headers {
				if h.Name == name {
					v = string(h.Value)
				}
			}
			return v
		}
		part, err1 := strconv.ParseInt(last(pipeline.HeaderOriginPartition), 10, 32)
		offset, err2 := strconv.ParseInt(last(pipeline.HeaderOriginOffset), 10, 64)
		at, reason := spot{int32(part), offset}, last(pipeline.HeaderReason)
		topic := last(pipeline.HeaderOriginTopic)
		switch {
		case err1 != nil || err2 != nil:
			a.strange++
		case topic == pipeline.TopicReports:
			a.reports.letters[at] = reason
		case topic == pipeline.TopicFeatures:
			a.features.letters[at] = reason
			if id, _, err := record.UnmarshalReport(rec.Value); err == nil {
				a.facts.letters[id] = reason
			}
		default:
			a.strange++
		}
		return nil
	})
}

// readEvents reads what the writer has still to do.
func (a *auditor) readEvents(ctx context.Context) error {
	ends, err := a.client.End(ctx, pipeline.TopicEvents)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	writer := pipeline.Stages()[2].Name
	return a.client.Each(ctx, pipeline.TopicEvents, 0, a.committed, ends[0], func(rec pipeline.Record) error {
		if ev, err := record.UnmarshalEvent(rec.Value); err == nil && cluster.EventKind(ev.GetKind()) == cluster.EventAssigned {
			var id cluster.ReportID
			copy(id[:], ev.GetReportId())
			a.facts.waiting[id] = writer
		}
		return nil
	})
}

// span reads a topic from a time on, up to where it ends now.
func (a *auditor) span(ctx context.Context, topic string, from time.Time, take func(pipeline.Record) error) error {
	begin, err := a.client.Since(ctx, topic, from)
	if err != nil {
		return err
	}
	first, err := a.client.First(ctx, topic)
	if err != nil {
		return err
	}
	ends, err := a.client.End(ctx, topic)
	if err != nil {
		return err
	}
	for part := range begin {
		begins := time.Time{}
		err := a.client.Each(ctx, topic, part, begin[part], ends[part], func(rec pipeline.Record) error {
			if begins.IsZero() {
				begins = rec.Time.UTC()
			}
			return take(rec)
		})
		if err != nil {
			return err
		}
		if first[part] > 0 && begin[part] <= first[part] {
			a.gone = append(a.gone, gone{topic, part, first[part], begins})
		}
	}
	return nil
}

// readStore reads which reports of the span are stored, and looks up the others.
func (a *auditor) readStore(ctx context.Context) error {
	keeps, err := a.db.KeepsFor(ctx)
	if err != nil {
		return err
	}
	a.facts.oldest = time.Now().Add(-keeps).UnixMilli()
	if err := a.db.EachKept(ctx, a.from, a.to, a.keep); err != nil {
		return err
	}
	left := map[cluster.ReportID]bool{}
	for _, l := range []*ledger{&a.reports, &a.features} {
		for _, o := range l.seen {
			if f := a.facts.kept[o.id]; f == nil && o.id != (cluster.ReportID{}) {
				left[o.id] = true
			}
		}
	}
	var ids []cluster.ReportID
	for id := range left {
		ids = append(ids, id)
	}
	return a.db.KeptOf(ctx, ids, a.keep)
}

func (a *auditor) keep(k store.Kept) error {
	if a.facts.kept[k.ID] != nil {
		a.twice = append(a.twice, k)
		return nil
	}
	a.facts.kept[k.ID] = &kept{Kept: k}
	return nil
}

// maxSources bounds the lines of an account: a source is a producer's word.
const maxSources = 200

// source gives a source its number; those beyond a bound are one.
func (a *auditor) source(name string) uint16 {
	if n, ok := a.sourceNo[name]; ok {
		return n
	}
	if len(a.sources) >= maxSources {
		name = "(others)"
		if n, ok := a.sourceNo[name]; ok {
			return n
		}
	}
	n := uint16(len(a.sources))
	a.sources, a.sourceNo[name] = append(a.sources, name), n
	return n
}
