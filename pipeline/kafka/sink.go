package kafka

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"shoal/pipeline"
)

// Sink writes one topic; it is a pipeline.Sink. Records go out at once, in
// requests of at most Config.RequestBytes, one after another on each partition
// and on all partitions at the same time.
type Sink struct {
	client *Client
	topic  string
	turn   atomic.Uint32

	mu      sync.Mutex
	parts   []int
	partsAt time.Time
}

// NewSink returns a sink for topic. It begins on a partition of chance, so that
// many short-lived sinks do not all fill the same one.
func (c *Client) NewSink(topic string) *Sink {
	s := &Sink{client: c, topic: topic}
	s.turn.Store(rand.Uint32())
	return s
}

// partsTTL is how long a sink believes a topic's number of partitions.
const partsTTL = 30 * time.Second

// Write implements pipeline.Sink.
func (s *Sink) Write(ctx context.Context, recs []pipeline.Record) error {
	for i := range recs {
		if n := size(&recs[i]); n > s.client.cfg.MaxRecord {
			return fmt.Errorf("write %q: record of %d bytes, at most %d: %w", s.topic, n, s.client.cfg.MaxRecord, pipeline.ErrTooLarge)
		}
	}
	if len(recs) == 0 {
		return nil
	}
	parts, err := s.partitions(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for part, mine := range s.spread(recs, parts) {
		group.Go(func() error { return s.writePartition(ctx, part, mine) })
	}
	return group.Wait()
}

func (s *Sink) partitions(ctx context.Context) ([]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parts) > 0 && time.Since(s.partsAt) < partsTTL {
		return s.parts, nil
	}
	parts, err := s.client.partitions(ctx, s.topic)
	if err != nil {
		return nil, err
	}
	s.parts, s.partsAt = parts, time.Now()
	return parts, nil
}

// spread gives each record its partition: by key, or a run of about
// spreadBytes to each in turn, since requests of one record are slow.
func (s *Sink) spread(recs []pipeline.Record, parts []int) map[int][]pipeline.Record {
	if len(parts) == 1 {
		return map[int][]pipeline.Record{parts[0]: recs}
	}
	out := make(map[int][]pipeline.Record)
	turn, run := s.turn.Add(1), 0
	byKey := kafka.Murmur2Balancer{Consistent: true}
	for _, r := range recs {
		var part int
		if r.Key != nil {
			part = byKey.Balance(kafka.Message{Key: r.Key}, parts...)
		} else {
			if run >= spreadBytes {
				turn, run = s.turn.Add(1), 0
			}
			run += size(&r)
			part = parts[int(turn)%len(parts)]
		}
		out[part] = append(out[part], r)
	}
	return out
}

const spreadBytes = 64 << 10

func (s *Sink) writePartition(ctx context.Context, part int, recs []pipeline.Record) error {
	for len(recs) > 0 {
		n, bytes := s.cut(recs)
		if err := s.produce(ctx, part, recs[:n]); err != nil {
			s.client.metrics.failures.WithLabelValues("write").Inc()
			return fmt.Errorf("write %d records to %s/%d: %w", n, s.topic, part, err)
		}
		s.client.metrics.written.WithLabelValues(s.topic).Add(float64(n))
		s.client.metrics.writtenBytes.WithLabelValues(s.topic).Add(float64(bytes))
		recs = recs[n:]
	}
	return nil
}

// cut says how many of recs make one request, at least one.
func (s *Sink) cut(recs []pipeline.Record) (n, bytes int) {
	for n < len(recs) {
		b := size(&recs[n])
		if n > 0 && bytes+b > s.client.cfg.RequestBytes {
			break
		}
		bytes += b
		n++
	}
	return n, bytes
}

func (s *Sink) produce(ctx context.Context, part int, recs []pipeline.Record) error {
	resp, err := s.client.kc.Produce(ctx, &kafka.ProduceRequest{
		Topic:        s.topic,
		Partition:    part,
		RequiredAcks: kafka.RequireAll,
		Compression:  compressions[s.client.cfg.Compression],
		Records:      newRecordReader(recs),
	})
	if err == nil {
		err = resp.Error
	}
	var code kafka.Error
	if errors.As(err, &code) && (code == kafka.UnknownTopicOrPartition || code == kafka.NotLeaderForPartition) {
		s.forget()
	}
	return err
}

// forget makes the next write ask for the partitions again.
func (s *Sink) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = nil
}
