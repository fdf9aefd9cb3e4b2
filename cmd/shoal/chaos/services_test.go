package chaos

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/kafka/kafkatest"
)

// TestServices kills the services, two of each, the embedded ClickHouse that they
// share, imports, and a real Apache Kafka. It pauses some as well, for so long that
// another takes over, and lets them go on.
func TestServices(t *testing.T) {
	kills := number(t, "CHAOS_KILLS", 8)
	w := newWorld(t, kills)
	broker := kafkatest.Start(t)
	socket := filepath.Join(w.dir, "ch.sock")
	store := []string{"--clickhouse", "http+unix://" + socket}
	w.env = append(w.env, "SHOAL_KAFKA="+broker.Addr())
	w.keep("engine", "clickhouse", "--socket", socket, "--listen=")
	w.answers(socket)
	// One partition: the order of the log, and with it every id, is that of the reports.
	w.must(w.bin, append([]string{"migrate", "--partitions", "1"}, store...)...)
	for _, n := range []string{"1", "2"} {
		w.keep("worker"+n, "worker")
		w.keep("clusterer"+n, "clusterer", "--snapshots", filepath.Join(w.dir, "snapshots"+n), "--snapshot-every", "1s")
		w.keep("writer"+n, append([]string{"writer"}, store...)...)
	}
	names := []string{"worker1", "worker2", "clusterer1", "clusterer2", "writer1", "writer2", "engine", "import"}
	w.storm(kills, 300*time.Millisecond, 4*time.Second, func() string {
		switch w.rng.IntN(12) {
		case 0:
			broker.Kill(t)
			w.between(0, 2*time.Second)
			broker.Start(t)
			w.count("broker", true)
		case 1:
			name := names[w.rng.IntN(6)]
			if w.signal(name, syscall.SIGSTOP) {
				w.between(8*time.Second, 14*time.Second)
				w.signal(name, syscall.SIGCONT)
			}
		}
		return names[w.rng.IntN(len(names))]
	})
	w.drain(broker.Addr())
	w.compare(store...)
}

// drain waits until all that was imported is stored.
func (w *world) drain(brokers string) {
	w.t.Helper()
	client, err := kafka.NewClient(kafka.DefaultConfig(brokers), kafka.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	if err := pipeline.Drain(ctx, client, 100*time.Millisecond); err != nil {
		w.t.Fatal(err)
	}
}
