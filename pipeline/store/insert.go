package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
)

// Insert stores b; see [pipeline.Store].
//
// What campaigns are known to be is written before the rows of their reports,
// so that a repeat after a crash, cut otherwise, places each row as the first
// attempt did or where a tombstone of a higher version waits for it.
func (db *DB) Insert(ctx context.Context, b pipeline.Batch) error {
	if len(b.Events) == 0 {
		return nil
	}
	p, err := newPlan(b)
	if err != nil {
		return err
	}
	l, err := db.layout(ctx)
	if err != nil {
		return err
	}
	ctx = l.writing(ctx)
	known := db.recent.begin(b)
	found, err := db.prepare(ctx, l, p, known, assignedCampaigns(b))
	if err != nil {
		return err
	}
	t := p.place(b, found.existing, known)
	if err := insertRows(ctx, db, "report_rows", reportColumns, storedRows(p.placements, found.erased)); err != nil {
		return err
	}
	for _, s := range p.steps {
		if err := db.rekey(ctx, s); err != nil {
			return err
		}
	}
	if err := db.eraseSince(ctx, found.erased); err != nil {
		return err
	}
	db.recent.keep(t, b.Events[len(b.Events)-1].GetSeq()+1)
	return nil
}

// findings are what must be known of the database before rows are written.
type findings struct {
	existing map[string]bool
	erased   erasures
}

// prepare writes what campaigns are known to be and finds out the rest, all at
// once: no statement needs another's outcome. When one fails the others are waited
// for, so that none comes late into the next attempt. On a cluster, where a read
// waits for the replicas, one comes after the other.
func (db *DB) prepare(ctx context.Context, l layout, p *plan, known *recent, assigned []string) (f findings, err error) {
	var group errgroup.Group
	if l.cluster != "" {
		group.SetLimit(1)
	}
	group.Go(func() error { return db.insertProperties(ctx, p) })
	group.Go(func() error { return db.insertLineage(ctx, p) })
	group.Go(func() (err error) {
		f.existing, err = db.existing(ctx, known, assigned)
		return err
	})
	group.Go(func() (err error) {
		f.erased, err = db.erasures(ctx)
		return err
	})
	return f, group.Wait()
}

var lineageColumns = []column[*record.Event]{
	whole("campaign_id", (*record.Event).GetCampaign),
	whole("seq", (*record.Event).GetSeq),
	whole("at", func(e *record.Event) time.Time { return storedTime(e.GetTimeMs(), 0) }),
	each("event", func(e *record.Event) string { return cluster.EventKind(e.GetKind()).String() }),
	whole("other_id", (*record.Event).GetOther),
	whole("report_id", func(e *record.Event) string { return fixed(e.GetReportId()) }),
	whole("operation_id", (*record.Event).GetOperation),
	whole("label", (*record.Event).GetLabel),
	whole("actor", (*record.Event).GetActor),
	whole("note", (*record.Event).GetNote),
	each("evidence", func(e *record.Event) tuples { return evidenceValues(e.GetEvidence()) }),
	whole("score", (*record.Event).GetScore),
	whole("content", (*record.Event).GetContent),
}

func (db *DB) insertLineage(ctx context.Context, p *plan) error {
	return insertRows(ctx, db, "lineage_rows", lineageColumns, p.lineage)
}

var propertyColumns = []column[property]{
	whole("campaign_id", func(p property) string { return p.campaign }),
	each("property", func(p property) string { return p.name }),
	whole("seq", func(p property) uint64 { return p.seq }),
	whole("at", func(p property) time.Time { return storedTime(p.atMS, 0) }),
	whole("value", func(p property) string { return p.value }),
}

func (db *DB) insertProperties(ctx context.Context, p *plan) error {
	survivors, err := db.survivors(ctx, p)
	if err != nil {
		return err
	}
	return insertRows(ctx, db, "campaign_rows", propertyColumns, append(p.properties, survivors...))
}

type survivorRow struct {
	Campaign string    `ch:"campaign_id"`
	Value    string    `ch:"value"`
	At       time.Time `ch:"at"`
}

// survivors follows the merges of a batch: the merged campaign points to its
// survivor, and so does everything that pointed to the merged one.
func (db *DB) survivors(ctx context.Context, p *plan) ([]property, error) {
	if len(p.merges) == 0 {
		return nil, nil
	}
	var ids []string
	for _, e := range p.merges {
		ids = append(ids, e.GetOther())
	}
	stored, err := selectIn[survivorRow](ctx, db, `SELECT campaign_id, value, at FROM shoal.campaign_rows FINAL
WHERE property = 'survivor' AND value IN `, ids)
	if err != nil {
		return nil, fmt.Errorf("look up merged campaigns: %w", err)
	}
	var out []property
	for _, r := range stored {
		out = append(out, property{campaign: r.Campaign, name: propertySurvivor, value: r.Value, atMS: r.At.UnixMilli()})
	}
	for _, e := range p.merges {
		for i := range out {
			if out[i].value == e.GetOther() {
				out[i].value, out[i].seq = e.GetCampaign(), e.GetSeq()
			}
		}
		out = append(out, property{campaign: e.GetOther(), name: propertySurvivor, value: e.GetCampaign(), seq: e.GetSeq(), atMS: e.GetTimeMs()})
	}
	return out, nil
}

type campaignRow struct {
	Campaign string `ch:"campaign_id"`
}

// existing says which of the campaigns have had a second report.
func (db *DB) existing(ctx context.Context, known *recent, ids []string) (map[string]bool, error) {
	out := make(map[string]bool, len(ids))
	var unknown []string
	for _, id := range ids {
		if _, ok := known.reports(id); !ok {
			unknown = append(unknown, id)
		} else if known.existed(id) {
			out[id] = true
		}
	}
	rows, err := selectIn[campaignRow](ctx, db, `SELECT DISTINCT campaign_id FROM shoal.campaign_rows
WHERE property IN ('created', 'split') AND campaign_id IN `, unknown)
	if err != nil {
		return nil, fmt.Errorf("look up campaigns: %w", err)
	}
	for _, r := range rows {
		out[r.Campaign] = true
	}
	return out, nil
}

// selectIn runs a query that ends in IN over chunks of ids.
func selectIn[T any](ctx context.Context, db *DB, query string, ids []string) ([]T, error) {
	ids = distinct(ids)
	var out []T
	for len(ids) > 0 {
		n := min(5000, len(ids))
		quoted := make([]string, n)
		for i, id := range ids[:n] {
			quoted[i] = quote(id)
		}
		ids = ids[n:]
		rows, err := selectRows[T](ctx, db, query+"("+strings.Join(quoted, ",")+")")
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
