package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// TestKilledChildLosesNothing kills the engine while batches are inserted. What
// was acknowledged must be there, and the rest goes in after the restart.
func TestKilledChildLosesNothing(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	conn := open(t, e)
	run(t, conn, "CREATE TABLE k (batch UInt32, n UInt32, s String) ENGINE = ReplacingMergeTree ORDER BY (batch, n)")
	const batches, rows, kills = 60, 200, 3
	acknowledged := make(map[uint32]bool)
	pid, failures := e.PID, 0
	for batch := range uint32(batches) {
		if batch%20 == 10 {
			// The kill lands at any point of the inserts that follow.
			go func(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }(pid)
		}
		for insertBatch(t.Context(), conn, batch, rows) != nil {
			failures++
			at, err := e.Process.Endpoint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			pid = at.PID
		}
		acknowledged[batch] = true
		if batch%20 == 11 {
			pid = waitStarts(t, e, int(batch/20)+2)
			checkBatches(t, open(t, e), acknowledged, rows)
		}
	}
	checkBatches(t, open(t, e), acknowledged, rows)
	if got := e.Process.Starts(); got != kills+1 {
		t.Errorf("engine started %d times, want %d", got, kills+1)
	}
	t.Logf("%d inserts failed and were repeated", failures)
}

// waitStarts waits until the engine came up n times and returns its process.
func waitStarts(t *testing.T, e *embeddedtest.Engine, n int) int {
	t.Helper()
	for {
		at, err := e.Process.Endpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Process.Starts() >= n {
			return at.PID
		}
	}
}

func insertBatch(ctx context.Context, conn driver.Conn, batch uint32, rows int) error {
	b, err := conn.PrepareBatch(ctx, "INSERT INTO k")
	if err != nil {
		return err
	}
	for n := range rows {
		if err := b.Append(batch, uint32(n), "line\nline"); err != nil {
			return err
		}
	}
	return b.Send()
}

func checkBatches(t *testing.T, conn driver.Conn, want map[uint32]bool, rows uint64) {
	t.Helper()
	found, err := conn.Query(t.Context(), "SELECT batch, count(), countIf(s = 'line\\nline') FROM k FINAL GROUP BY batch")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	got := make(map[uint32]bool)
	for found.Next() {
		var batch uint32
		var n, good uint64
		if err := found.Scan(&batch, &n, &good); err != nil {
			t.Fatal(err)
		}
		if got[batch] = true; n != rows || good != rows {
			t.Errorf("batch %d has %d rows, %d of them good, want %d", batch, n, good, rows)
		}
	}
	for batch := range want {
		if !got[batch] {
			t.Errorf("batch %d was acknowledged and is gone", batch)
		}
	}
}

func TestReadersBesideInserts(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	conn := open(t, e)
	run(t, conn, "CREATE TABLE k (batch UInt32, n UInt32, s String) ENGINE = MergeTree ORDER BY (batch, n)")
	ctx, cancel := context.WithCancel(t.Context())
	var reads atomic.Int64
	done := make(chan error, 4)
	for range cap(done) {
		go func() { done <- readWhile(ctx, open(t, e), &reads) }()
	}
	for batch := range uint32(50) {
		if err := insertBatch(t.Context(), conn, batch, 100); err != nil {
			t.Error(err)
		}
	}
	cancel()
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if reads.Load() == 0 {
		t.Error("no reader read while batches went in")
	}
}

// readWhile counts rows until ctx ends: never fewer than before, and always
// whole batches.
func readWhile(ctx context.Context, conn driver.Conn, reads *atomic.Int64) error {
	for last := uint64(0); ; {
		var n uint64
		err := conn.QueryRow(ctx, "SELECT count() FROM k").Scan(&n)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if n < last || n%100 != 0 {
			return fmt.Errorf("%d rows after %d", n, last)
		}
		last = n
		reads.Add(1)
	}
}

func TestRestartKeepsData(t *testing.T) {
	dir := t.TempDir()
	first := embeddedtest.Start(t, embedded.Config{Dir: dir})
	run(t, open(t, first), "CREATE TABLE r (a UInt8) ENGINE = MergeTree ORDER BY a", "INSERT INTO r VALUES (1), (2)")
	first.Stop()
	if embedded.Alive(t.Context(), first.Socket) {
		t.Error("the engine answers after its end")
	}
	var sum uint64
	second := embeddedtest.Start(t, embedded.Config{Dir: dir})
	if err := open(t, second).QueryRow(t.Context(), "SELECT sum(a) FROM r").Scan(&sum); err != nil || sum != 3 {
		t.Errorf("sum after restart = %d, %v, want 3", sum, err)
	}
	if !embedded.Alive(t.Context(), embedded.SocketPath(dir)) {
		t.Error("the engine of the folder is not found")
	}
}

// TestStopEndsQueries: a query that does not end by itself does not keep the
// engine from ending cleanly.
func TestStopEndsQueries(t *testing.T) {
	e := embeddedtest.Start(t, embedded.Config{Dir: t.TempDir(), StopTime: time.Millisecond})
	conn := open(t, e)
	ended := make(chan error, 1)
	go func() {
		ended <- conn.Exec(t.Context(), "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 7")
	}()
	for running := uint64(0); running == 0; {
		if err := open(t, e).QueryRow(t.Context(), "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number) =%' AND query NOT LIKE '%processes%'").Scan(&running); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	e.Stop()
	if err := <-ended; err == nil {
		t.Error("the endless query ended well")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the engine took %v to end", took)
	}
}

func TestFolderInUse(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	p := process(t, embedded.Config{Dir: filepath.Dir(e.Socket), Library: embeddedtest.Library(t)})
	err := p.Run(t.Context())
	if !errors.Is(err, embedded.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d", e.PID)) {
		t.Errorf("second engine on the folder: %v, want ErrInUse with pid %d", err, e.PID)
	}
	if _, err := p.Endpoint(t.Context()); err == nil {
		t.Error("Endpoint gave an address after Run had failed")
	}
}

func TestBadLibrary(t *testing.T) {
	if _, err := embedded.LibraryPath(func(string) string { return "" }); !errors.Is(err, embedded.ErrNoLibrary) || !strings.Contains(err.Error(), "make libchdb") {
		t.Errorf("LibraryPath without a library: %v, want ErrNoLibrary and the command", err)
	}
	fake := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(fake, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := process(t, embedded.Config{Dir: t.TempDir(), Library: fake}).Run(t.Context())
	if !errors.Is(err, embedded.ErrNoLibrary) || !strings.Contains(err.Error(), "make libchdb") {
		t.Errorf("Run with a wrong library: %v, want ErrNoLibrary and the command", err)
	}
}

func process(t *testing.T, cfg embedded.Config) *embedded.Process {
	t.Helper()
	p, err := embedded.NewProcess(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestOrphanEnds: where the kernel does not tell a child of its parent's end, the
// end of its standard input does.
func TestOrphanEnds(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SHOAL_ENGINE_CHILD=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(stdin, "{\"Dir\":%q,\"Library\":%q}\n", t.TempDir(), embeddedtest.Library(t))
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	stdin.Close()
	_, _ = io.Copy(io.Discard, stdout)
	killer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer killer.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("orphan: %v, want a clean end", err)
	}
}

func TestSocketPath(t *testing.T) {
	long := "/" + strings.Repeat("d/", 100)
	for _, dir := range []string{"/a", long, "relative"} {
		if got := embedded.SocketPath(dir); len(got) > 103 || !filepath.IsAbs(got) {
			t.Errorf("SocketPath(%q) = %q: too long or relative", dir, got)
		}
	}
	if embedded.SocketPath(long) == embedded.SocketPath(long+"x") {
		t.Error("two folders share a socket")
	}
	e := embeddedtest.Start(t, embedded.Config{Dir: filepath.Join(t.TempDir(), strings.Repeat("d/", 60))})
	var one uint8
	if err := open(t, e).QueryRow(t.Context(), "SELECT 1").Scan(&one); err != nil || one != 1 {
		t.Errorf("deep folder: %d, %v", one, err)
	}
	info, err := os.Stat(e.Socket)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket mode %v, %v, want 0600", info.Mode().Perm(), err)
	}
}
