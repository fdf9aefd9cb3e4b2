package kafka

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// Group shares a topic's partitions with the other members of a consumer group.
// It is a pipeline.Source and a pipeline.Partitions; [Group.Close] leaves the group.
type Group struct {
	member
	reading *generation
	chunks  chan []pipeline.Record
	ask     func(context.Context, []pipeline.Assignment) error // nil: they are read from what is committed
}

// OnAssign implements pipeline.Partitions.
func (s *Group) OnAssign(ask func(context.Context, []pipeline.Assignment) error) { s.ask = ask }

// batchBytes is how much of what is ready one Fetch joins together.
const batchBytes = 8 << 20

// NewGroup returns a member of group on topic. It joins at the first Fetch.
func (c *Client) NewGroup(group, topic string) *Group {
	c.metrics.lost.WithLabelValues(topic) // a step from 0, not a series that begins
	return &Group{member: member{client: c, group: group, topic: topic,
		balancers: []kafka.GroupBalancer{kafka.RangeGroupBalancer{}, kafka.RoundRobinGroupBalancer{}}}}
}

// Fetch implements pipeline.Source. Each partition has one answer of the broker
// ready and no more, so memory is bounded whatever the lag is.
func (s *Group) Fetch(ctx context.Context) ([]pipeline.Record, error) {
	g, err := s.join(ctx)
	if err != nil {
		return nil, err
	}
	if s.reading != g {
		begin, err := s.begin(ctx, g)
		if err != nil {
			return nil, err
		}
		s.follow(g, begin)
	}
	if g.over() {
		<-g.ended
		return nil, s.lose(g)
	}
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-g.ended:
		return nil, s.lose(g)
	case recs := <-s.chunks:
		return s.more(recs), nil
	}
}

// more adds what else is ready.
func (s *Group) more(recs []pipeline.Record) []pipeline.Record {
	bytes := 0
	for {
		for i := range recs {
			bytes += size(&recs[i])
		}
		if bytes >= batchBytes {
			return recs
		}
		select {
		case next := <-s.chunks:
			bytes = 0
			recs = append(recs, next...)
		default:
			return recs
		}
	}
}

// begin gives where to read each of the generation's partitions from: its committed
// offset, or what the consumer says.
func (s *Group) begin(ctx context.Context, g *generation) (map[int]int64, error) {
	if s.ask == nil {
		return g.begin, nil
	}
	var given []pipeline.Assignment
	for _, part := range slices.Sorted(maps.Keys(g.begin)) {
		c := cursor{client: s.client, topic: s.topic, part: part, offset: -1}
		if c.begin(ctx); c.offset < 0 {
			return nil, context.Cause(ctx)
		}
		committed := max(c.offset, g.begin[part])
		given = append(given, pipeline.Assignment{Partition: part, First: c.offset, Committed: committed, From: committed})
	}
	if err := s.ask(ctx, given); err != nil {
		return nil, err
	}
	begin := make(map[int]int64, len(given))
	for _, a := range given {
		begin[a.Partition] = a.From
	}
	return begin, nil
}

// follow starts to read the generation's partitions until the generation ends.
func (s *Group) follow(g *generation, begin map[int]int64) {
	s.reading, s.chunks = g, make(chan []pipeline.Record)
	chunks := s.chunks
	for part, offset := range begin {
		g.gen.Start(func(ctx context.Context) {
			c := cursor{client: s.client, topic: s.topic, part: part, offset: offset}
			c.begin(ctx)
			for {
				recs, err := c.next(ctx)
				if err != nil {
					return
				}
				select {
				case <-ctx.Done():
					return
				case chunks <- recs:
				}
			}
		})
	}
}

// begin resolves "no offset committed" to the first record there is.
func (c *cursor) begin(ctx context.Context) {
	for c.offset < 0 {
		first, _, err := c.client.bounds(ctx, c.topic, c.part)
		if err == nil {
			c.offset = first
			return
		}
		c.client.log.Warn("cannot find the first offset yet", "topic", c.topic, "partition", c.part, "err", err)
		if !pause(ctx, time.Second) {
			return
		}
	}
}
