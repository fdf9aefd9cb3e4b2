package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/pipeline"
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
	if err := db.insertRows(ctx, p.placements, found.erased); err != nil {
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

func (db *DB) insertLineage(ctx context.Context, p *plan) error {
	columns := []string{"campaign_id", "seq", "at", "event", "other_id", "report_id", "operation_id", "label", "actor", "note", "evidence", "score", "content"}
	return db.insertBatch(ctx, "lineage_rows", columns, len(p.lineage), func(i int) []any {
		e := p.lineage[i]
		return []any{
			e.GetCampaign(), e.GetSeq(), storedTime(e.GetTimeMs(), 0), cluster.EventKind(e.GetKind()).String(), e.GetOther(),
			fixed(e.GetReportId()), e.GetOperation(), e.GetLabel(), e.GetActor(), e.GetNote(), evidenceValues(e.GetEvidence()),
			e.GetScore(), e.GetContent(),
		}
	})
}

func (db *DB) insertProperties(ctx context.Context, p *plan) error {
	survivors, err := db.survivors(ctx, p)
	if err != nil {
		return err
	}
	all := append(p.properties, survivors...)
	columns := []string{"campaign_id", "property", "seq", "at", "value"}
	return db.insertBatch(ctx, "campaign_rows", columns, len(all), func(i int) []any {
		r := all[i]
		return []any{r.campaign, r.name, r.seq, storedTime(r.atMS, 0), r.value}
	})
}

func (db *DB) insertRows(ctx context.Context, rows []*placement, erased erasures) error {
	return db.insertBatch(ctx, "report_rows", reportColumns, len(rows), func(i int) []any { return rows[i].values(erased) })
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
