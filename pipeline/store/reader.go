package store

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Reader reads with bounds on every statement: no writing, and no more rows and
// seconds than it was made for. It may be used by several goroutines.
type Reader struct {
	db       *DB
	settings clickhouse.Settings
}

// Reader returns a reader whose statements take at most so many seconds and the
// rows of [Config].
func (db *DB) Reader(seconds int) *Reader {
	s := db.readSettings()
	s["max_execution_time"] = seconds
	return &Reader{db, s}
}

// Select is [DB.Select] within the reader's bounds.
func (r *Reader) Select(ctx context.Context, dest any, query string, args ...any) error {
	return r.db.Select(clickhouse.Context(ctx, clickhouse.WithSettings(r.settings)), dest, query, args...)
}

// Brought gives the reports that a campaign which was merged away had brought into
// the one that has them now, in the order of their ids: those that were first known
// under it, or under what had been merged into it before. What left since is not
// among them.
func (db *DB) Brought(ctx context.Context, merged string) (now string, reports []string, err error) {
	if now, err = db.Resolve(ctx, merged); err != nil {
		return "", nil, err
	}
	homes, err := db.within(ctx, merged)
	if err != nil {
		return "", nil, err
	}
	var rows []struct {
		Report string `ch:"report"`
	}
	query := fmt.Sprintf(`SELECT DISTINCT lower(hex(report_id)) AS report FROM shoal.report_rows FINAL
WHERE campaign_id = ? AND has(?, home) ORDER BY report LIMIT %d`, MaxFollowers+1)
	if err := db.Select(ctx, &rows, query, now, homes); err != nil {
		return "", nil, fmt.Errorf("look up merged reports: %w", err)
	}
	if len(rows) > MaxFollowers {
		return "", nil, fmt.Errorf("more than %d reports came with it: %w", MaxFollowers, ErrTooMany)
	}
	for _, r := range rows {
		reports = append(reports, r.Report)
	}
	return now, reports, nil
}

// maxWithin bounds how many merges are followed back.
const maxWithin = 100_000

// within lists a campaign and what had been merged into it, and into these, before
// it was merged away itself. Reports that stood alone had ids too.
func (db *DB) within(ctx context.Context, merged string) ([]string, error) {
	all, next := []string{merged}, []string{merged}
	seen := map[string]bool{merged: true}
	for len(next) > 0 && len(all) < maxWithin {
		rows, err := selectIn[struct {
			Other string `ch:"other_id"`
		}](ctx, db, "SELECT DISTINCT other_id FROM shoal.lineage_rows WHERE event = 'merged' AND campaign_id IN ", next)
		if err != nil {
			return nil, fmt.Errorf("look up merges: %w", err)
		}
		next = nil
		for _, r := range rows {
			if !seen[r.Other] {
				seen[r.Other] = true
				next = append(next, r.Other)
			}
		}
		all = append(all, next...)
	}
	return all, nil
}
