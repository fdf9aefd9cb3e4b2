package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// insertBatch sends rows as one block.
func (db *DB) insertBatch(ctx context.Context, table string, columns []string, n int, row func(i int) []any) error {
	if n == 0 {
		return nil
	}
	types, err := db.columnTypes(ctx, table, columns)
	if err != nil {
		return fmt.Errorf("describe %s: %w", table, err)
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithColumnNamesAndTypes(types))
	batch, err := db.conn.PrepareBatch(ctx, "INSERT INTO shoal."+table+" ("+strings.Join(columns, ", ")+")")
	if err != nil {
		return fmt.Errorf("prepare insert into %s: %w", table, err)
	}
	defer batch.Close()
	for i := range n {
		if err := batch.Append(row(i)...); err != nil {
			return fmt.Errorf("append to %s: %w", table, err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("insert %d rows into %s: %w", n, table, err)
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
