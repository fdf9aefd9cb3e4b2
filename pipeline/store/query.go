package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Query runs one read-only statement for an analyst and copies the answer to w
// in format, a name of ClickHouse's such as PrettyCompact or JSONEachRow. Names
// without a database mean database shoal. Over the native protocol only the
// formats of [NativeFormats] are known.
//
// The statement is bounded (readonly, rows read, time); what an account may see
// is the server's to decide.
func (db *DB) Query(ctx context.Context, w io.Writer, format, query string) error {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(db.readSettings()))
	if db.protocol == clickhouse.Native {
		return db.queryNative(ctx, w, format, query)
	}
	body, err := db.reader.QueryFormat(ctx, format, query)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	_, err = io.Copy(w, body)
	if err = errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

func (db *DB) readSettings() clickhouse.Settings {
	s := clickhouse.Settings{"readonly": 2}
	if db.cfg.MaxRows > 0 {
		s["max_rows_to_read"] = db.cfg.MaxRows
	}
	if db.cfg.MaxSeconds > 0 {
		s["max_execution_time"] = db.cfg.MaxSeconds
	}
	return s
}
