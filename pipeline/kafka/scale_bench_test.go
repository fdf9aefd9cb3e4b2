package kafka_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

// BenchmarkScaleOut measures what workers gain by sharing the partitions of
// "reports": 1 and then 4 on 8 partitions, each a member of the group with a
// client of its own. An extraction takes ten milliseconds and no processor, one
// at a time in each worker, so that the cores of the machine, which the broker
// shares, are not what limits. efficiency is the rate of one as a share of the
// rate of all.
func BenchmarkScaleOut(b *testing.B) {
	br := startKfake(b)
	c := newClient(b, br.Addr())
	topics(b, c, 8)
	var alone float64
	for _, workers := range []int{1, 4} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			var rate float64
			for b.Loop() {
				rate = scaleOut(b, br, c, workers)
			}
			if workers == 1 {
				alone = rate
			}
			b.ReportMetric(rate, "rec/s")
			b.ReportMetric(rate/float64(workers)/alone, "efficiency")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// scaleOut gives the rate at which so many workers do what is written once each
// has partitions.
func scaleOut(b *testing.B, br broker, c *kafka.Client, workers int) float64 {
	const round = 128 // records of 4 kB, the same to each of eight partitions
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	group, gctx := errgroup.WithContext(ctx)
	done := make([]atomic.Int64, workers)
	for i := range workers {
		group.Go(func() error { return limitedWorker(gctx, b, br, &done[i]) })
	}
	// A round for each until all have had one: the group is then whole.
	for whole := false; !whole; {
		write(b, c, pipeline.TopicReports, mails(round, 4096)...)
		drained(b, c)
		whole = true
		for i := range done {
			whole = whole && done[i].Swap(0) == round/int64(workers)
		}
	}
	const n = 8 * round
	began := time.Now()
	write(b, c, pipeline.TopicReports, mails(n, 4096)...)
	drained(b, c)
	rate := n / time.Since(began).Seconds()
	stop()
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return rate
}

func limitedWorker(ctx context.Context, b *testing.B, br broker, done *atomic.Int64) error {
	c := newClient(b, br.Addr())
	g := c.NewGroup(pipeline.GroupWorker, pipeline.TopicReports)
	defer g.Close()
	return pipeline.NewWorker(pipeline.WorkerConfig{
		StageConfig: pipeline.StageConfig{Log: testLog(b)}, Parallel: 1,
		Source: g, Features: c.NewSink(pipeline.TopicFeatures), Dead: c.NewSink(pipeline.TopicDead),
		Extract: func(context.Context, pipeline.Record) ([][]byte, error) {
			time.Sleep(10 * time.Millisecond)
			done.Add(1)
			return [][]byte{[]byte("features")}, nil
		},
	}).Run(ctx)
}

// drained waits until the workers have committed all.
func drained(b *testing.B, c *kafka.Client) {
	for {
		lag, err := pipeline.Lag(b.Context(), c, pipeline.Stages()[0])
		if err != nil {
			b.Fatal(err)
		}
		if lag == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
