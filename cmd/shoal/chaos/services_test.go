package chaos

import (
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"shoal/pipeline/kafka/kafkatest"
)

// TestServices kills the services, two of each, the embedded ClickHouse that they
// share, imports, and a real Apache Kafka. It pauses some as well, for so long that
// another takes over, and lets them go on.
func TestServices(t *testing.T) {
	t.Parallel()
	kills := number(t, "CHAOS_KILLS", few)
	w := newWorld(t, kills)
	broker := kafkatest.Start(t)
	socket := filepath.Join(w.dir, "ch.sock")
	store := []string{"--clickhouse", "http+unix://" + socket}
	w.kafka = []string{"--kafka", broker.Addr()}
	w.keep("engine", "clickhouse", "--socket", socket, "--listen=")
	w.answers(socket)
	// One partition: the order of the log, and with it every id, is that of the reports.
	w.must(w.bin, slices.Concat([]string{"migrate", "--partitions", "1"}, w.kafka, store)...)
	for _, n := range []string{"1", "2"} {
		w.keep("worker"+n, append([]string{"worker"}, w.kafka...)...)
		w.keep("clusterer"+n, append([]string{"clusterer", "--snapshots", filepath.Join(w.dir, "snapshots"+n), "--snapshot-every", "1s"}, w.kafka...)...)
		w.keep("writer"+n, slices.Concat([]string{"writer"}, w.kafka, store)...)
	}
	w.employ(store...)
	names := []string{"worker1", "worker2", "clusterer1", "clusterer2", "writer1", "writer2", "engine", "import", "analyst"}
	w.storm(broker.Addr(), 300*time.Millisecond, 4*time.Second, func() string {
		switch w.rng.IntN(12) {
		case 0:
			broker.Kill(t)
			w.between(0, 2*time.Second)
			broker.Start(t)
			w.count("broker", true)
		case 1:
			if kills <= few {
				break // it takes too long for every day
			}
			name := names[w.rng.IntN(6)]
			if w.signal(name, syscall.SIGSTOP) {
				w.between(8*time.Second, 14*time.Second)
				w.signal(name, syscall.SIGCONT)
			}
		}
		return names[w.rng.IntN(len(names))]
	})
	w.compare(store...)
}
