package embedded_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// TestOpensAfterCutCreate: a CREATE DATABASE that a full disk or a kill cut off leaves
// an empty file, with or without tables that were made since. The engine opens all
// the same, and has them.
func TestOpensAfterCutCreate(t *testing.T) {
	dir := t.TempDir()
	e := embeddedtest.Start(t, embedded.Config{Dir: dir})
	ask(t, e, "CREATE DATABASE cut")
	ask(t, e, "CREATE TABLE cut.t (n UInt8) ENGINE = MergeTree ORDER BY n")
	ask(t, e, "INSERT INTO cut.t VALUES (7)")
	e.Stop()
	for _, name := range []string{"cut", "unmade"} {
		if err := os.WriteFile(filepath.Join(dir, "store", "metadata", name+".sql"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e = embeddedtest.Start(t, embedded.Config{Dir: dir})
	if got := ask(t, e, "SELECT n FROM cut.t"); got != "7\n" {
		t.Errorf("the table holds %q, want 7", got)
	}
	if got := ask(t, e, "SELECT count() FROM system.databases WHERE name = 'unmade'"); got != "0\n" {
		t.Errorf("%q databases were made of nothing", got)
	}
}

// ask sends a query and gives the answer.
func ask(t *testing.T, e *embeddedtest.Engine, query string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) { return e.Dial(ctx, addr) }, DisableKeepAlives: true}}
	resp, err := client.Post("http://engine", "", strings.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", query, resp.Status, err, b)
	}
	return string(b)
}
