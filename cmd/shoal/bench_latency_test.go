package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/kafka"
	"shoal/pipeline/store"
)

// BenchmarkLatency measures how long a report takes from when its producer begins
// to write it to topic "reports" until a query finds it, with `shoal run` on the
// embedded engines. The first half of the messages comes at once: the rate at
// which it is stored is what the machine can (capacity), and the second half is
// published at half of that. The query runs every 100 ms and its answer counts
// when it has come, so that a latency is up to that much too long.
func BenchmarkLatency(b *testing.B) {
	library := embeddedtest.Library(b)
	s := newSample(b, traffic20k(b))
	for b.Loop() {
		l := startLive(b, library)
		half := len(s.raw) / 2
		began := time.Now()
		for left := s.raw[:half]; len(left) > 0; {
			n := batchOf(left)
			l.publish(b, left[:n])
			left = left[n:]
		}
		l.follow(b, half, nil)
		capacity := float64(half) / time.Since(began).Seconds()
		waits := l.paced(b, s.raw[half:], capacity/2)
		l.stop(b)
		slices.Sort(waits)
		b.ReportMetric(capacity, "capacity/s")
		for _, p := range []int{50, 99} {
			b.ReportMetric(float64(waits[len(waits)*p/100].Milliseconds()), fmt.Sprintf("p%d-ms", p))
		}
		b.ReportMetric(float64(waits[len(waits)-1].Milliseconds()), "max-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// live is a `shoal run` that takes reports.
type live struct {
	cmd  *exec.Cmd
	said bytes.Buffer
	sink pipeline.Sink
	db   *store.DB
	done int // reports that are known to be stored
}

func startLive(b *testing.B, library string) *live {
	data := filepath.Join(b.TempDir(), "data")
	l := &live{cmd: exec.CommandContext(b.Context(), "shoal", "run", "-q")}
	l.cmd.Env = append(os.Environ(), "SHOAL_LIBCHDB="+library, "SHOAL_DATA="+data,
		"SHOAL_LISTEN=127.0.0.1:0", "SHOAL_CLICKHOUSE_LISTEN=127.0.0.1:0", "SHOAL_KAFKA_PORT=0")
	l.cmd.Stderr = &l.said
	if err := l.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.cmd.Process.Kill() })
	st, err := readState(dataDir(data))
	for began := time.Now(); err != nil; st, err = readState(dataDir(data)) {
		if time.Since(began) > time.Minute {
			b.Fatalf("shoal run does not come up: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	client, err := kafka.NewClient(kafka.DefaultConfig(st.Kafka), kafka.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	l.sink = pipeline.Combine(client.NewSink(pipeline.TopicReports))
	cfg := store.DefaultConfig()
	cfg.URL = st.ClickHouse
	if l.db, err = store.Open(b.Context(), cfg); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.db.Close() })
	return l
}

func (l *live) publish(b *testing.B, recs []pipeline.Record) {
	if err := l.sink.Write(b.Context(), recs); err != nil {
		b.Fatal(err)
	}
}

// stored is how many reports a query finds.
func (l *live) stored(ctx context.Context) (int, error) {
	var rows []struct {
		N uint64 `ch:"n"`
	}
	err := l.db.Select(ctx, &rows, "SELECT uniqExact(report_id) AS n FROM shoal.report_rows")
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return int(rows[0].N), nil
}

// follow asks until so many are stored, and tells of each when it was there.
func (l *live) follow(b *testing.B, want int, seen func(i int, at time.Time)) {
	for began := time.Now(); l.done < want; time.Sleep(100 * time.Millisecond) {
		n, err := l.stored(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for at := time.Now(); l.done < min(n, want); l.done++ {
			if seen != nil {
				seen(l.done, at)
			}
			began = at
		}
		if time.Since(began) > time.Minute {
			b.Fatalf("%d of %d stored, and no more for a minute:\n%s", l.done, want, l.said.String())
		}
	}
}

// paced publishes records at a rate and gives how long each took. One partition
// and one order: the nth that is stored is the nth that was published.
func (l *live) paced(b *testing.B, recs []pipeline.Record, rate float64) []time.Duration {
	before := l.done
	began := time.Now()
	due := func(i int) time.Time { return began.Add(time.Duration(float64(i) / rate * float64(time.Second))) }
	failed := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < len(recs) && err == nil; {
			time.Sleep(time.Until(due(i)))
			n := i + 1
			for n < len(recs) && !time.Now().Before(due(n)) {
				n++
			}
			err = l.sink.Write(b.Context(), recs[i:n])
			i = n
		}
		failed <- err
	}()
	waits := make([]time.Duration, 0, len(recs))
	l.follow(b, before+len(recs), func(i int, at time.Time) { waits = append(waits, at.Sub(due(i-before))) })
	if err := <-failed; err != nil {
		b.Fatal(err)
	}
	return waits
}

func (l *live) stop(b *testing.B) {
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if err := l.cmd.Wait(); err != nil {
		b.Fatalf("shoal run: %v\n%s", err, l.said.String())
	}
}
