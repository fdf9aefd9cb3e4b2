package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/intake"
)

// importer publishes the messages of files to topic "reports".
type importer struct {
	sink   pipeline.Sink
	attrs  *intake.Attrs
	source string
	stdin  io.Reader
	// say hears about each message that is skipped.
	say func(format string, args ...any)
	log *slog.Logger
	// progress is told how many bytes were read; nil for nobody.
	progress func(n int)

	bytes     atomic.Int64 // of files read
	read      atomic.Int64 // messages
	skipped   atomic.Int64
	published atomic.Int64 // reports: a forward can hold several

	batch []pipeline.Record
	size  int
}

// A batch goes out when it has as many records or bytes.
const (
	importRecords = 512
	importBytes   = 1 << 20
)

// run reads all paths and returns when every report in them is durable in Kafka.
func (im *importer) run(ctx context.Context, paths []string) (intake.Tally, error) {
	reader := intake.NewReader(intake.ReaderConfig{Stdin: im.stdin, Progress: im.tick})
	tally := func() intake.Tally {
		t := reader.Tally()
		if lost := int(im.skipped.Load()) - t.Skips(); lost > 0 {
			t.Skipped[intake.ReasonTooLarge] += lost
			t.Read -= lost
		}
		return t
	}
	for _, path := range paths {
		if err := reader.Read(ctx, path, func(it intake.Item) error { return im.take(ctx, it) }); err != nil {
			return tally(), err
		}
	}
	return tally(), im.flush(ctx)
}

func (im *importer) tick(n int) {
	im.bytes.Add(int64(n))
	if im.progress != nil {
		im.progress(n)
	}
}

func (im *importer) take(ctx context.Context, it intake.Item) error {
	if it.Err != nil {
		im.skip(it.Err)
		return nil
	}
	im.read.Add(1)
	for _, r := range it.Report(im.source) {
		im.attrs.Apply(&r)
		rec := intake.ToRecord(&r)
		im.batch, im.size = append(im.batch, rec), im.size+len(rec.Value)
	}
	if len(im.batch) < importRecords && im.size < importBytes {
		return nil
	}
	return im.flush(ctx)
}

func (im *importer) skip(err error) {
	im.skipped.Add(1)
	im.say("skipped %v", err)
}

// flush publishes the batch. A record that the topic never takes is skipped.
func (im *importer) flush(ctx context.Context) error {
	batch := im.batch
	im.batch, im.size = nil, 0
	err := im.write(ctx, batch)
	if !errors.Is(err, pipeline.ErrTooLarge) {
		return err
	}
	for i := range batch {
		err := im.write(ctx, batch[i:i+1])
		if errors.Is(err, pipeline.ErrTooLarge) {
			im.skip(fmt.Errorf("%s: %w", header(batch[i].Headers, pipeline.HeaderName), err))
		} else if err != nil {
			return err
		}
	}
	return nil
}

// write repeats what fails for now. What was written in part is then there twice,
// and counts once.
func (im *importer) write(ctx context.Context, recs []pipeline.Record) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 10*time.Second) {
		err := im.sink.Write(ctx, recs)
		switch {
		case err == nil:
			im.published.Add(int64(len(recs)))
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, pipeline.ErrTooLarge):
			return err
		}
		im.log.Warn("cannot publish, will try again", "records", len(recs), "after", pause, "err", err)
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
}

// wait sleeps, or returns why ctx ended.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
