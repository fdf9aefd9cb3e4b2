package pipeline

import (
	"context"
	"fmt"
	"time"

	"shoal/cluster/federation"
)

// Names of the consumer groups.
const (
	GroupWorker    = "shoal-worker"
	GroupClusterer = "shoal-clusterer"
	GroupWriter    = "shoal-writer"
	groupLocal     = "shoal-local-"
)

// Offsets says how far topics and groups are, by partition number.
type Offsets interface {
	// End gives the offsets after the last records of a topic.
	End(ctx context.Context, topic string) ([]int64, error)
	// Committed gives the offsets up to which a group has committed.
	Committed(ctx context.Context, group, topic string) ([]int64, error)
}

// Stage is a step of the road: a group that consumes a topic.
type Stage struct{ Name, Group, Topic string }

// Stages gives the steps of the road in their order.
func Stages() []Stage {
	return []Stage{
		{"worker", GroupWorker, TopicReports},
		{"clusterer", GroupClusterer, TopicFeatures},
		{"writer", GroupWriter, TopicEvents},
	}
}

// LocalStage is a round of local clusterers, from 0.
func LocalStage(round int) Stage {
	return Stage{fmt.Sprintf("local-%d", round+1), fmt.Sprintf("%s%d", groupLocal, round+1), TopicRound(round)}
}

// LocalStages gives the rounds of local clusterers in their order. They stand between
// worker and clusterer where there are any.
func LocalStages() []Stage {
	var out []Stage
	for round := range federation.Rounds {
		out = append(out, LocalStage(round))
	}
	return out
}

// Lag is the number of records that a stage has still to do.
func Lag(ctx context.Context, o Offsets, s Stage) (int64, error) {
	ends, err := o.End(ctx, s.Topic)
	if err != nil {
		return 0, fmt.Errorf("lag of %s: %w", s.Name, err)
	}
	return behind(ctx, o, s, ends)
}

func behind(ctx context.Context, o Offsets, s Stage, ends []int64) (int64, error) {
	done, err := o.Committed(ctx, s.Group, s.Topic)
	if err != nil {
		return 0, fmt.Errorf("lag of %s: %w", s.Name, err)
	}
	var lag int64
	for i, end := range ends {
		if i < len(done) {
			end -= done[i]
		}
		lag += max(end, 0)
	}
	return lag, nil
}

// Drain waits until everything that topic "reports" holds when it is called has
// been extracted, clustered and stored. It asks every interval, and outlasts a
// broker that does not answer; it ends with ctx's error, or nil.
func Drain(ctx context.Context, o Offsets, interval time.Duration) error {
	return DrainThrough(ctx, o, interval, Stages()...)
}

// DrainThrough waits until stages, one after the other, have done what each one's topic
// holds when the one before is done.
func DrainThrough(ctx context.Context, o Offsets, interval time.Duration, stages ...Stage) error {
	for _, s := range stages {
		if err := drainStage(ctx, o, s, interval); err != nil {
			return err
		}
	}
	return nil
}

// drainStage takes the end once, so that it ends while others still write.
func drainStage(ctx context.Context, o Offsets, s Stage, interval time.Duration) error {
	var ends []int64
	for {
		var err error
		if ends == nil {
			ends, err = o.End(ctx, s.Topic)
		}
		if err == nil {
			var lag int64
			if lag, err = behind(ctx, o, s, ends); err == nil && lag == 0 {
				return nil
			}
		}
		if !sleep(ctx, interval) {
			if err != nil {
				return fmt.Errorf("drain: %w", err)
			}
			return context.Cause(ctx)
		}
	}
}
