package embedded_test

import (
	"context"
	"io"
	"log/slog"
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

// clearing is a log that takes a file away as soon as an engine has ended.
type clearing struct {
	slog.Handler
	file string
}

func (clearing) Enabled(context.Context, slog.Level) bool { return true }

func (c clearing) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelError {
		return nil
	}
	return os.Remove(c.file)
}

// TestOpensAgain: an engine that fails at its folder once is asked again, and not for
// ever.
func TestOpensAgain(t *testing.T) {
	cfg := embedded.Config{Dir: t.TempDir(), Library: embeddedtest.Library(t)}
	e := embeddedtest.Start(t, cfg)
	ask(t, e, "CREATE DATABASE kept")
	e.Stop()
	damage := filepath.Join(cfg.Dir, "store", "metadata", "damaged.sql")
	if err := os.WriteFile(damage, []byte("ATTACH NOTHING"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := embedded.NewProcess(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); err == nil || p.Starts() > 0 {
		t.Fatalf("a damaged folder: %v, %d starts", err, p.Starts())
	}
	if p, err = embedded.NewProcess(cfg, slog.New(clearing{slog.DiscardHandler, damage})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	if _, err := p.Endpoint(ctx); err != nil {
		t.Errorf("the folder without the damage: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
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
