package kafka

import (
	"context"
	"encoding/binary"
	"sync/atomic"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// Log is a topic of one partition with one consumer at a time: the members of
// its group elect who. It is a pipeline.Log; [Log.Close] hands the log on.
type Log struct {
	member
	cursor  cursor
	claimed *generation
	keep    *incumbent
}

// NewLog returns a member of group on topic. It joins at the first Claim.
func (c *Client) NewLog(group, topic string) *Log {
	keep := new(incumbent)
	return &Log{
		member: member{client: c, group: group, topic: topic, balancers: []kafka.GroupBalancer{keep}},
		cursor: cursor{client: c, topic: topic},
		keep:   keep,
	}
}

// Claim implements pipeline.Log.
func (l *Log) Claim(ctx context.Context) (int64, error) {
	for {
		g, err := l.join(ctx)
		if err != nil {
			return 0, err
		}
		if begin, ok := g.begin[0]; ok && !g.over() {
			l.claimed = g
			return max(begin, 0), nil
		}
		l.client.log.Info("standing by", "group", l.group, "topic", l.topic)
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-g.ended:
			l.lose(g)
		}
	}
}

// SetOffset implements pipeline.Log.
func (l *Log) SetOffset(offset int64) { l.cursor.offset = offset }

// Fetch implements pipeline.Source.
func (l *Log) Fetch(ctx context.Context) ([]pipeline.Record, error) {
	g := l.claimed
	if g == nil {
		return nil, pipeline.ErrRebalanced
	}
	mine, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-g.ended:
			cancel()
		case <-mine.Done():
		}
	}()
	recs, err := l.cursor.next(mine)
	if g.over() {
		<-g.ended
		l.claimed = nil
		return nil, l.lose(g)
	}
	if err != nil {
		return nil, context.Cause(ctx)
	}
	l.keep.position.Store(l.cursor.offset)
	return recs, nil
}

// incumbent is a balancer that leaves a log with the member who has read
// furthest, so that a newcomer stands by instead of taking it away.
type incumbent struct{ position atomic.Int64 }

// ProtocolName implements kafka.GroupBalancer.
func (b *incumbent) ProtocolName() string { return "shoal-incumbent" }

// UserData implements kafka.GroupBalancer: how far this member has read.
func (b *incumbent) UserData() ([]byte, error) {
	return binary.BigEndian.AppendUint64(nil, uint64(b.position.Load())), nil
}

// AssignGroups implements kafka.GroupBalancer.
func (b *incumbent) AssignGroups(members []kafka.GroupMember, parts []kafka.Partition) kafka.GroupMemberAssignments {
	out := make(kafka.GroupMemberAssignments)
	best := -1
	for i, m := range members {
		out[m.ID] = map[string][]int{}
		if best < 0 || readFurther(m, members[best]) {
			best = i
		}
	}
	if best < 0 {
		return out
	}
	for _, p := range parts {
		mine := out[members[best].ID]
		mine[p.Topic] = append(mine[p.Topic], p.ID)
	}
	return out
}

func readFurther(a, b kafka.GroupMember) bool {
	pa, pb := position(a), position(b)
	return pa > pb || pa == pb && a.ID < b.ID
}

func position(m kafka.GroupMember) uint64 {
	if len(m.UserData) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(m.UserData)
}
