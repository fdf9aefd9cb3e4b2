package embedded_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// post sends sql to the engine's TCP port, as curl does.
func post(t *testing.T, e *embeddedtest.Engine, sql string, with url.Values) (status int, body string) {
	t.Helper()
	resp, err := http.Post("http://"+e.Addr+"/?"+with.Encode(), "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func TestReadOnlyPortRefuses(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	run(t, open(t, e), "CREATE DATABASE s", "CREATE TABLE s.t (a UInt64, b String) ENGINE = MergeTree ORDER BY a",
		"INSERT INTO s.t VALUES (1, 'one')")
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("hidden\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	for _, sql := range []string{
		"INSERT INTO s.t VALUES (2, 'two')",
		"WITH 2 AS a INSERT INTO s.t SELECT a, 'two'",
		"INSERT INTO s.t FROM INFILE '" + secret + "' FORMAT TSV",
		"INSERT INTO FUNCTION file('" + out + "') SELECT 1",
		"DROP TABLE s.t", "TRUNCATE TABLE s.t", "ALTER TABLE s.t DELETE WHERE 1", "DELETE FROM s.t WHERE 1",
		"OPTIMIZE TABLE s.t", "RENAME TABLE s.t TO s.u", "DETACH TABLE s.t", "SYSTEM SHUTDOWN", "KILL QUERY WHERE 1",
		"CREATE TABLE s.u (a UInt8) ENGINE = Memory", "CREATE TEMPORARY TABLE u (a UInt8)", "CREATE FUNCTION f AS x -> x",
		"BACKUP DATABASE s TO File('" + out + "')", "SET max_threads = 1", "USE s", "exit",
		"SELECT * FROM file('" + secret + "', LineAsString)", "SELECT * FROM file ('" + secret + "', LineAsString)",
		"SELECT * FROM FILE/**/('" + secret + "', LineAsString)", "SELECT file('" + secret + "')",
		"SELECT `file`('" + secret + "')", `SELECT "fi\x6ce"('` + secret + "')", "SELECT * FROM '" + secret + "'",
		"SELECT * FROM `" + secret + "`", "SELECT * FROM view(SELECT * FROM file('" + secret + "', LineAsString))",
		"SELECT 1 WHERE 1 IN (SELECT 1 FROM file('" + secret + "', LineAsString))",
		"SELECT * FROM loop(file('" + secret + "', LineAsString))", "DESCRIBE file('" + secret + "')",
		"DESCRIBE TABLE url('http://127.0.0.1:1/')", "SELECT * FROM url('http://127.0.0.1:1/', TSV, 'a String')",
		"EXPLAIN SELECT * FROM url('http://127.0.0.1:1/', TSV, 'a String')",
		"SELECT * FROM s3('http://127.0.0.1:1/b/k', TSV, 'a String')", "SELECT * FROM remote('127.0.0.1', system.one)",
		"SELECT * FROM sqlite('" + out + "', 't')", "SELECT * FROM executable('id', TSV, 'a String')",
		"SELECT 1 INTO OUTFILE '" + out + "'", "SELECT 1 INTO /* */ OUTFILE '" + out + "'", "SELECT 1 INTO outfile '" + out + "' FORMAT TSV",
		"SELECT 1 SETTINGS readonly = 0", "SELECT 1 SETTINGS max_execution_time = 0", "SELECT 1; SELECT 2",
		"SELECT 1; DROP TABLE s.t", "SELECT $$a$$", "SELECT ‘a’", "EXPLAIN INSERT INTO s.t SELECT 2, 'two'",
		"CREATE USER u", "GRANT ALL ON *.* TO default", "SELECT sleep(3)", "SELECT throwIf(1)",
		"SELECT number FROM numbers(2000000) FORMAT JSON",
		"SELECT hasColumnInTable('127.0.0.1:1', 'u', 'p', 'd', 't', 'c')", "SELECT HASCOLUMNINTABLE('127.0.0.1:1', 'd', 't', 'c')",
		"SELECT * FROM system.models", "SELECT * FROM system.`models`", `SELECT * FROM system."mod\x65ls"`, "SELECT * FROM system.MODELS",
		"SELECT * FROM merge('system', 'models')", "SELECT * FROM system.stack_trace", "SELECT * FROM system.jemalloc_profile_text",
		"SELECT * FROM system.zookeeper WHERE path = '/'", "SELECT * FROM system.symbols", "SELECT logTrace('x')", "SELECT showCertificate()",
		"SELECT * FROM `http://127.0.0.1:1/a.csv`", "SELECT * FROM `s3://b/k.csv`", "SELECT * FROM `file://" + secret + "`",
		"SELECT arrayMap(file, ['" + secret + "'])", "SELECT * APPLY(file) FROM (SELECT '" + secret + "')", "SELECT * APPLY file FROM (SELECT '" + secret + "')",
		"SELECT COLUMNS('x') APPLY `FILE` FROM (SELECT '" + secret + "' AS x)", "SELECT * APPLY(sleep) FROM (SELECT 1)",
		"SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)", "SELECT * FROM view(SELECT 1 settings readonly = 0)",
		"WITH x AS (SELECT 1 SETTINGS max_memory_usage = 0) SELECT * FROM x", "SELECT * FROM (SELECT 1. SETTINGS max_memory_usage = 0)",
		"SELECT (SELECT tuple(1).1 SETTINGS max_memory_usage = 0)", "SELECT 1 IN (SELECT 1/**/SETTINGS/**/use_query_cache)",
		"SHOW ACCESS", "SELECT * FROM system.users", "CREATE NAMED COLLECTION c AS a = 1",
	} {
		t.Run(sql, func(t *testing.T) {
			if status, body := post(t, e, sql, nil); status == http.StatusOK {
				t.Errorf("answered 200 %q, want a refusal", body[:min(len(body), 200)])
			}
		})
	}
	if _, err := os.Stat(out); err == nil {
		t.Errorf("%s was written", out)
	}
	if _, body := post(t, e, "SELECT count(), any(b) FROM s.t", nil); body != "1\tone\n" {
		t.Errorf("table afterwards = %q, want its one row", body)
	}
}

// TestReadOnlyPortRefusesNames: what the URL says cannot name a function or table.
func TestReadOnlyPortRefusesNames(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	for _, tc := range [][2]string{
		{"SELECT * FROM system.{t:Identifier}", "stack_trace"},
		{"SELECT * FROM system.{t :/**/ Identifier}", "models"},
		{"SELECT arrayMap({t:Identifier}, ['/etc/hostname'])", "file"},
	} {
		if status, body := post(t, e, tc[0], url.Values{"param_t": {tc[1]}}); status == http.StatusOK || !strings.Contains(body, "READONLY") {
			t.Errorf("%s with %s = %d %.100q", tc[0], tc[1], status, body)
		}
	}
}

// TestReadOnlyPortSettings: no setting of how a result is written makes the engine
// write a file. The list is of those whose value is a text; what a newer engine
// adds has to be looked at.
func TestReadOnlyPortSettings(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	out := filepath.Join(t.TempDir(), "out")
	for _, name := range []string{"output_format_schema", "output_format_avro_confluent_subject"} {
		if status, body := post(t, e, "SELECT 1 AS a FORMAT Protobuf", url.Values{name: {out}}); status == http.StatusOK {
			t.Errorf("%s: %q", name, body)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Errorf("%s was written", out)
	}
	_, list := post(t, e, "SELECT name FROM system.settings WHERE name LIKE 'output\\_format%' AND type = 'String' ORDER BY name", nil)
	want := "output_format_avro_codec output_format_avro_confluent_subject output_format_avro_string_column_pattern " +
		"output_format_orc_writer_time_zone_name output_format_pretty_grid_charset output_format_schema output_format_sql_insert_table_name"
	if got := strings.Join(strings.Fields(list), " "); got != want {
		t.Errorf("settings with a text:\n%s, want\n%s", got, want)
	}
}

// TestReadOnlyPortTableFunctions calls every table function that the engine has:
// all are refused by name but those that compute, and the list of those names
// none that the engine does not have.
func TestReadOnlyPortTableFunctions(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	_, list := post(t, e, "SELECT name FROM system.table_functions ORDER BY name", nil)
	var open []string
	for name := range strings.FieldsSeq(list) {
		for _, sql := range []string{"DESCRIBE TABLE " + name + "('http://127.0.0.1:1/')", "SELECT * FROM `" + name + "`('http://127.0.0.1:1/') LIMIT 1"} {
			status, body := post(t, e, sql, nil)
			if !strings.Contains(body, "this address must not") {
				open = append(open, name)
				break
			}
			if status == http.StatusOK {
				t.Errorf("%s: answered", sql)
			}
		}
	}
	want := "format generateRandom generateSeries generate_series null numbers numbers_mt primes values view viewExplain viewIfPermitted zeros zeros_mt"
	if got := strings.Join(open, " "); got != want {
		t.Errorf("table functions that may be called:\n%s, want\n%s", got, want)
	}
}

// TestReadOnlyPortSystemTables reads every table of system: none makes the engine
// start a program or open a file, and it is there afterwards.
func TestReadOnlyPortSystemTables(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	_, list := post(t, e, "SELECT name FROM system.tables WHERE database = 'system' ORDER BY name", nil)
	names := strings.Fields(list)
	if len(names) < 50 {
		t.Fatalf("%d tables of system, want more: %s", len(names), list)
	}
	for _, name := range names {
		_, body := post(t, e, "SELECT * FROM "+name+" LIMIT 1", url.Values{"database": {"system"}})
		for _, sign := range []string{"Child process", "Cannot open file", "NETWORK_ERROR", "Connection refused"} {
			if strings.Contains(body, sign) {
				t.Errorf("%s: %s", name, body[:min(len(body), 200)])
			}
		}
	}
	if _, body := post(t, e, "SELECT 1", nil); body != "1\n" {
		t.Errorf("afterwards: %q", body)
	}
}

func TestReadOnlyPortReads(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	run(t, open(t, e), "CREATE DATABASE s", "CREATE TABLE s.t (a UInt64, b String) ENGINE = MergeTree ORDER BY a",
		"INSERT INTO s.t VALUES (1, 'one'), (2, 'two')")
	for _, tc := range []struct {
		sql, want string
		with      url.Values
	}{
		{sql: "SELECT b FROM s.t ORDER BY a", want: "one\ntwo\n"},
		{sql: "SELECT b FROM t ORDER BY a", with: url.Values{"database": {"s"}}, want: "one\ntwo\n"},
		{sql: "SELECT b FROM s.t WHERE a = {a:UInt64}", with: url.Values{"param_a": {"2"}}, want: "two\n"},
		{sql: "SELECT {s:String} FORMAT TSVRaw", with: url.Values{"param_s": {"'; DROP"}}, want: "'; DROP\n"},
		{sql: "WITH 1 AS x SELECT x -- a comment; with file(", want: "1\n"},
		{sql: "(SELECT 1) UNION ALL (SELECT 1);", want: "1\n1\n"},
		{sql: "FROM s.t SELECT count()", want: "2\n"},
		{sql: "SELECT 'file(', 'INTO OUTFILE', '; DROP TABLE s.t'", want: "file(\tINTO OUTFILE\t; DROP TABLE s.t\n"},
		{sql: "SELECT sum(number) FROM numbers(10)", want: "45\n"},
		{sql: "SELECT format('{}', 1) AS url, url", want: "1\t1\n"},
		{sql: "EXISTS TABLE s.t", want: "1\n"},
		{sql: "SHOW TABLES FROM s FORMAT CSV", want: "\"t\"\n"},
		{sql: "SELECT a FROM s.t ORDER BY a FORMAT JSONEachRow", with: url.Values{"output_format_json_quote_64bit_integers": {"1"}}, want: "{\"a\":\"1\"}\n{\"a\":\"2\"}\n"},
		{sql: "SELECT getSetting('max_execution_time')", with: url.Values{"max_execution_time": {"7"}}, want: "7\n"},
		{sql: "SELECT getSetting('max_execution_time')", with: url.Values{"max_execution_time": {"0"}}, want: "60\n"},
		{sql: "SELECT getSetting('max_execution_time')", with: url.Values{"max_execution_time": {"1e9"}}, want: "60\n"},
		{sql: "SELECT getSetting('max_execution_time')", with: url.Values{"max_execution_time": {"0.0000001"}}, want: "60\n"},
		{sql: "SELECT getSetting('max_execution_time')", with: url.Values{"max_execution_time": {"0.5"}}, want: "0.5\n"},
		{sql: "SELECT count() > 100 FROM system.settings", want: "1\n"},
		{sql: "SELECT count() > 100 FROM `settings`", with: url.Values{"database": {"system"}}, want: "1\n"},
		{sql: "SHOW SETTINGS LIKE 'max_parser_depth'", want: "max_parser_depth\tUInt64\t1000\n"},
		{sql: "SELECT getSetting('readonly')", with: url.Values{"readonly": {"0"}}, want: "1\n"},
	} {
		t.Run(tc.sql, func(t *testing.T) {
			if status, body := post(t, e, tc.sql, tc.with); status != http.StatusOK || body != tc.want {
				t.Errorf("= %d %q, want 200 %q", status, body, tc.want)
			}
		})
	}
}

func TestPortRefusesWebPages(t *testing.T) {
	e := embeddedtest.Start(t, embedded.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Key: "open sesame"})
	for _, tc := range []struct {
		name string
		with func(*http.Request)
		want int
	}{
		{"key", func(*http.Request) {}, 200},
		{"no key", func(r *http.Request) { r.Header.Del("X-ClickHouse-Key") }, 403},
		{"wrong key", func(r *http.Request) { r.Header.Set("X-ClickHouse-Key", "x") }, 403},
		{"basic auth", func(r *http.Request) { r.Header.Del("X-ClickHouse-Key"); r.SetBasicAuth("u", "open sesame") }, 200},
		{"rebound name", func(r *http.Request) { r.Host = "rebound.example:8123" }, 403},
		{"page", func(r *http.Request) { r.Header.Set("Origin", "https://page.example") }, 403},
		{"image on a page", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequest(http.MethodPost, "http://"+e.Addr+"/", strings.NewReader("SELECT 1"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-ClickHouse-Key", "open sesame")
			tc.with(req)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("Content-Security-Policy %q", csp)
			}
			if resp.StatusCode != tc.want {
				t.Errorf("status %d, want %d", resp.StatusCode, tc.want)
			}
		})
	}
}

func TestListenOnlyOnLoopback(t *testing.T) {
	for _, addr := range []string{":8123", "0.0.0.0:8123", "192.0.2.1:8123", "[::]:8123", "example.com:8123", "8123"} {
		cfg := embedded.Config{Dir: t.TempDir(), Library: "x", Listen: addr}
		if err := cfg.Defaults().Validate(); err == nil {
			t.Errorf("Listen %q was taken", addr)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:8123", "[::1]:8123"} {
		cfg := embedded.Config{Dir: t.TempDir(), Library: "x", Listen: addr}
		if err := cfg.Defaults().Validate(); err != nil {
			t.Errorf("Listen %q: %v", addr, err)
		}
	}
}

func TestStatusAndCode(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	for _, tc := range []struct {
		sql    string
		with   url.Values
		status int
		code   string
	}{
		{"SELECT * FROM nowhere", nil, 404, "60"},
		{"SELECT nothing", nil, 404, "47"},
		{"SELECT 1", url.Values{"database": {"nowhere"}}, 404, "81"},
		{"SELECT 1", url.Values{"no_such_setting": {"1"}}, 500, "164"},
		{"SELECT FROM WHERE", nil, 400, "62"},
		{"SELECT toUInt8('x')", nil, 400, "6"},
		{"SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 7", url.Values{"max_execution_time": {"0.2"}}, 408, "159"},
		{"SELECT " + strings.Repeat(" ", 5<<20) + "1", nil, 413, "66"},
	} {
		name := fmt.Sprintf("%.40s", tc.sql)
		t.Run(name, func(t *testing.T) {
			resp, err := http.Post("http://"+e.Addr+"/?"+tc.with.Encode(), "", strings.NewReader(tc.sql))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
			code := resp.Header.Get("X-ClickHouse-Exception-Code")
			if resp.StatusCode != tc.status || code != tc.code {
				t.Errorf("= %d, code %s, %s; want %d, code %s", resp.StatusCode, code, body, tc.status, tc.code)
			}
			if want := "Code: " + code + ". DB::Exception: "; !strings.HasPrefix(string(body), want) {
				t.Errorf("body %q does not begin with %q", body, want)
			}
		})
	}
}
