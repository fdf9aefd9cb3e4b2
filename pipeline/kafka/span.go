package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// First gives for each partition of topic, by number, the offset of its first
// record: what is before it retention has taken.
func (c *Client) First(ctx context.Context, topic string) ([]int64, error) {
	parts, err := c.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	return c.listOffsets(ctx, topic, parts, kafka.FirstOffset)
}

// Since gives for each partition of topic, by number, the lowest offset of a record
// with that time or a later one: every record before it is older. Where there is
// none it is the offset after the last record.
func (c *Client) Since(ctx context.Context, topic string, at time.Time) ([]int64, error) {
	parts, err := c.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	out, err := c.listOffsets(ctx, topic, parts, kafka.LastOffset)
	if err != nil {
		return nil, err
	}
	var reqs []kafka.OffsetRequest
	for _, p := range parts {
		reqs = append(reqs, kafka.OffsetRequest{Partition: p, Timestamp: max(0, at.UnixMilli())})
	}
	resp, err := c.kc.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: reqs}})
	if err != nil {
		return nil, fmt.Errorf("list offsets of %q by time: %w", topic, err)
	}
	for _, p := range resp.Topics[topic] {
		if p.Error != nil {
			return nil, fmt.Errorf("list offsets of %s/%d by time: %w", topic, p.Partition, p.Error)
		}
		for offset := range p.Offsets { // one, or none
			if p.Partition < len(out) && offset >= 0 {
				out[p.Partition] = min(out[p.Partition], offset)
			}
		}
	}
	return out, nil
}

// eachTries is how often in a row Each asks for what it could not get.
const eachTries = 6

// Each calls take with every record that a partition has from offset from up to
// end, without a group, and returns its error.
func (c *Client) Each(ctx context.Context, topic string, part int, from, end int64, take func(pipeline.Record) error) error {
	at := cursor{client: c, topic: topic, part: part, offset: from}
	for failed := 0; at.offset < end; {
		recs, err := at.fetch(ctx)
		if err != nil {
			if failed++; failed == eachTries || !pause(ctx, time.Second) {
				return fmt.Errorf("read %s/%d at %d: %w", topic, part, at.offset, err)
			}
			continue
		}
		failed = 0
		for _, rec := range recs {
			if rec.Offset >= end {
				return nil
			}
			if err := take(rec); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}
