package kafka_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

func topics(t testing.TB, c *kafka.Client, partitions int) {
	t.Helper()
	set := kafka.DefaultTopics()
	set.Partitions = partitions
	if err := c.EnsureTopics(within(t), set); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, c *kafka.Client, topic string, recs ...pipeline.Record) {
	t.Helper()
	if err := c.NewSink(topic).Write(within(t), recs); err != nil {
		t.Fatal(err)
	}
}

// numbered makes records whose values count from first.
func numbered(first, n int) []pipeline.Record {
	recs := make([]pipeline.Record, n)
	for i := range recs {
		recs[i].Value = fmt.Appendf(nil, "%d", first+i)
	}
	return recs
}

// take fetches until n records are there.
func take(t testing.TB, s pipeline.Source, n int) []pipeline.Record {
	t.Helper()
	var out []pipeline.Record
	ctx := within(t)
	for len(out) < n {
		recs, err := s.Fetch(ctx)
		if errors.Is(err, pipeline.ErrRebalanced) {
			out = nil
			continue
		}
		if err != nil {
			t.Fatalf("Fetch after %d of %d: %v", len(out), n, err)
		}
		out = append(out, recs...)
	}
	return out
}

func values(recs []pipeline.Record) []string {
	var out []string
	for _, r := range recs {
		out = append(out, string(r.Value))
	}
	return out
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 1)
		big := make([]byte, 26<<20)
		rand.NewChaCha8([32]byte{1}).Read(big)
		want := []pipeline.Record{
			{Value: []byte("plain")},
			{Key: []byte("k"), Value: []byte("with key"), Headers: []pipeline.Header{{Name: "source", Value: []byte("user")}, {Name: "empty"}, {Name: "source", Value: []byte("again")}}},
			{Key: []byte{}, Value: []byte{}},
			{Value: nil},
			{Value: big},
			{Value: []byte("after")},
		}
		write(t, c, pipeline.TopicReports, want...)
		g := c.NewGroup("g", pipeline.TopicReports)
		defer g.Close()
		got := take(t, g, len(want))
		for i := range got {
			w := want[i]
			w.Topic, w.Offset, w.Time = pipeline.TopicReports, int64(i), got[i].Time
			if i == 1 { // kafka-go gives an empty header value as no bytes or empty ones
				got[i].Headers[1].Value = nil
			}
			if got[i].Time.IsZero() {
				t.Errorf("record %d has no time", i)
			}
			if !bytes.Equal(got[i].Value, w.Value) {
				t.Errorf("record %d: value of %d bytes differs", i, len(w.Value))
			}
			got[i].Value, w.Value = nil, nil
			if diff := cmp.Diff(w, got[i]); diff != "" {
				t.Errorf("record %d (-want +got):\n%s", i, diff)
			}
		}
	})
}

func TestTooLargeWritesNothing(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 1)
		recs := append(numbered(0, 3), pipeline.Record{Value: make([]byte, 31<<20)})
		if err := c.NewSink(pipeline.TopicReports).Write(within(t), recs); !errors.Is(err, pipeline.ErrTooLarge) {
			t.Errorf("Write = %v, want ErrTooLarge", err)
		}
		if end, err := c.End(within(t), pipeline.TopicReports); err != nil || end[0] != 0 {
			t.Errorf("End = %v, %v, want 0", end, err)
		}
	})
}

func TestGroupResumesAtItsCommit(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 1)
		write(t, c, pipeline.TopicReports, numbered(0, 10)...)
		g := c.NewGroup("g", pipeline.TopicReports)
		recs := take(t, g, 10)
		if err := g.Commit(within(t), recs[3]); err != nil {
			t.Fatal(err)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		if err := g.Commit(within(t), recs[5]); !errors.Is(err, pipeline.ErrRebalanced) {
			t.Errorf("Commit after Close = %v, want ErrRebalanced", err)
		}
		if got, err := c.Committed(within(t), "g", pipeline.TopicReports); err != nil || got[0] != 4 {
			t.Errorf("Committed = %v, %v, want 4", got, err)
		}
		again := c.NewGroup("g", pipeline.TopicReports)
		defer again.Close()
		if diff := cmp.Diff(values(recs[4:]), values(take(t, again, 6))); diff != "" {
			t.Errorf("second consumer (-want +got):\n%s", diff)
		}
	})
}

func TestSecondConsumerTakesItsShare(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 4)
		for i := range 40 {
			write(t, c, pipeline.TopicReports, numbered(i, 1)...)
		}
		first := c.NewGroup("g", pipeline.TopicReports)
		defer first.Close()
		old := take(t, first, 40)
		if err := first.Commit(within(t), old[:20]...); err != nil {
			t.Fatal(err)
		}
		// What is not committed comes again, to one of the two, and once.
		var seen [2]map[string]bool
		done, stop := context.WithCancel(within(t))
		var group errgroup.Group
		counts := make(chan struct{}, 1000)
		for i, s := range []*kafka.Group{first, c.NewGroup("g", pipeline.TopicReports)} {
			seen[i] = make(map[string]bool)
			group.Go(func() error {
				defer s.Close()
				for done.Err() == nil {
					recs, err := s.Fetch(done)
					if errors.Is(err, pipeline.ErrRebalanced) {
						clear(seen[i])
						continue
					}
					if err != nil {
						return nil
					}
					if err := s.Commit(done, recs...); err != nil {
						continue
					}
					for _, r := range recs {
						seen[i][string(r.Value)] = true
						counts <- struct{}{}
					}
				}
				return nil
			})
		}
		waitLag(t, c, "g", pipeline.TopicReports)
		for i := range 40 {
			write(t, c, pipeline.TopicReports, numbered(100+i, 1)...)
		}
		waitLag(t, c, "g", pipeline.TopicReports)
		stop()
		group.Wait()
		if err := first.Commit(within(t), old[30]); !errors.Is(err, pipeline.ErrRebalanced) {
			t.Errorf("commit of an older generation = %v, want ErrRebalanced", err)
		}
		for i := range 2 {
			if n := len(seen[i]); n == 0 {
				t.Errorf("consumer %d got nothing", i)
			}
			for v := range seen[i] {
				if seen[1-i][v] {
					t.Errorf("record %s came to both", v)
				}
			}
		}
	})
}

func waitLag(t testing.TB, c *kafka.Client, group, topic string) {
	t.Helper()
	ctx := within(t)
	for {
		lag, err := pipeline.Lag(ctx, c, pipeline.Stage{Name: "test", Group: group, Topic: topic})
		if err == nil && lag == 0 {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("lag is still %d: %v", lag, err)
		}
	}
}
