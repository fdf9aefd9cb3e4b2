package embedded_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// open is clickhouse-go over the engine's unix socket.
func open(t testing.TB, e *embeddedtest.Engine, with ...func(*clickhouse.Options)) driver.Conn {
	t.Helper()
	opts := &clickhouse.Options{
		Protocol:    clickhouse.HTTP,
		Addr:        []string{"localhost:80"},
		DialContext: e.Dial,
	}
	for _, f := range with {
		f(opts)
	}
	conn, err := clickhouse.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func run(t testing.TB, conn driver.Conn, sql ...string) {
	t.Helper()
	for _, q := range sql {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

const allTypes = `CREATE TABLE shoal.types (
	s String, lc LowCardinality(String), at DateTime64(3,'UTC'), u UInt64, f Float64,
	list Array(String), attrs Map(LowCardinality(String), String),
	parts Array(Tuple(name String, size UInt64)), nested Nested(k String, v UInt32),
	n Nullable(String), fixed FixedString(4), e Enum8('a' = 1, 'b' = 2), b Bool, ip IPv6,
	lcn LowCardinality(Nullable(String)), lists Array(Array(UInt8)), i Int64, d Date
) ENGINE = MergeTree ORDER BY s`

type typesRow struct {
	S, LC string
	At    time.Time
	U     uint64
	F     float64
	List  []string
	Attrs map[string]string
	Parts []map[string]any
	K     []string
	V     []uint32
	N     *string
	Fixed string
	E     string
	B     bool
	IP    netip.Addr
	LCN   *string
	Lists [][]uint8
	I     int64
	D     time.Time
}

// row is a row with every byte that could upset a road made of text.
func row(key string) typesRow {
	odd := "a\nb\r\n\x00'\"\\\t\xff;--/*"
	return typesRow{
		S: key + odd, LC: odd, At: time.Date(2020, 10, 20, 12, 30, 0, 123e6, time.UTC), U: 1 << 63, F: 0.1,
		List: []string{odd, "", "x"}, Attrs: map[string]string{"region": odd, "list": "\n"},
		Parts: []map[string]any{{"name": odd, "size": uint64(10)}}, K: []string{odd, "k"}, V: []uint32{10, 13},
		N: &odd, Fixed: "\n\n\x00\n", E: "b", B: true, IP: netip.MustParseAddr("2001:db8::1"),
		Lists: [][]uint8{{10}, {}, {13, 10}}, I: -1, D: time.Date(2020, 10, 20, 0, 0, 0, 0, time.UTC),
	}
}

func TestAllTypesRoundTrip(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	for _, tc := range []struct {
		name string
		with func(*clickhouse.Options)
	}{
		{"plain", func(*clickhouse.Options) {}},
		{"lz4", compressed(clickhouse.CompressionLZ4)},
		{"zstd", compressed(clickhouse.CompressionZSTD)},
		{"gzip", compressed(clickhouse.CompressionGZIP)},
		{"deflate", compressed(clickhouse.CompressionDeflate)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn := open(t, e, tc.with)
			run(t, conn, "CREATE DATABASE IF NOT EXISTS shoal", "DROP TABLE IF EXISTS shoal.types", allTypes)
			want := []typesRow{row("1"), row("2"), {S: "3", Fixed: "\x00\x00\x00\x00", E: "a", At: time.Unix(0, 0).UTC(),
				IP: netip.IPv6Unspecified(), D: time.Unix(0, 0).UTC(), Attrs: map[string]string{}}}
			insertTypes(t, conn, want)
			if diff := cmp.Diff(want, selectTypes(t, conn), cmpEmpty, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("rows changed on the way (-want +got):\n%s", diff)
			}
		})
	}
}

func compressed(m clickhouse.CompressionMethod) func(*clickhouse.Options) {
	return func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: m, Level: 3} }
}

// cmpEmpty takes empty and nil slices for the same.
var cmpEmpty = cmp.FilterValues(func(a, b any) bool {
	return lenOf(a) == 0 && lenOf(b) == 0
}, cmp.Comparer(func(a, b any) bool { return true }))

func lenOf(v any) int {
	switch v := v.(type) {
	case []string:
		return len(v)
	case []uint32:
		return len(v)
	case []map[string]any:
		return len(v)
	case [][]uint8:
		return len(v)
	case []uint8:
		return len(v)
	}
	return -1
}

func insertTypes(t *testing.T, conn driver.Conn, rows []typesRow) {
	t.Helper()
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO shoal.types")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		err := batch.Append(r.S, r.LC, r.At, r.U, r.F, r.List, r.Attrs, r.Parts, r.K, r.V, r.N, r.Fixed, r.E, r.B, r.IP, r.LCN, r.Lists, r.I, r.D)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
}

func selectTypes(t *testing.T, conn driver.Conn) []typesRow {
	t.Helper()
	rows, err := conn.Query(t.Context(), "SELECT * FROM shoal.types ORDER BY s")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []typesRow
	for rows.Next() {
		var r typesRow
		if err := rows.Scan(&r.S, &r.LC, &r.At, &r.U, &r.F, &r.List, &r.Attrs, &r.Parts, &r.K, &r.V, &r.N, &r.Fixed, &r.E, &r.B, &r.IP, &r.LCN, &r.Lists, &r.I, &r.D); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestParametersAndErrors(t *testing.T) {
	conn := open(t, embeddedtest.ClickHouse(t))
	var got string
	const odd = "x'; DROP TABLE t --\n\\"
	if err := conn.QueryRow(t.Context(), "SELECT {id:String}", clickhouse.Named("id", odd)).Scan(&got); err != nil || got != odd {
		t.Errorf("parameter = %q, %v, want %q", got, err, odd)
	}
	err := conn.Exec(t.Context(), "SELECT * FROM no_such_table")
	var ex *clickhouse.Exception
	if !errors.As(err, &ex) || ex.Code != 60 {
		t.Errorf("unknown table: %v, want exception 60", err)
	}
}

func TestCancel(t *testing.T) {
	conn := open(t, embeddedtest.ClickHouse(t))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := conn.Exec(clickhouse.Context(ctx), "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 7")
	if err == nil {
		t.Fatal("endless query ended")
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		var running uint64
		if err := conn.QueryRow(t.Context(), "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number) =%' AND query NOT LIKE '%processes%'").Scan(&running); err != nil {
			t.Fatal(err)
		}
		if running == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the query goes on without its client")
		}
	}
}

// TestOverTCP is clickhouse-go over the port: reading only, and with all rights.
func TestOverTCP(t *testing.T) {
	for _, full := range []bool{false, true} {
		e := embeddedtest.Start(t, embedded.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", ListenFull: full, Key: "key"})
		run(t, open(t, e), "CREATE TABLE k (batch UInt32, n UInt32, s String) ENGINE = MergeTree ORDER BY n")
		conn := open(t, e, func(o *clickhouse.Options) {
			o.DialContext, o.Addr = nil, []string{e.Addr}
			o.Auth = clickhouse.Auth{Database: "default", Username: "analyst", Password: "key"}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var ex *clickhouse.Exception
		if err := insertBatch(ctx, conn, 1, 10); full != (err == nil) || !full && (!errors.As(err, &ex) || ex.Code != 164) {
			t.Errorf("full = %t: insert ended with %v", full, err)
		}
		var n uint64
		if err := conn.QueryRow(ctx, "SELECT count() FROM k WHERE batch = {b:UInt32}", clickhouse.Named("b", 1)).Scan(&n); err != nil || full != (n == 10) {
			t.Errorf("full = %t: %d rows, %v", full, n, err)
		}
		resp, err := http.Get("http://" + e.Addr + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		refused := strings.Contains(string(text), "shoal_engine_failures_total{reason=\"read_only\"} 1")
		if refused == full {
			t.Errorf("full = %t: counted a refusal: %t", full, refused)
		}
	}
}
