package store

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// NativeFormats are the formats that [DB.Query] can write over the native
// protocol, where the server sends columns and no text.
var NativeFormats = []string{"PrettyCompact", "TSV", "TSVWithNames", "TabSeparated", "TabSeparatedWithNames", "CSV", "CSVWithNames", "JSONEachRow"}

// lines writes one answer.
type lines interface {
	head(names []string) error
	row(names []string, values []any) error
	end() error
}

func newLines(w io.Writer, format string) (lines, error) {
	switch format {
	case "PrettyCompact":
		return &tableLines{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}, nil
	case "TSV", "TabSeparated":
		return &tsvLines{w: w}, nil
	case "TSVWithNames", "TabSeparatedWithNames":
		return &tsvLines{w: w, names: true}, nil
	case "CSV", "CSVWithNames":
		return &csvLines{w: csv.NewWriter(w), names: format == "CSVWithNames"}, nil
	case "JSONEachRow":
		return &jsonLines{enc: json.NewEncoder(w), w: w}, nil
	}
	return nil, fmt.Errorf("format %q needs an http:// URL of ClickHouse; over clickhouse:// there are %s", format, strings.Join(NativeFormats, ", "))
}

func (db *DB) queryNative(ctx context.Context, w io.Writer, format, query string) error {
	out, err := newLines(w, format)
	if err != nil {
		return err
	}
	rows, err := db.reader.Query(ctx, query)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	if err := out.head(rows.Columns()); err != nil {
		return err
	}
	for rows.Next() {
		values, err := scanAny(rows)
		if err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		if err := out.row(rows.Columns(), values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return out.end()
}

func scanAny(rows driver.Rows) ([]any, error) {
	types := rows.ColumnTypes()
	dest := make([]any, len(types))
	for i, t := range types {
		dest[i] = reflect.New(t.ScanType()).Interface()
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	for i := range dest {
		dest[i] = plain(reflect.ValueOf(dest[i]).Elem())
	}
	return dest, nil
}

// plain turns a scanned value into one that encoding/json and fmt show well.
func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return strings.TrimSuffix(x.UTC().Format("2006-01-02 15:04:05.000"), ".000")
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
	}
	return v.Interface()
}

func text(v any) string {
	switch x := v.(type) {
	case nil:
		return `\N`
	case string:
		return x
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func texts(values []any) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = text(v)
	}
	return out
}

var escapeTSV = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`)

type tsvLines struct {
	w     io.Writer
	names bool
}

func (l *tsvLines) line(fields []string) error {
	for i := range fields {
		if fields[i] != `\N` {
			fields[i] = escapeTSV.Replace(fields[i])
		}
	}
	_, err := fmt.Fprintln(l.w, strings.Join(fields, "\t"))
	return err
}

func (l *tsvLines) head(names []string) error {
	if !l.names {
		return nil
	}
	return l.line(append([]string(nil), names...))
}
func (l *tsvLines) row(_ []string, values []any) error { return l.line(texts(values)) }
func (l *tsvLines) end() error                         { return nil }

type tableLines struct{ w *tabwriter.Writer }

func (l *tableLines) line(fields []string) error {
	for i := range fields {
		fields[i] = escapeTSV.Replace(fields[i])
	}
	_, err := fmt.Fprintln(l.w, strings.Join(fields, "\t"))
	return err
}
func (l *tableLines) head(names []string) error          { return l.line(append([]string(nil), names...)) }
func (l *tableLines) row(_ []string, values []any) error { return l.line(texts(values)) }
func (l *tableLines) end() error                         { return l.w.Flush() }

type csvLines struct {
	w     *csv.Writer
	names bool
}

func (l *csvLines) head(names []string) error {
	if !l.names {
		return nil
	}
	return l.w.Write(names)
}
func (l *csvLines) row(_ []string, values []any) error { return l.w.Write(texts(values)) }
func (l *csvLines) end() error                         { l.w.Flush(); return l.w.Error() }

type jsonLines struct {
	enc *json.Encoder
	w   io.Writer
}

func (l *jsonLines) head([]string) error { return nil }

// row keeps the order of the columns, which a map would lose.
func (l *jsonLines) row(names []string, values []any) error {
	var b strings.Builder
	for i, name := range names {
		key, _ := json.Marshal(name)
		value, err := json.Marshal(values[i])
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
		b.WriteByte("{,"[min(i, 1)])
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(l.w, b.String())
	return err
}
func (l *jsonLines) end() error { return nil }
