package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

// envBroker makes the test binary a process that runs a broker in that folder
// and writes to it until it is killed.
const envBroker = "SHOAL_TEST_BROKER_DIR"

func openBroker(t *testing.T, dir string, port int) *Broker {
	t.Helper()
	b, err := OpenBroker(BrokerConfig{Dir: dir, Port: port})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func brokerClient(t *testing.T, b *Broker) *kafka.Client {
	t.Helper()
	c, err := kafka.NewClient(kafka.DefaultConfig(b.Addr()), kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestBrokerFolderHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	b := openBroker(t, dir, 0)
	if _, err := OpenBroker(BrokerConfig{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("second OpenBroker = %v, want ErrInUse", err)
	}
	if !strings.HasPrefix(b.Addr(), "127.0.0.1:") {
		t.Errorf("Addr = %q, want loopback", b.Addr())
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	openBroker(t, dir, 0).Close()
}

func TestBrokerSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := openBroker(t, t.TempDir(), 0)
	defer taken.Close()
	var port int
	fmt.Sscanf(taken.Addr(), "127.0.0.1:%d", &port)
	for _, cfg := range []BrokerConfig{{}, {Dir: t.TempDir(), Port: -1}, {Dir: t.TempDir(), Port: 1 << 16}, {Dir: file}, {Dir: t.TempDir(), Port: port}} {
		if b, err := OpenBroker(cfg); err == nil {
			b.Close()
			t.Errorf("OpenBroker(%+v) = nil, want an error", cfg)
		}
	}
}

func TestBrokerRestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	b := openBroker(t, dir, 0)
	c := brokerClient(t, b)
	if err := c.EnsureTopics(t.Context(), kafka.DefaultTopics()); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := c.NewSink(pipeline.TopicFeatures).Write(t.Context(), []pipeline.Record{{Value: fmt.Appendf(nil, "%d", i)}}); err != nil {
			t.Fatal(err)
		}
	}
	g := c.NewGroup("g", pipeline.TopicFeatures)
	recs, err := g.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Commit(t.Context(), recs[0]); err != nil {
		t.Fatal(err)
	}
	g.Close()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBroker(t, dir, 0)
	defer b.Close()
	c = brokerClient(t, b)
	ends, err := c.End(t.Context(), pipeline.TopicReports)
	if err != nil || len(ends) != kafka.DefaultTopics().Partitions {
		t.Errorf("partitions of reports: %d, %v", len(ends), err)
	}
	if got, err := c.Committed(t.Context(), "g", pipeline.TopicFeatures); err != nil || got[0] != recs[0].Offset+1 {
		t.Errorf("Committed = %v, %v, want %d", got, err, recs[0].Offset+1)
	}
	rec, ok, err := c.NewReader(pipeline.TopicFeatures).Last(t.Context())
	if err != nil || !ok || string(rec.Value) != "2" || rec.Offset != 2 {
		t.Errorf("Last = %+v, %v, %v", rec, ok, err)
	}
}

// TestBrokerKill kills a process with its broker while it writes and commits,
// some times over, and looks whether what it had acknowledged is there.
func TestBrokerKill(t *testing.T) {
	dir := t.TempDir()
	var acked, committed int64
	for life := range 4 {
		ackedNow, committedNow := killedWriter(t, dir, 30+20*life)
		acked, committed = acked+ackedNow, max(committed, committedNow)
		b := openBroker(t, dir, 0)
		c := brokerClient(t, b)
		ends, err := c.End(t.Context(), pipeline.TopicFeatures)
		if err != nil || ends[0] < acked {
			t.Errorf("life %d: end = %v, %v, acknowledged %d", life, ends, err, acked)
		}
		acked = ends[0] // a write whose answer was never seen may be there too
		got, err := c.Committed(t.Context(), "g", pipeline.TopicFeatures)
		if err != nil || got[0] < committed || got[0] > ends[0] {
			t.Errorf("life %d: Committed = %v, %v, want %d", life, got, err, committed)
		}
		readNumbers(t, c, ends[0])
		c.Close()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// readNumbers wants each record whole and at its place.
func readNumbers(t *testing.T, c *kafka.Client, end int64) {
	t.Helper()
	r := c.NewReader(pipeline.TopicFeatures)
	for next := int64(0); next < end; {
		recs, err := r.Fetch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range recs {
			if rec.Offset != next || len(rec.Value) != recordSize {
				t.Errorf("record %d of %d bytes, want %d of %d", rec.Offset, len(rec.Value), next, recordSize)
			}
			next++
		}
	}
}

const recordSize = 5000

// killedWriter runs the writing process until it has acknowledged n records, and
// kills it. It gives how many it had said were acknowledged and committed.
func killedWriter(t *testing.T, dir string, n int) (acked, committed int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBrokerWriterProcess$")
	cmd.Env = append(os.Environ(), envBroker+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for acked < int64(n) {
		var a, c int64
		if _, err := fmt.Fscanf(out, "%d %d\n", &a, &c); err != nil {
			t.Fatalf("the writer ended: %v", err)
		}
		acked, committed = a, c
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return acked, committed
}

// TestBrokerWriterProcess is the process that is killed.
func TestBrokerWriterProcess(t *testing.T) {
	dir := os.Getenv(envBroker)
	if dir == "" {
		t.Skip("run by TestBrokerKill")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // should its parent die
	defer cancel()
	b := openBroker(t, dir, 0)
	c := brokerClient(t, b)
	if err := c.EnsureTopics(ctx, kafka.DefaultTopics()); err != nil {
		t.Fatal(err)
	}
	g := c.NewGroup("g", pipeline.TopicFeatures)
	sink := c.NewSink(pipeline.TopicFeatures)
	var committed int64
	for acked := 0; ; acked++ {
		if err := sink.Write(ctx, []pipeline.Record{{Value: make([]byte, recordSize)}}); err != nil {
			t.Fatal(err)
		}
		if acked%10 == 9 {
			if recs, err := g.Fetch(ctx); err == nil && g.Commit(ctx, recs...) == nil {
				committed = recs[len(recs)-1].Offset + 1
			}
		}
		fmt.Printf("%d %d\n", acked+1, committed)
	}
}
