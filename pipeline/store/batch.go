package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// column is a column of a table and how it is filled from rows.
type column[R any] struct {
	name string
	fill func(to driver.BatchColumn, rows []R) error
}

// whole is a column of plain values: the client takes a slice of them as it is,
// where one by one each would be put into an interface, on the heap.
func whole[R, T any](name string, value func(R) T) column[R] {
	return column[R]{name, func(to driver.BatchColumn, rows []R) error {
		values := make([]T, len(rows))
		for i, r := range rows {
			values[i] = value(r)
		}
		return to.Append(values)
	}}
}

// each is a column of words (LowCardinality) or of lists: of a slice of those the
// client would take each out by reflection.
func each[R, T any](name string, value func(R) T) column[R] {
	return column[R]{name, func(to driver.BatchColumn, rows []R) error {
		for _, r := range rows {
			if err := to.AppendRow(value(r)); err != nil {
				return err
			}
		}
		return nil
	}}
}

func names[R any](columns []column[R]) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.name
	}
	return out
}

// insertRows sends rows as one block.
func insertRows[R any](ctx context.Context, db *DB, table string, columns []column[R], rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	types, err := db.columnTypes(ctx, table, names(columns))
	if err != nil {
		return fmt.Errorf("describe %s: %w", table, err)
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithColumnNamesAndTypes(types))
	batch, err := db.conn.PrepareBatch(ctx, "INSERT INTO shoal."+table+" ("+strings.Join(names(columns), ", ")+")")
	if err != nil {
		return fmt.Errorf("prepare insert into %s: %w", table, err)
	}
	defer batch.Close()
	for i, c := range columns {
		if err := c.fill(batch.Column(i), rows); err != nil {
			return fmt.Errorf("fill column %s of %s: %w", c.name, table, err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("insert %d rows into %s: %w", len(rows), table, err)
	}
	return nil
}

// columnTypes asks for a table's types once: over HTTP the client would ask
// before every insert.
func (db *DB) columnTypes(ctx context.Context, table string, columns []string) ([]clickhouse.ColumnNameAndType, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if known := db.types[table]; known != nil {
		return known, nil
	}
	rows, err := selectRows[struct {
		Name string `ch:"name"`
		Type string `ch:"type"`
	}](ctx, db, "SELECT name, type FROM system.columns WHERE database = 'shoal' AND table = "+quote(table))
	if err != nil {
		return nil, err
	}
	types := make(map[string]string, len(rows))
	for _, r := range rows {
		types[r.Name] = r.Type
	}
	out := make([]clickhouse.ColumnNameAndType, len(columns))
	for i, c := range columns {
		if types[c] == "" {
			return nil, fmt.Errorf("no column %s: %w", c, ErrOldSchema)
		}
		out[i] = clickhouse.ColumnNameAndType{Name: c, Type: types[c]}
	}
	if db.types == nil {
		db.types = map[string][]clickhouse.ColumnNameAndType{}
	}
	db.types[table] = out
	return out, nil
}
