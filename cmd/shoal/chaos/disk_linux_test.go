package chaos

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestFullDisk fills the disk under `shoal run` while reports come in, and makes room
// again; now and then it is killed in between. Broker, engine and snapshots share it.
func TestFullDisk(t *testing.T) {
	if os.Getenv("CHAOS_KILLS") == "" {
		t.Skip("part of make chaos")
	}
	t.Parallel()
	w := newWorld(t, few)
	if err := syscall.Mount("tmpfs", w.data(), "tmpfs", 0, "size=256m,mode=0700"); err != nil {
		t.Skipf("no small disk: %v", err)
	}
	t.Cleanup(func() {
		w.stop()
		if err := syscall.Unmount(w.data(), 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	w.makeKey(w.data())
	port := freePort(t)
	w.keep("run", "run", "--kafka-port", port, "--listen", "127.0.0.1:0", "--clickhouse-listen", "", "--snapshot-every", "1s")
	eventually(t, "run is up", func() bool { _, err := os.Stat(filepath.Join(w.data(), "run.json")); return err == nil })
	w.rounds("127.0.0.1:"+port, func(i int, next func()) {
		before := w.complaints()
		w.fill()
		next()
		eventually(t, "the disk is full", func() bool { return w.complaints() > before+2 })
		if i%3 == 2 {
			w.kill("run")
			time.Sleep(time.Second) // it cannot start now
		}
		if err := os.Remove(w.filler()); err != nil {
			t.Fatal(err)
		}
	})
	w.compare()
}

func (w *world) filler() string { return filepath.Join(w.data(), "filler") }

// fill leaves no room.
func (w *world) fill() {
	w.t.Helper()
	f, err := os.Create(w.filler())
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
}

// complaints counts how often the program has said that there is no room.
func (w *world) complaints() int {
	said, err := os.ReadFile(filepath.Join(w.dir, "run.log"))
	if err != nil {
		return 0
	}
	return bytes.Count(said, []byte("no space left")) + bytes.Count(said, []byte("NOT_ENOUGH_SPACE"))
}
