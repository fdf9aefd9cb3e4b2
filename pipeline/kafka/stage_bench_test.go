package kafka_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/record"
	"shoal/pipeline/snapshot"
)

// BenchmarkStages shows what delivery costs: the stages on the embedded broker,
// with an extraction, an engine and a store that do next to nothing.
func BenchmarkStages(b *testing.B) {
	br := startKfake(b)
	c := newClient(b, br.Addr())
	topics(b, c, 8)
	cfg := pipeline.StageConfig{Log: testLog(b)}
	dead := c.NewSink(pipeline.TopicDead)
	stages := pipeline.Stages()
	value := features(b)
	sent := 0
	run := func(name string, stage pipeline.Stage, fill func(n int), runStage func(context.Context) error) {
		b.Run(name, func(b *testing.B) {
			fill(b.N)
			ctx, stop := context.WithCancel(b.Context())
			defer stop()
			b.ResetTimer()
			done := make(chan error, 1)
			go func() { done <- runStage(ctx) }()
			for {
				if lag, err := pipeline.Lag(ctx, c, stage); err == nil && lag == 0 {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rec/s")
			b.StopTimer()
			stop()
			if err := <-done; err != nil {
				b.Error(err)
			}
		})
	}
	run("worker", stages[0], func(n int) {
		for left := n; left > 0; left -= 500 {
			write(b, c, pipeline.TopicReports, mails(min(left, 500), 4096)...)
		}
	}, func(ctx context.Context) error {
		g := c.NewGroup(pipeline.GroupWorker, pipeline.TopicReports)
		defer g.Close()
		return pipeline.NewWorker(pipeline.WorkerConfig{StageConfig: cfg, Source: g, Features: c.NewSink(pipeline.TopicFeatures), Dead: dead,
			Extract: func(context.Context, pipeline.Record) ([][]byte, error) { return [][]byte{value(0)}, nil }}).Run(ctx)
	})
	run("clusterer", stages[1], func(n int) {
		for left := n; left > 0; {
			var recs []pipeline.Record
			for ; left > 0 && len(recs) < 500; left-- {
				sent++
				recs = append(recs, pipeline.Record{Value: value(sent)})
			}
			write(b, c, pipeline.TopicFeatures, recs...)
		}
	}, func(ctx context.Context) error {
		l := c.NewLog(pipeline.GroupClusterer, pipeline.TopicFeatures)
		defer l.Close()
		return pipeline.NewClusterer(pipeline.ClustererConfig{StageConfig: cfg, Features: l, Events: c.NewSink(pipeline.TopicEvents),
			EventsTail: c.NewReader(pipeline.TopicEvents), History: c.NewReader(pipeline.TopicEvents), Dead: dead, Snapshots: snapshot.NewDir(b.TempDir(), nil),
			NewEngine: func() pipeline.Engine { return newEngine() }}).Run(ctx)
	})
	b.Run("writer", func(b *testing.B) { benchWriter(b, c, cfg) })
}

// benchWriter stores what the clusterer published, as a group of its own each time.
func benchWriter(b *testing.B, c *kafka.Client, cfg pipeline.StageConfig) {
	stage := pipeline.Stages()[2]
	stage.Group = fmt.Sprintf("writer-%d", b.N)
	events, err := pipeline.Lag(b.Context(), c, stage)
	if err != nil || events == 0 {
		b.Fatalf("%d events: %v", events, err)
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	g := c.NewGroup(stage.Group, stage.Topic)
	defer g.Close()
	writer := pipeline.NewWriter(pipeline.WriterConfig{StageConfig: cfg, Events: g,
		Features: c.NewReader(pipeline.TopicFeatures), Dead: c.NewSink(pipeline.TopicDead), Store: nowhere{}})
	done := make(chan error, 1)
	b.ResetTimer()
	go func() { done <- writer.Run(ctx) }()
	for {
		if lag, err := pipeline.Lag(ctx, c, stage); err == nil && lag == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	stop()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

// nowhere is a store that forgets.
type nowhere struct{}

func (nowhere) Insert(context.Context, pipeline.Batch) error { return nil }

// features makes records of about 1.5 kB, as real mail gives.
func features(b *testing.B) func(i int) []byte {
	var f cluster.Features
	sketch := func(n int) cluster.Sketch {
		s := cluster.Sketch{Total: n}
		for i := range n {
			s.Hashes = append(s.Hashes, uint32(i*7919))
		}
		return s
	}
	f.Text, f.Words, f.Tags = sketch(cluster.TextSketchSize), sketch(cluster.WordSketchSize), sketch(cluster.TagSketchSize)
	row := &record.Row{Subject: "a subject of common length", FromAddress: "someone@example.org", Urls: []string{"http://example.org/path"}}
	return func(i int) []byte {
		copy(f.Report[:], fmt.Sprintf("%016d", i))
		v, err := record.MarshalReport(&f, row)
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
}
