package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// bounds gives the offset of a partition's first record and the one after its last.
func (c *Client) bounds(ctx context.Context, topic string, part int) (first, end int64, err error) {
	if first, err = c.offset(ctx, topic, part, kafka.FirstOffset); err != nil {
		return 0, 0, err
	}
	end, err = c.offset(ctx, topic, part, kafka.LastOffset)
	return first, end, err
}

func (c *Client) offset(ctx context.Context, topic string, part int, which int64) (int64, error) {
	ends, err := c.listOffsets(ctx, topic, []int{part}, which)
	if err != nil {
		return 0, err
	}
	return ends[0], nil
}

// listOffsets gives for each of parts, in order, its first or last offset.
func (c *Client) listOffsets(ctx context.Context, topic string, parts []int, which int64) ([]int64, error) {
	var reqs []kafka.OffsetRequest
	for _, p := range parts {
		reqs = append(reqs, kafka.OffsetRequest{Partition: p, Timestamp: which})
	}
	resp, err := c.kc.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: reqs}})
	if err != nil {
		return nil, fmt.Errorf("list offsets of %q: %w", topic, err)
	}
	found := make(map[int]int64)
	for _, p := range resp.Topics[topic] {
		if p.Error != nil {
			return nil, fmt.Errorf("list offsets of %s/%d: %w", topic, p.Partition, p.Error)
		}
		found[p.Partition] = max(p.FirstOffset, p.LastOffset)
	}
	out := make([]int64, len(parts))
	for i, p := range parts {
		o, ok := found[p]
		if !ok {
			return nil, fmt.Errorf("list offsets of %s/%d: not in the answer", topic, p)
		}
		out[i] = o
	}
	return out, nil
}

// End gives for each partition of topic, by number, the offset after its last record.
func (c *Client) End(ctx context.Context, topic string) ([]int64, error) {
	parts, err := c.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	return c.listOffsets(ctx, topic, parts, kafka.LastOffset)
}

// Committed gives for each partition of topic, by number, the offset up to which
// group has committed: that of its first record, where it never has.
func (c *Client) Committed(ctx context.Context, group, topic string) ([]int64, error) {
	parts, err := c.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	out, err := c.listOffsets(ctx, topic, parts, kafka.FirstOffset)
	if err != nil {
		return nil, err
	}
	resp, err := c.kc.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: parts}})
	if err == nil {
		err = resp.Error
	}
	if errors.Is(err, kafka.GroupIdNotFound) {
		return out, nil // it never had a member
	}
	if err != nil {
		return nil, fmt.Errorf("fetch offsets of group %q: %w", group, err)
	}
	for _, p := range resp.Topics[topic] {
		if p.Error != nil && !errors.Is(p.Error, kafka.UnknownTopicOrPartition) {
			return nil, fmt.Errorf("fetch offset of group %q on %s/%d: %w", group, topic, p.Partition, p.Error)
		}
		if p.Partition < len(out) {
			out[p.Partition] = max(out[p.Partition], p.CommittedOffset)
		}
	}
	return out, nil
}

var _ pipeline.Offsets = (*Client)(nil)
