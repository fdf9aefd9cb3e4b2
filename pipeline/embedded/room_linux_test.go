package embedded_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// smallDisk is a folder on a disk of its own, which is unmounted when the engines on it
// have ended.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=192m,mode=0700"); err != nil {
		t.Skipf("no small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

func filler(dir string) string { return filepath.Join(dir, "filler") }

// fill leaves so many bytes of room on the disk of dir.
func fill(t *testing.T, dir string, leave int64) {
	t.Helper()
	f, err := os.OpenFile(filler(dir), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 1000 { // others may be faster and take of it
		var disk unix.Statfs_t
		at, err := f.Seek(0, io.SeekEnd)
		if err == nil {
			err = unix.Statfs(dir, &disk)
		}
		if err != nil {
			t.Fatal(err)
		}
		more := int64(disk.Bavail)*disk.Bsize - leave
		if more <= 0 || unix.Fallocate(int(f.Fd()), 0, at, more) == nil {
			return
		}
	}
	t.Fatal("the disk cannot be filled")
}

// empty makes the room again.
func empty(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filler(dir)); err != nil {
		t.Fatal(err)
	}
}

// try sends a statement and gives the status and the text of the answer, or 0 where
// the engine is not there.
func try(e *embeddedtest.Engine, statement string) (int, string) {
	resp, err := client(e).Post("http://engine", "", strings.NewReader(statement))
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(b)
}

// restarted waits until the engine has come up so many times.
func restarted(t *testing.T, e *embeddedtest.Engine, times int) {
	t.Helper()
	for range 600 {
		if e.Process.Starts() >= times {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the engine came up %d times, want %d", e.Process.Starts(), times)
}

// TestFullDisk: where room is short, what writes is refused with a word on what to do
// and what reads or makes room goes on. With room again it is as before.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t)
	e := embeddedtest.Start(t, embedded.Config{Dir: dir})
	ask(t, e, "CREATE DATABASE d")
	ask(t, e, "CREATE TABLE d.t (n UInt32) ENGINE = MergeTree ORDER BY n")
	ask(t, e, "CREATE TABLE d.waste (n UInt32) ENGINE = MergeTree ORDER BY n")
	ask(t, e, "INSERT INTO d.t VALUES (7)")
	if err := embedded.CheckRoom(dir); err != nil {
		t.Errorf("there is room, and CheckRoom says %v", err)
	}
	fill(t, dir, 0)
	restarted(t, e, 2)
	for _, write := range []string{
		"INSERT INTO d.t VALUES (8)", "INSERT INTO d.t SELECT 8", "WITH 8 AS n INSERT INTO d.t SELECT n",
		"CREATE TABLE d.more (n UInt32) ENGINE = MergeTree ORDER BY n", "OPTIMIZE TABLE d.t FINAL", "ALTER TABLE d.t DELETE WHERE n = 7",
	} {
		if status, said := try(e, write); status != http.StatusInternalServerError || !strings.Contains(said, "Code: 243.") || !strings.Contains(said, "make room") {
			t.Errorf("%s: %d, %s", write, status, said)
		}
	}
	if err := embedded.CheckRoom(dir); !errors.Is(err, embedded.ErrNoRoom) {
		t.Errorf("there is no room, and CheckRoom says %v", err)
	}
	if got := ask(t, e, "SELECT n FROM d.t"); got != "7\n" {
		t.Errorf("the table holds %q, want 7", got)
	}
	ask(t, e, "DROP TABLE d.waste")
	empty(t, dir)
	ask(t, e, "INSERT INTO d.t VALUES (8)")
	if got := ask(t, e, "SELECT sum(n) FROM d.t"); got != "15\n" {
		t.Errorf("the sum is %q, want 15", got)
	}
	if got := e.Process.Starts(); got != 2 {
		t.Errorf("the engine came up %d times, want twice", got)
	}
}

// TestFullDiskUnderMerge fills the disk while parts are merged: the engine takes a part
// for good that it could not write. No row may be gone that was acknowledged.
func TestFullDiskUnderMerge(t *testing.T) {
	dir := smallDisk(t)
	e := embeddedtest.Start(t, embedded.Config{Dir: dir})
	ask(t, e, "CREATE DATABASE d")
	ask(t, e, "CREATE TABLE d.t (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	ask(t, e, "INSERT INTO d.t SELECT number, hex(sipHash128(number)) FROM numbers(400000)")
	cut := "0\n"
	for round := 0; cut == "0\n" || round < 3; round++ {
		if round == 20 {
			t.Fatal("no merge was cut off")
		}
		fill(t, dir, 100<<20)
		merged := make(chan struct{})
		go func() {
			defer close(merged)
			try(e, "OPTIMIZE TABLE d.t FINAL")
		}()
		merging(e)
		fill(t, dir, 0)
		<-merged
		restarted(t, e, round+2)
		empty(t, dir)
		if got := ask(t, e, "SELECT count(), sum(length(s)) FROM d.t"); got != "400000\t12800000\n" {
			t.Fatalf("round %d: rows and bytes are %q", round, got)
		}
		cut = ask(t, e, "SELECT count() FROM system.detached_parts")
	}
}

// merging waits until the engine is seen at a merge, or it is over.
func merging(e *embeddedtest.Engine) {
	for range 50 {
		if _, busy := try(e, "SELECT count() FROM system.merges"); busy != "0\n" {
			return
		}
	}
}
