package chaos

import (
	"syscall"
	"testing"
	"time"
)

// TestRun kills `shoal run`, with its broker, its embedded ClickHouse, and imports
// into it.
func TestRun(t *testing.T) {
	kills := number(t, "CHAOS_KILLS", 8)
	w := newWorld(t, kills)
	w.embedded = true
	w.keep("run", "run", "--kafka-port", freePort(t), "--listen", "127.0.0.1:0", "--clickhouse-listen", "", "--snapshot-every", "1s")
	w.storm(kills, 200*time.Millisecond, 2500*time.Millisecond, func() string {
		switch n := w.rng.IntN(10); {
		case n == 0:
			w.signal("run", syscall.SIGINT) // an orderly stop in between
			return "import"
		case n < 5:
			return "run"
		case n < 9:
			return "engine"
		}
		return "import"
	})
	w.stop()
	// The last chunk again: it ends when all is stored.
	w.must(w.bin, "run", "--once", "-q", w.chunks[len(w.chunks)-1])
	w.compare()
}
