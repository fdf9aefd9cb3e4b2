package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

// groupReplay remembers how far the dead letters were replayed.
const groupReplay = "shoal-replay"

// replayDead publishes what "reports.dead" holds to the topics that it was in,
// "reports" and "features", from where the last replay ended to where the topic ends
// now. Letters of other topics, and cut ones, stay where they are. A crash replays
// some again, and they count once.
func (a *app) replayDead(ctx context.Context, client *kafka.Client) error {
	ends, err := client.End(ctx, pipeline.TopicDead)
	if err != nil {
		return fmt.Errorf("look at %s: %w", pipeline.TopicDead, err)
	}
	done, err := client.Committed(ctx, groupReplay, pipeline.TopicDead)
	if err != nil {
		return fmt.Errorf("look at %s: %w", pipeline.TopicDead, err)
	}
	left := map[int]int64{} // partition to its end
	for part, end := range ends {
		if done[part] < end {
			left[part] = end
		}
	}
	r := &replay{left: left, sinks: map[string]pipeline.Sink{
		pipeline.TopicReports: client.NewSink(pipeline.TopicReports), pipeline.TopicFeatures: client.NewSink(pipeline.TopicFeatures),
	}}
	if len(left) > 0 {
		group := client.NewGroup(groupReplay, pipeline.TopicDead)
		defer group.Close()
		if err := r.run(ctx, group); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	a.say("%d records published again, %d letters left where they are", r.published, r.kept)
	return nil
}

type replay struct {
	sinks           map[string]pipeline.Sink
	left            map[int]int64
	published, kept int
}

func (r *replay) run(ctx context.Context, source pipeline.Source) error {
	for len(r.left) > 0 {
		recs, err := source.Fetch(ctx)
		if errors.Is(err, pipeline.ErrRebalanced) {
			continue
		}
		if err != nil {
			return err
		}
		if err := r.publish(ctx, recs); err != nil {
			return err
		}
		if err := source.Commit(ctx, recs...); err != nil && !errors.Is(err, pipeline.ErrRebalanced) {
			return err
		}
		for _, rec := range recs {
			if end, ok := r.left[rec.Partition]; ok && rec.Offset >= end-1 {
				delete(r.left, rec.Partition)
			}
		}
	}
	return nil
}

func (r *replay) publish(ctx context.Context, recs []pipeline.Record) error {
	out := make(map[string][]pipeline.Record)
	for _, rec := range recs {
		topic := header(rec.Headers, pipeline.HeaderOriginTopic)
		if r.sinks[topic] == nil || header(rec.Headers, pipeline.HeaderCut) != "" {
			r.kept++
			continue
		}
		out[topic] = append(out[topic], pipeline.Record{Value: rec.Value, Headers: pipeline.LetterHeaders(rec.Headers)})
	}
	for _, topic := range slices.Sorted(maps.Keys(out)) {
		if err := r.sinks[topic].Write(ctx, out[topic]); err != nil {
			return err
		}
		r.published += len(out[topic])
	}
	return nil
}

func header(hs []pipeline.Header, name string) string {
	for _, h := range hs {
		if h.Name == name {
			return string(h.Value)
		}
	}
	return ""
}
