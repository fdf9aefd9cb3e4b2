package embedded_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/embedded/embeddedtest"
)

// TestEngineCan tries the parts of ClickHouse that the store builds on.
func TestEngineCan(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	conn := open(t, e)
	run(t, conn,
		"CREATE DATABASE d",
		"CREATE TABLE d.r (id UInt64, v UInt64, s String, at DateTime DEFAULT '2020-10-20 00:00:00') ENGINE = ReplacingMergeTree(v) PARTITION BY toYYYYMM(at) ORDER BY id TTL at + INTERVAL 50 YEAR COMMENT 'rows'",
		"CREATE VIEW d.view AS SELECT s, count() AS n FROM d.r FINAL GROUP BY s",
		"CREATE VIEW d.pview AS SELECT id FROM d.r FINAL WHERE s = {s:String}",
		"CREATE TABLE d.sums (s String, n SimpleAggregateFunction(sum, UInt64), u AggregateFunction(uniq, UInt64)) ENGINE = AggregatingMergeTree ORDER BY s",
		"CREATE MATERIALIZED VIEW d.mv TO d.sums AS SELECT s, count() AS n, uniqState(id) AS u FROM d.r GROUP BY s",
		"CREATE TABLE d.names (id UInt64, name String) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO d.names VALUES (1, 'one'), (2, 'two')",
		"CREATE DICTIONARY d.dict (id UInt64, name String) PRIMARY KEY id SOURCE(CLICKHOUSE(DB 'd' TABLE 'names')) LAYOUT(FLAT()) LIFETIME(0)",
		"INSERT INTO d.r (id, v, s) VALUES (1, 1, 'a'), (2, 1, 'a')",
		"INSERT INTO d.r (id, v, s) VALUES (1, 2, 'b'), (3, 1, 'b')",
		"ALTER TABLE d.r ADD COLUMN extra LowCardinality(String) DEFAULT 'x' COMMENT 'more' CODEC(ZSTD(1))",
	)
	for _, tc := range []struct{ name, sql, want string }{
		{"view, FINAL", "SELECT * FROM d.view ORDER BY s", "a\t1\nb\t2\n"},
		{"parameterised view", "SELECT id FROM d.pview(s = 'b') ORDER BY id", "1\n3\n"},
		{"materialised view", "SELECT s, sum(n), uniqMerge(u) FROM d.sums GROUP BY s ORDER BY s", "a\t2\t2\nb\t2\t2\n"},
		{"window", "SELECT id, sum(v) OVER (ORDER BY id) FROM d.r FINAL ORDER BY id", "1\t2\n2\t3\n3\t4\n"},
		{"join", "SELECT r.id, name FROM d.r AS r FINAL LEFT JOIN d.names USING id ORDER BY id", "1\tone\n2\ttwo\n3\t\n"},
		{"added column", "SELECT DISTINCT extra FROM d.r", "x\n"},
		{"comment", "SELECT comment FROM system.columns WHERE database = 'd' AND table = 'r' AND name = 'extra'", "more\n"},
		{"totals", "SELECT s, count() FROM d.r GROUP BY s WITH TOTALS ORDER BY s", "a\t2\nb\t2\n\n\t4\n"},
		{"inserts are synced", "SELECT value FROM system.merge_tree_settings WHERE name IN ('fsync_after_insert', 'fsync_part_directory')", "1\n1\n"},
		{"statistics", "SELECT round(arrayMax(x -> x, [1., 2.]), 1), round(erf(1), 3)", "2\t0.843\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if status, got := post(t, e, tc.sql, nil); status != http.StatusOK || got != tc.want {
				t.Errorf("%s = %d %q, want %q", tc.sql, status, got, tc.want)
			}
		})
	}
	var name string
	if err := conn.QueryRow(t.Context(), "SELECT dictGet('d.dict', 'name', toUInt64(2))").Scan(&name); err != nil || name != "two" {
		t.Errorf("dictionary = %q, %v, want two", name, err)
	}
}

// TestInsertFormats inserts as curl does: data in the body or behind the
// statement, in text and binary formats.
func TestInsertFormats(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	conn := open(t, e)
	binary := "\x01\x00\x00\x00\x00\x00\x00\x00\x04a\nb\n"
	for _, tc := range []struct{ name, query, body, want string }{
		{"CSV", "INSERT INTO t FORMAT CSV", "1,\"a\nb\"\n2,c\n", "1,a\nb;2,c"},
		{"CSV, no newline", "INSERT INTO t FORMAT CSV", "1,x", "1,x"},
		{"defaults", "INSERT INTO t (s) FORMAT JSONEachRow", `{"s":"a"}`, "7,a"},
		{"missing fields", "INSERT INTO t FORMAT JSONEachRow", "{\"s\":\"a\\nb\"}\n{\"id\":2}\n", "2,;7,a\nb"},
		{"all in the body", "", "INSERT INTO t FORMAT JSONEachRow {\"id\":1,\"s\":\"x\"}\n{\"id\":2}", "1,x;2,"},
		{"format in the body", "INSERT INTO t", "FORMAT TSV\n1\ta\n2\tb\n", "1,a;2,b"},
		{"values", "", "INSERT INTO t VALUES (1, 'a;b'), (1 + 1, concat('x', 'y'));", "1,a;b;2,xy"},
		{"values in the body", "INSERT INTO t (s, id) VALUES", "('a', 1), ('b)(', 2)", "1,a;2,b)("},
		{"settings", "INSERT INTO t SETTINGS input_format_tsv_empty_as_default = 1 FORMAT TSV", "\ta\n", "7,a"},
		{"RowBinary", "INSERT INTO t (id, s) FORMAT RowBinary", binary, "1,a\nb\n"},
		{"select", "INSERT INTO t SELECT number, 'n' FROM numbers(2)", "", "0,n;1,n"},
		{"with", "", "WITH 5 AS x INSERT INTO t SELECT x, 'w'", "5,w"},
		{"names of keywords", "", "INSERT INTO `t` (`id`, \"s\") VALUES (1, 'FORMAT TSV')", "1,FORMAT TSV"},
		{"comment", "", "/* INSERT */ INSERT -- VALUES (\nINTO default.t FORMAT TSV\n1\ta\n", "1,a"},
		{"nothing", "INSERT INTO t FORMAT CSV", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, conn, "DROP TABLE IF EXISTS t", "CREATE TABLE t (id UInt64 DEFAULT 7, s String) ENGINE = MergeTree ORDER BY id")
			resp, err := client(e).Post("http://localhost/?"+url.Values{"query": {tc.query}}.Encode(), "", strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d: %s", resp.StatusCode, body)
			}
			_, got := post(t, e, "SELECT arrayStringConcat(groupArray(concat(toString(id), ',', s)), ';') FROM (SELECT * FROM t ORDER BY id, s) FORMAT TSVRaw", nil)
			if diff := cmp.Diff(tc.want+"\n", got); diff != "" {
				t.Errorf("table (-want +got):\n%s", diff)
			}
		})
	}
}

func client(e *embeddedtest.Engine) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
		return e.Dial(ctx, addr)
	}}}
}

// TestLargeResult streams more than may be held as a whole, and an error in the
// middle of a result is seen as an error.
func TestLargeResult(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	get := func(sql string) ([]byte, error) {
		resp, err := client(e).Post("http://localhost/", "", strings.NewReader(sql))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return io.ReadAll(resp.Body)
	}
	data, err := get("SELECT number FROM numbers(3000000)")
	if got := bytes.Count(data, []byte("\n")); err != nil || got != 3000000 {
		t.Errorf("large result: %d rows, %v, want 3000000", got, err)
	}
	data, err = get("SELECT throwIf(number = 1000000) FROM numbers(2000000)")
	if err == nil || !bytes.Contains(data, []byte("__exception__\r\n")) || !bytes.Contains(data, []byte("Code: 395. ")) {
		t.Errorf("broken result of %d bytes ended with %v and no exception block", len(data), err)
	}
	rows, err := open(t, e).Query(t.Context(), "SELECT throwIf(number = 1000000) FROM numbers(2000000)")
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
		rows.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "throwIf") {
		t.Errorf("clickhouse-go sees %v, want the engine's error", err)
	}
}
