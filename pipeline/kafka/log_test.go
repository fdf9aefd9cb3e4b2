package kafka_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

func TestLogHasOneConsumerAndAStandby(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 1)
		write(t, c, pipeline.TopicFeatures, numbered(0, 10)...)
		first := c.NewLog("g", pipeline.TopicFeatures)
		if got, err := first.Claim(within(t)); err != nil || got != 0 {
			t.Fatalf("Claim = %d, %v, want 0", got, err)
		}
		first.SetOffset(4)
		recs := take(t, first, 6)
		if diff := cmp.Diff([]string{"4", "5", "6", "7", "8", "9"}, values(recs)); diff != "" {
			t.Errorf("from offset 4 (-want +got):\n%s", diff)
		}
		if err := first.Commit(within(t), recs[2]); err != nil {
			t.Fatal(err)
		}
		second := c.NewLog("g", pipeline.TopicFeatures)
		defer second.Close()
		claimed := make(chan int64, 1)
		go func() {
			got, err := second.Claim(within(t))
			if err != nil {
				got = -1
			}
			claimed <- got
		}()
		// The newcomer makes the group rebalance; the log stays where it was.
		if _, err := first.Fetch(within(t)); !errors.Is(err, pipeline.ErrRebalanced) {
			t.Fatalf("Fetch = %v, want ErrRebalanced", err)
		}
		if _, err := first.Fetch(within(t)); !errors.Is(err, pipeline.ErrRebalanced) {
			t.Errorf("Fetch without a claim = %v, want ErrRebalanced", err)
		}
		if err := first.Commit(within(t), recs[3]); !errors.Is(err, pipeline.ErrRebalanced) {
			t.Errorf("Commit after the rebalance = %v, want ErrRebalanced", err)
		}
		if got, err := first.Claim(within(t)); err != nil || got != 7 {
			t.Fatalf("Claim again = %d, %v, want 7", got, err)
		}
		select {
		case got := <-claimed:
			t.Fatalf("the newcomer took the log over (%d)", got)
		default:
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if got := <-claimed; got != 7 {
			t.Errorf("the standby claimed at %d, want 7", got)
		}
		second.SetOffset(7)
		if diff := cmp.Diff([]string{"7", "8", "9"}, values(take(t, second, 3))); diff != "" {
			t.Errorf("standby (-want +got):\n%s", diff)
		}
	})
}

func TestReaderAndTail(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 1)
		r := c.NewReader(pipeline.TopicEvents)
		if rec, ok, err := r.Last(within(t)); err != nil || ok {
			t.Errorf("Last of an empty topic = %v, %v, %v", rec, ok, err)
		}
		for i := range 3 {
			write(t, c, pipeline.TopicEvents, numbered(10*i, 10)...)
			if rec, ok, err := r.Last(within(t)); err != nil || !ok || rec.Offset != int64(10*i+9) {
				t.Errorf("Last = %v, %v, %v, want offset %d", rec, ok, err, 10*i+9)
			}
		}
		r.SetOffset(25) // in the middle of a batch
		if recs, err := r.Fetch(within(t)); err != nil || cmp.Diff([]string{"25", "26", "27", "28", "29"}, values(recs)) != "" {
			t.Errorf("Fetch from 25 = %v, %v", values(recs), err)
		}
		if end, err := r.End(within(t)); err != nil || end != 30 {
			t.Errorf("End = %d, %v, want 30", end, err)
		}
		for _, offset := range []int64{0, 17, 29} {
			if rec, ok, err := r.At(within(t), offset); err != nil || !ok || rec.Offset != offset || string(rec.Value) != strconv.FormatInt(offset, 10) {
				t.Errorf("At(%d) = %v, %v, %v", offset, rec, ok, err)
			}
		}
		for _, offset := range []int64{-1, 30, 1000} {
			if rec, ok, err := r.At(within(t), offset); err != nil || ok {
				t.Errorf("At(%d) = %v, %v, %v, want none", offset, rec, ok, err)
			}
		}
		r.SetOffset(1000) // not there: begin at what is
		if recs, err := r.Fetch(within(t)); err != nil || recs[0].Offset != 0 {
			t.Errorf("Fetch from 1000 = %v, %v, want from 0", recs, err)
		}
		ctx, cancel := context.WithCancel(within(t))
		r.SetOffset(30)
		time.AfterFunc(10*time.Millisecond, cancel)
		if recs, err := r.Fetch(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Fetch at the end = %v, %v, want it to wait", recs, err)
		}
	})
}

// A broker that goes away and comes back loses nobody: consumers and sinks go on
// by themselves, and what was acknowledged and committed is there.
func TestBrokerRestart(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 2)
		sink := c.NewSink(pipeline.TopicReports)
		if err := sink.Write(within(t), numbered(0, 10)); err != nil {
			t.Fatal(err)
		}
		g := c.NewGroup("g", pipeline.TopicReports)
		defer g.Close()
		recs := take(t, g, 10)
		if err := g.Commit(within(t), recs[:5]...); err != nil {
			t.Fatal(err)
		}
		b.Stop(t)
		if err := sink.Write(within(t), numbered(10, 1)); err == nil {
			t.Error("Write without a broker = nil")
		}
		b.Start(t)
		ctx := within(t)
		for sink.Write(ctx, numbered(10, 5)) != nil && ctx.Err() == nil {
		}
		// Uncommitted records may or may not come again, by whether the group
		// noticed; what is new comes in any case.
		seen := make(map[string]bool)
		for !seen["10"] || !seen["14"] {
			recs, err := g.Fetch(ctx)
			if errors.Is(err, pipeline.ErrRebalanced) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range recs {
				seen[string(r.Value)] = true
			}
			if err := g.Commit(ctx, recs...); err != nil && !errors.Is(err, pipeline.ErrRebalanced) && ctx.Err() != nil {
				t.Fatal(err)
			}
		}
		for i := range 5 {
			if v := values(recs)[i]; seen[v] {
				t.Errorf("record %s was committed before the restart and came again", v)
			}
		}
	})
}
