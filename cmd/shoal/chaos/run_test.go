package chaos

import (
	"syscall"
	"testing"
	"time"
)

// TestRun kills `shoal run`, with its broker, its embedded ClickHouse, and imports
// into it, while an analyst decides on campaigns.
func TestRun(t *testing.T) {
	t.Parallel()
	kills := number(t, "CHAOS_KILLS", few)
	w := newWorld(t, kills)
	w.embedded = true
	port := freePort(t)
	w.keep("run", "run", "--kafka-port", port, "--listen", "127.0.0.1:0", "--clickhouse-listen", "", "--snapshot-every", "1s")
	w.employ()
	w.storm("127.0.0.1:"+port, 200*time.Millisecond, 2500*time.Millisecond, func() string {
		switch n := w.rng.IntN(10); {
		case n == 0:
			w.signal("run", syscall.SIGINT) // an orderly stop in between
			return "import"
		case n < 5:
			return "run"
		case n < 8:
			return "engine"
		case n == 8:
			return "analyst"
		}
		return "import"
	})
	w.stop()
	w.compare()
}
