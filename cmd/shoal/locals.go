package main

import (
	"context"
	"fmt"
	"path/filepath"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/pipeline"
	"shoal/pipeline/snapshot"
)

// locals starts all rounds of local clusterers in this process: what passes from one
// to the next is little beside what the first one takes.
func (s *service) locals(ctx context.Context, f *clustererFlags) error {
	var rounds []stage
	for round := range federation.Rounds {
		if err := s.has(ctx, pipeline.TopicRound(round)); err != nil {
			return err
		}
		ends, err := s.client.End(ctx, pipeline.TopicRound(round))
		if err != nil {
			return err
		}
		rounds = append(rounds, s.road().local(round, len(ends), f))
	}
	s.stages(rounds...)
	return nil
}

// has says whether a topic of the local clusterers is there.
func (s *service) has(ctx context.Context, topic string) error {
	ok, err := s.client.Has(ctx, topic)
	if err == nil && !ok {
		err = fmt.Errorf("topic %s is not there: shoal migrate --locals makes it", topic)
	}
	return err
}

// local is a round of local clusterers, of that many in all processes.
func (r *road) local(round, partitions int, f *clustererFlags) stage {
	name := pipeline.LocalStage(round).Name
	reports := r.client.NewGroup(pipeline.LocalStage(round).Group, pipeline.TopicRound(round))
	cfg := pipeline.LocalConfig{
		StageConfig: r.config(name),
		Round:       round,
		Reports:     reports,
		Features:    r.client.NewSink(pipeline.TopicFeatures),
		Snapshots: func(partition int) pipeline.Snapshots {
			return snapshot.NewDir(filepath.Join(f.snapshots, fmt.Sprintf("%s-%d", name, partition)), r.log)
		},
		SnapshotEvery: f.every,
		NewEngine: func() pipeline.LocalEngine {
			return federation.NewLocal(federation.DefaultConfig(cluster.DefaultConfig(), round, partitions))
		},
	}
	if round+1 < federation.Rounds {
		cfg.Next = r.client.NewSink(pipeline.TopicRound(round + 1))
	}
	l := pipeline.NewLocal(cfg)
	return stage{name, l.Run, reports.Close, reports.Standing, l.Progress()}
}

// newEngine is what a clusterer steps; global says whether local ones sift for it.
func newEngine(global bool) pipeline.Engine {
	if global {
		return federation.NewGlobal(cluster.DefaultConfig())
	}
	return cluster.NewEngine(cluster.DefaultConfig())
}
