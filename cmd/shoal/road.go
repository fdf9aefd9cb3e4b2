package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline"
	"shoal/pipeline/extract"
	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
	"shoal/pipeline/snapshot"
)

// road makes the stages of one process.
type road struct {
	client *kafka.Client
	log    *slog.Logger
	reg    prometheus.Registerer
}

// stage is one step of the road, ready to run.
type stage struct {
	name     string
	run      func(ctx context.Context) error
	leave    func() error // the consumer group
	standing func() (joined bool, partitions int)
	progress *pipeline.Progress
}

func (r *road) config(name string) pipeline.StageConfig {
	return pipeline.StageConfig{Log: r.log.With("stage", name), Registerer: r.reg}
}

// worker writes to the clusterer, or with toLocals to local ones.
func (r *road) worker(x pipeline.Extract, parallel int, toLocals bool) stage {
	var features pipeline.Sink = r.client.NewSink(pipeline.TopicFeatures)
	if toLocals {
		features = pipeline.Routed{Sink: r.client.NewSink(pipeline.TopicRound(0))}
	}
	group := r.client.NewGroup(pipeline.GroupWorker, pipeline.TopicReports)
	w := pipeline.NewWorker(pipeline.WorkerConfig{
		StageConfig: r.config("worker"),
		Source:      group,
		Features:    features,
		Dead:        r.client.NewSink(pipeline.TopicDead),
		Extract:     x,
		Parallel:    parallel,
	})
	return stage{"worker", w.Run, group.Close, group.Standing, w.Progress()}
}

func (r *road) clusterer(snapshots string, every time.Duration, global bool) stage {
	features := r.client.NewLog(pipeline.GroupClusterer, pipeline.TopicFeatures)
	c := pipeline.NewClusterer(pipeline.ClustererConfig{
		StageConfig: r.config("clusterer"),
		Features:    features,
		Events:      r.client.NewSink(pipeline.TopicEvents),
		EventsTail:  r.client.NewReader(pipeline.TopicEvents),
		History:     r.client.NewReader(pipeline.TopicEvents),
		Dead:        r.client.NewSink(pipeline.TopicDead),
		Snapshots:   snapshot.NewDir(snapshots, r.log), SnapshotEvery: every,
		NewEngine: func() pipeline.Engine { return newEngine(global) },
	})
	return stage{"clusterer", c.Run, features.Close, features.Standing, c.Progress()}
}

func (r *road) writer(store pipeline.Store) stage {
	events := r.client.NewGroup(pipeline.GroupWriter, pipeline.TopicEvents)
	w := pipeline.NewWriter(pipeline.WriterConfig{
		StageConfig: r.config("writer"),
		Events:      events,
		Features:    r.client.NewReader(pipeline.TopicFeatures),
		Dead:        r.client.NewSink(pipeline.TopicDead),
		Store:       store,
	})
	return stage{"writer", w.Run, events.Close, events.Standing, w.Progress()}
}

// extraction is what a worker does with a record of topic "reports".
func extraction(cfg extract.Config, attrs *intake.Attrs) (pipeline.Extract, error) {
	x, err := extract.New(cfg)
	if err != nil {
		return nil, err
	}
	parser := message.New(message.Default())
	return func(_ context.Context, rec pipeline.Record) ([][]byte, error) {
		if !intake.IsMail(rec.Value) {
			return nil, pipeline.Dead(pipeline.ReasonUnreadable, nil)
		}
		base := intake.FromRecord(rec)
		var out [][]byte
		for _, r := range intake.Unwrap(&base) {
			attrs.Apply(&r)
			f, row := x.Extract(&r, parser.Parse(r.Raw))
			b, err := record.MarshalReport(f, row)
			if err != nil {
				return nil, pipeline.Dead(pipeline.ReasonInvalid, err)
			}
			out = append(out, b)
		}
		return out, nil
	}, nil
}
