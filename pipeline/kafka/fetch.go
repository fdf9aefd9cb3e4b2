package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// fetchWait is how long a broker holds a request that it has no records for.
const fetchWait = 500 * time.Millisecond

// cursor reads one partition from an offset on. Not for concurrent use.
type cursor struct {
	client *Client
	topic  string
	part   int
	offset int64
}

// next blocks until records are there. Failures are retried; it ends with ctx's
// error only.
func (c *cursor) next(ctx context.Context) ([]pipeline.Record, error) {
	const first, most = 50 * time.Millisecond, 2 * time.Second
	for wait := first; ; {
		recs, err := c.fetch(ctx)
		if len(recs) > 0 {
			return recs, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			wait = first
			continue
		}
		c.client.metrics.failures.WithLabelValues("fetch").Inc()
		c.client.log.Warn("fetch failed, will try again", "topic", c.topic, "partition", c.part, "offset", c.offset, "after", wait, "err", err)
		if !pause(ctx, wait) {
			return nil, context.Cause(ctx)
		}
		wait = min(2*wait, most)
	}
}

// fetch asks once. Records that came before an error are returned without it:
// the next fetch meets it again.
func (c *cursor) fetch(ctx context.Context) ([]pipeline.Record, error) {
	resp, err := c.client.kc.Fetch(ctx, &kafka.FetchRequest{
		Topic: c.topic, Partition: c.part, Offset: c.offset,
		MinBytes: 1, MaxBytes: int64(c.client.cfg.FetchBytes), MaxWait: fetchWait,
	})
	if err != nil {
		return nil, err
	}
	if errors.Is(resp.Error, kafka.OffsetOutOfRange) {
		return nil, c.reset(ctx)
	}
	if resp.Error != nil {
		return nil, resp.Error
	}
	begin := c.offset
	recs, next, err := readRecords(resp.Records, c.topic, c.part, c.offset)
	c.offset = next
	c.count(recs)
	if len(recs) > 0 {
		return recs, nil
	}
	if err == nil && next == begin && resp.HighWatermark > begin {
		err = fmt.Errorf("answer without the record at %d, though the end is %d", begin, resp.HighWatermark)
	}
	return nil, err
}

func (c *cursor) count(recs []pipeline.Record) {
	if len(recs) == 0 {
		return
	}
	bytes := 0
	for i := range recs {
		bytes += size(&recs[i])
	}
	c.client.metrics.fetched.WithLabelValues(c.topic).Add(float64(len(recs)))
	c.client.metrics.fetchedBytes.WithLabelValues(c.topic).Add(float64(bytes))
}

// reset moves to the first record that there is, when the wanted one is not:
// retention took it before it was read, or the topic was made anew.
func (c *cursor) reset(ctx context.Context) error {
	start, end, err := c.client.bounds(ctx, c.topic, c.part)
	if err != nil {
		return err
	}
	if c.offset >= start && c.offset <= end {
		return nil
	}
	if start > c.offset {
		c.client.metrics.lost.WithLabelValues(c.topic).Add(float64(start - c.offset))
	}
	c.client.log.Error("offset is not there any more, going on at the first one that is",
		"topic", c.topic, "partition", c.part, "wanted", c.offset, "first", start, "end", end)
	c.offset = start
	return nil
}
