package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"shoal/pipeline"
)

// DB is the database of an abuse desk. It satisfies [pipeline.Store]. Insert
// must not run twice at once; everything else may.
type DB struct {
	cfg      Config
	conn     driver.Conn
	reader   driver.Conn
	protocol clickhouse.Protocol

	mu    sync.Mutex
	types map[string][]clickhouse.ColumnNameAndType // by table, in the order of inserts
	laid  *layout                                   // nil until it was looked at

	recent recent // of the writer
}

var _ pipeline.Store = (*DB)(nil)

// Open checks cfg and prepares a pool; it does not dial.
func Open(_ context.Context, cfg Config) (*DB, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	opt, err := options(cfg)
	if err != nil {
		return nil, err
	}
	conn, err := connect(opt, "")
	if err != nil {
		return nil, err
	}
	reader, err := connect(opt, database)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &DB{cfg: cfg, conn: conn, reader: reader, protocol: opt.Protocol}, nil
}

// Close returns the connections.
func (db *DB) Close() error { return errors.Join(db.conn.Close(), db.reader.Close()) }

// Ping says whether the server answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.conn.Exec(ctx, "SELECT 1"); err != nil {
		return fmt.Errorf("ping clickhouse: %w", err)
	}
	return nil
}

// Exec runs one statement with the rights of the account: for operators' tools.
func (db *DB) Exec(ctx context.Context, sql string) error {
	if err := db.conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("exec: %w", err)
	}
	return nil
}

// Select runs a query and scans all its rows into dest, a pointer to a slice of
// structs with ch tags. Arguments are bound by the client. Names without a
// database mean database shoal.
func (db *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	if err := db.reader.Select(ctx, dest, query, args...); err != nil {
		return fmt.Errorf("select: %w", err)
	}
	return nil
}

// selectRows is Select that works before the database is there.
func selectRows[T any](ctx context.Context, db *DB, query string) ([]T, error) {
	var rows []T
	if err := db.conn.Select(ctx, &rows, query); err != nil {
		return nil, err
	}
	return rows, nil
}
