package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/extract"
	"shoal/pipeline/intake"
	"shoal/pipeline/message"
)

// local is the road of a report without Kafka and ClickHouse: files in, features
// out, in order.
type local struct {
	app  *app
	jobs int
	now  time.Time
}

// localReport is one report on its way to the engine.
type localReport struct {
	name     string
	subject  string // as it came
	features *cluster.Features
}

// localBatch is how many messages are read before they are extracted together.
const localBatch = 256

// features reads all paths and calls take with each report, in input order. It
// returns what was read and skipped.
func (l *local) features(ctx context.Context, paths []string, take func(localReport) error) (intake.Tally, error) {
	ex, err := extract.New(extract.Config{Key: make([]byte, 32)})
	if err != nil {
		return intake.Tally{}, err
	}
	bar := l.app.progress("reading", paths)
	defer bar.done()
	reader := intake.NewReader(intake.ReaderConfig{Stdin: l.app.stdin, Progress: bar.add})
	parser := message.New(message.Default())
	var batch []pipeline.Report
	flush := func() error {
		out := l.extract(parser, ex, batch)
		batch = batch[:0]
		for _, r := range out {
			if err := take(r); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	for _, path := range paths {
		err := reader.Read(ctx, path, func(it intake.Item) error {
			if it.Err != nil {
				fmt.Fprintf(l.app.stderr, "shoal: skipped %s: %v\n", it.Name, it.Err)
				return nil
			}
			if batch = append(batch, it.Report("")...); len(batch) >= localBatch {
				return flush()
			}
			return nil
		})
		if err != nil {
			return reader.Tally(), err
		}
	}
	return reader.Tally(), flush()
}

// extract runs the reports of a batch through jobs goroutines.
func (l *local) extract(parser *message.Parser, ex *extract.Extractor, batch []pipeline.Report) []localReport {
	out := make([]localReport, len(batch))
	var g errgroup.Group
	g.SetLimit(max(1, l.jobs))
	for i := range batch {
		g.Go(func() error {
			r := &batch[i]
			r.ReceivedAt = l.now
			f, row := ex.Extract(r, parser.Parse(r.Raw))
			out[i] = localReport{name: r.Name, subject: row.Subject, features: f}
			return nil
		})
	}
	_ = g.Wait() // no job fails
	return out
}

// defaultJobs leaves no core idle.
func defaultJobs() int { return runtime.GOMAXPROCS(0) }
