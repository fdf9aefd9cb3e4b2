// Package embeddedtest starts the embedded ClickHouse engine for tests of other
// packages: a real engine in a temporary folder, in a child process that is the
// test binary itself. So a package that uses it has
//
//	func TestMain(m *testing.M) { embeddedtest.Main(m) }
//
// and its tests call [ClickHouse]. It gives addresses and no client: which
// client to use is the caller's choice.
package embeddedtest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"shoal/pipeline/embedded"
)

// Main runs the tests of m, or, where this process is the child of one, the
// engine. It does not return.
func Main(m *testing.M) {
	embedded.ChildMain()
	os.Exit(m.Run())
}

// Engine is a running engine.
type Engine struct {
	embedded.Endpoint
	// Process supervises it.
	Process *embedded.Process
	// Stop ends it and waits. The test's cleanup calls it too.
	Stop func()
}

// Dial connects to the engine's unix socket, whatever address is asked for. It
// fits the DialContext of clickhouse-go's options.
func (e *Engine) Dial(ctx context.Context, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", e.Socket)
}

// ClickHouse starts an engine on an empty folder with all rights over its unix
// socket and a read-only TCP port, and ends it with the test. Where the library
// is missing the test is skipped; with CI set it fails.
func ClickHouse(t testing.TB) *Engine {
	t.Helper()
	return Start(t, embedded.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
}

// Kept is [ClickHouse] on the folder that SHOAL_BENCH_DIR names, which stays: what a
// benchmark needs long to store is stored once. Without the variable it is a temporary
// one.
func Kept(b *testing.B) *Engine {
	b.Helper()
	cfg := embedded.Config{Dir: os.Getenv("SHOAL_BENCH_DIR"), Listen: "127.0.0.1:0"}
	if cfg.Dir == "" {
		cfg.Dir = b.TempDir()
	}
	return Start(b, cfg)
}

// Start is [ClickHouse] with a configuration of the caller's. Library may be empty.
func Start(t testing.TB, cfg embedded.Config) *Engine {
	t.Helper()
	if cfg.Library == "" {
		cfg.Library = Library(t)
	}
	p, err := embedded.NewProcess(cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		defer close(done)
		done <- p.Run(ctx)
	}()
	e := &Engine{Process: p, Stop: func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("engine: %v", err)
		}
	}}
	t.Cleanup(e.Stop)
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if e.Endpoint, err = p.Endpoint(wait); err != nil {
		t.Fatalf("engine: %v", err)
	}
	return e
}

// Library is the path of libchdb. Where it is missing the test is skipped; with
// CI set it fails.
func Library(t testing.TB) string {
	t.Helper()
	path, err := embedded.LibraryPath(os.Getenv)
	switch {
	case err == nil:
		return path
	case errors.Is(err, embedded.ErrNoLibrary) && os.Getenv("CI") == "":
		t.Skip(err)
	}
	t.Fatal(err)
	return ""
}
