package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ttl is the TTL clause of each table that has one. The schema's files say the
// same for new tables.
func (p schemaParams) ttl() map[string]string {
	return map[string]string{
		p.layout.local("report_rows"): fmt.Sprintf(`toDateTime(received_at) + INTERVAL %d DAY DELETE WHERE is_deleted = 0,
    toDateTime(received_at) + INTERVAL %d DAY DELETE WHERE is_deleted = 1`, p.TTLDays, p.TombstoneDays),
		p.layout.local("segment_days"): fmt.Sprintf("received + INTERVAL %d DAY", p.TTLDays),
		"erased_rows":                  fmt.Sprintf("toDateTime(erased_at) + INTERVAL %d DAY", p.TTLDays),
	}
}

// upkeep gives the statements that fit existing tables to the configuration.
func (db *DB) upkeep(ctx context.Context, p schemaParams) ([]string, error) {
	ttl, err := db.retention(ctx, p)
	if err != nil {
		return nil, err
	}
	fields, err := db.fieldStatements(ctx, p)
	if err != nil {
		return nil, err
	}
	dictionary, err := db.dictionary(ctx, p)
	return slices.Concat(ttl, fields, dictionary), err
}

// dictionary makes the dictionary of networks again where it cannot be read, as
// after a change of password.
func (db *DB) dictionary(ctx context.Context, p schemaParams) ([]string, error) {
	broken, err := selectRows[struct {
		Name string `ch:"name"`
	}](ctx, db, "SELECT name FROM system.dictionaries WHERE database = 'shoal' AND name = 'ip_network' AND last_exception != ''")
	if err != nil || len(broken) == 0 {
		return nil, err
	}
	all, err := migrations(p)
	if err != nil {
		return nil, err
	}
	const create = "CREATE DICTIONARY IF NOT EXISTS"
	for _, m := range all {
		for _, sql := range m.statements {
			if strings.HasPrefix(sql, create) {
				return []string{"CREATE OR REPLACE DICTIONARY" + strings.TrimPrefix(sql, create)}, nil
			}
		}
	}
	return nil, nil
}

// retention gives the statements that bring existing tables to the configured
// number of days.
func (db *DB) retention(ctx context.Context, p schemaParams) ([]string, error) {
	ttl := p.ttl()
	names := slices.Sorted(maps.Keys(ttl))
	tables, err := selectRows[struct {
		Name  string `ch:"name"`
		Query string `ch:"create_table_query"`
	}](ctx, db, `SELECT name, create_table_query FROM system.tables
WHERE database = 'shoal' AND name IN ('`+strings.Join(names, "', '")+`') ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("read retention: %w", err)
	}
	var out []string
	for _, t := range tables {
		if _, clauses, _ := strings.Cut(t.Query, ") ENGINE = "); !strings.Contains(clauses, fmt.Sprintf("toIntervalDay(%d)", p.TTLDays)) {
			out = append(out, "ALTER TABLE shoal."+t.Name+p.OnCluster()+" MODIFY TTL "+ttl[t.Name])
		}
	}
	return out, nil
}
