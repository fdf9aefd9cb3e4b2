package embedded_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// reading is an engine with a row to destroy, a file to steal and a place to write.
type reading struct {
	*embeddedtest.Engine
	secret, out string
}

const stolen = "the engine must not tell"

func newReading(f *testing.F) *reading {
	dir := f.TempDir()
	r := &reading{
		Engine: embeddedtest.Start(f, embedded.Config{Dir: f.TempDir(), Listen: "127.0.0.1:0", ReadRows: 1000, ReadBytes: 1 << 20}),
		secret: filepath.Join(dir, "secret"), out: filepath.Join(dir, "out"),
	}
	if err := os.WriteFile(r.secret, []byte(stolen+"\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	for _, sql := range []string{"CREATE DATABASE s", "CREATE TABLE s.t (a UInt64, b String) ENGINE = MergeTree ORDER BY a", "INSERT INTO s.t SELECT 1, 'one'"} {
		if status, body := r.ask(f, true, sql, nil); status != http.StatusOK {
			f.Fatal(body)
		}
	}
	return r
}

// ask sends a statement to the port that only reads, or, with all rights, to the
// socket.
func (r *reading) ask(t testing.TB, all bool, sql string, with url.Values) (status int, body string) {
	t.Helper()
	client := &http.Client{}
	if all {
		client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) { return r.Dial(ctx, addr) }}
		defer client.CloseIdleConnections()
	}
	resp, err := client.Post("http://"+r.Addr+"/?"+with.Encode(), "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatalf("%q with %v: %v", sql, with, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		t.Fatalf("%q with %v: %v", sql, with, err)
	}
	return resp.StatusCode, string(data)
}

// FuzzReading: whatever an analyst asks, with whatever settings and parameters, a
// file is neither read nor written, no row comes or goes, limits stay, and what is
// answered is not refused when the engine itself has written it plainly: the two
// read a statement alike.
func FuzzReading(f *testing.F) {
	for _, s := range []string{
		"SELECT * FROM s.t", "SELECT * FROM (SELECT 1. SETTINGS max_execution_time = 0)", "SELECT arrayMap(file, [@S])", "SELECT * APPLY file FROM (SELECT @S)",
		"SELECT * FROM file(@S, LineAsString)", "SELECT 1 INTO OUTFILE @O", "WITH 1 AS x INSERT INTO s.t SELECT 2, 'b'", "DESCRIBE TABLE file(@S)",
		"SELECT 1 --\n; DROP TABLE s.t", "SELECT /* ' */ `fi``le`(@S) # '\n", "SELECT * FROM {p:Identifier}(@S)", "EXPLAIN AST SELECT $a$ x $a$",
		"SHOW CREATE TABLE s.t", "SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a UInt8'))", "(SELECT 1) UNION ALL FROM numbers(3) SELECT number",
		"SELECT {p:String}, 0x1file(@S), 1e1.5, .5file", "EXISTS s.t", "SELECT /* ' */ `", "SELECT \"", "SELECT 'a\\", "SELECT getSetting('max_execution_time')",
	} {
		f.Add(s, "output_format_schema", "@O", "file")
		f.Add(s, "max_execution_time", "0.0000001", "s.t")
		f.Add(s, "result_overflow_mode", "break", "x")
	}
	r := newReading(f)
	places := strings.NewReplacer("@S", "'"+r.secret+"'", "@O", "'"+r.out+"'")
	f.Fuzz(func(t *testing.T, sql, name, value, p string) {
		if len(sql) > 2000 || strings.TrimSpace(sql) == "" {
			return
		}
		sql, value, p = places.Replace(sql), strings.Trim(places.Replace(value), "'"), strings.Trim(places.Replace(p), "'")
		with := url.Values{"max_execution_time": {"1"}, "param_p": {p}}
		with.Set(name, value)
		status, body := r.ask(t, false, sql, with)
		if strings.Contains(body, stolen) {
			t.Errorf("%q with %v read a file", sql, with)
		}
		r.unharmed(t, sql, with)
		if status == http.StatusOK {
			r.readAlike(t, sql)
		}
	})
}

// unharmed looks at what must be as it was.
func (r *reading) unharmed(t *testing.T, sql string, with url.Values) {
	t.Helper()
	if _, body := r.ask(t, true, "SELECT count(), any(b), (SELECT count() FROM system.tables WHERE database = 's') FROM s.t", nil); body != "1\tone\t1\n" {
		t.Errorf("%q with %v: the table is %q afterwards", sql, with, body)
	}
	if all, _ := filepath.Glob(filepath.Dir(r.out) + "/*"); len(all) != 1 {
		t.Errorf("%q with %v wrote %v", sql, with, all)
	}
}

// readAlike has the engine write the statement plainly, without comments, and asks
// again.
func (r *reading) readAlike(t *testing.T, sql string) {
	t.Helper()
	status, plain := r.ask(t, true, "SELECT formatQuerySingleLine({s:String}) FORMAT TSVRaw", url.Values{"param_s": {strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`).Replace(sql)}})
	if status != http.StatusOK {
		return // such as the first statement of an EXPLAIN, which it does not format
	}
	if _, body := r.ask(t, false, plain, url.Values{"max_execution_time": {"1"}, "param_p": {"x"}}); strings.Contains(body, "this address") {
		t.Errorf("%q was answered, but not as %q: %s", sql, plain, body)
	}
}
