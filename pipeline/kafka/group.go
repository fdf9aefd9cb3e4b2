package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// member is one consumer of a group. It lives through generations: in each it
// has some partitions, and only the generation that delivered a record can
// commit it.
type member struct {
	client       *Client
	group, topic string
	balancers    []kafka.GroupBalancer

	mu  sync.Mutex
	cg  *kafka.ConsumerGroup
	cur *generation
}

// generation is what a member has between two rebalances.
type generation struct {
	gen    *kafka.Generation
	ended  <-chan struct{} // closed when the partitions are gone
	giveUp chan struct{}   // closed to end it from here
	once   sync.Once
	begin  map[int]int64 // committed offset by partition, negative for none
}

// join returns the present generation, waiting for one if there is none.
func (m *member) join(ctx context.Context) (*generation, error) {
	if g := m.current(); g != nil {
		return g, nil
	}
	cg, err := m.consumerGroup()
	if err != nil {
		return nil, err
	}
	for {
		gen, err := cg.Next(ctx)
		if err == nil {
			return m.adopt(gen), nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if errors.Is(err, kafka.ErrGroupClosed) {
			return nil, fmt.Errorf("join group %q: %w", m.group, err)
		}
		m.client.metrics.failures.WithLabelValues("join").Inc()
		m.client.log.Warn("cannot join the group yet", "group", m.group, "err", err)
	}
}

func (m *member) current() *generation {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cur
}

func (m *member) consumerGroup() (*kafka.ConsumerGroup, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cg != nil {
		return m.cg, nil
	}
	cfg := m.client.cfg
	cg, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID:                     m.group,
		Brokers:                cfg.Brokers,
		Dialer:                 m.client.dialer,
		Topics:                 []string{m.topic},
		GroupBalancers:         m.balancers,
		HeartbeatInterval:      cfg.Session / 8,
		SessionTimeout:         cfg.Session,
		RebalanceTimeout:       cfg.Session,
		JoinGroupBackoff:       time.Second,
		WatchPartitionChanges:  true,
		PartitionWatchInterval: 10 * time.Second,
		StartOffset:            kafka.FirstOffset,
	})
	if err != nil {
		return nil, fmt.Errorf("group %q: %w", m.group, err)
	}
	m.cg = cg
	return cg, nil
}

func (m *member) adopt(gen *kafka.Generation) *generation {
	g := &generation{gen: gen, giveUp: make(chan struct{}), begin: make(map[int]int64)}
	for _, a := range gen.Assignments[m.topic] {
		g.begin[a.ID] = a.Offset
	}
	ended := make(chan struct{})
	g.ended = ended
	gen.Start(func(ctx context.Context) {
		defer close(ended)
		select {
		case <-ctx.Done():
		case <-g.giveUp:
		}
	})
	m.client.log.Info("partitions assigned", "group", m.group, "topic", m.topic, "generation", gen.ID, "partitions", len(g.begin))
	m.client.metrics.assigned.WithLabelValues(m.group).Set(float64(len(g.begin)))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cur = g
	return g
}

// lose forgets the generation and gives what Fetch has to return.
func (m *member) lose(g *generation) error {
	m.client.metrics.rebalances.WithLabelValues(m.group).Inc()
	m.client.metrics.assigned.WithLabelValues(m.group).Set(0)
	m.client.log.Info("partitions taken away", "group", m.group, "topic", m.topic, "generation", g.gen.ID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cur == g {
		m.cur = nil
	}
	return pipeline.ErrRebalanced
}

// Commit implements pipeline.Source.
func (m *member) Commit(ctx context.Context, recs ...pipeline.Record) error {
	if len(recs) == 0 {
		return nil
	}
	g := m.current()
	if g == nil || g.over() {
		return pipeline.ErrRebalanced
	}
	offsets := make(map[int]int64)
	for i := range recs {
		r := &recs[i]
		if _, ok := g.begin[r.Partition]; !ok {
			return pipeline.ErrRebalanced
		}
		offsets[r.Partition] = max(offsets[r.Partition], r.Offset+1)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := g.gen.CommitOffsets(map[string]map[int]int64{m.topic: offsets})
	if err == nil {
		return nil
	}
	m.client.metrics.failures.WithLabelValues("commit").Inc()
	if expelled(err) || g.over() {
		// Not ours to commit any more, whatever the heartbeat still believes:
		// what was not committed must come again, so this generation ends here.
		g.once.Do(func() { close(g.giveUp) })
		return pipeline.ErrRebalanced
	}
	return fmt.Errorf("commit %s for group %q: %w", m.topic, m.group, err)
}

func (g *generation) over() bool {
	select {
	case <-g.ended:
		return true
	case <-g.giveUp:
		return true
	default:
		return false
	}
}

func expelled(err error) bool {
	return errors.Is(err, kafka.IllegalGeneration) || errors.Is(err, kafka.UnknownMemberId) ||
		errors.Is(err, kafka.RebalanceInProgress) || errors.Is(err, kafka.FencedInstanceID)
}

// Close leaves the group, so that others get the partitions at once. A Fetch or
// Claim that waits ends with an error.
func (m *member) Close() error {
	m.mu.Lock()
	cg := m.cg
	m.mu.Unlock()
	if cg == nil {
		return nil
	}
	return cg.Close()
}
