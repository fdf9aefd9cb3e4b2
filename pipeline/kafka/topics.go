package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"shoal/pipeline"
)

// Topics says how the pipeline's topics are made.
type Topics struct {
	// Partitions of "reports": the most workers that can share it.
	Partitions int
	// Locals are the partitions of each topic of local clusterers: the most of them
	// that can share a round. 0 makes none of these topics.
	Locals int
	// Replication is the number of copies; 3 on a cluster, 1 on one machine.
	Replication int
	// Reports, Log and Dead say how long "reports" and the topics of local clusterers,
	// the two logs ("features", "events") and "reports.dead" keep records; 0 for ever. The logs must
	// outlast the oldest snapshot, and rows that are to be built again.
	Reports, Log, Dead time.Duration
}

// DefaultTopics suits one machine.
func DefaultTopics() Topics {
	const day = 24 * time.Hour
	return Topics{Partitions: 8, Replication: 1, Reports: 7 * day, Log: 400 * day, Dead: 30 * day}
}

// Validate says what is wrong with t.
func (t Topics) Validate() error {
	if t.Locals < 0 {
		return fmt.Errorf("%d local clusterers: want 0 or more", t.Locals)
	}
	if t.Partitions < 1 || t.Replication < 1 {
		return fmt.Errorf("%d partitions and %d copies: want at least one of each", t.Partitions, t.Replication)
	}
	if t.Reports < 0 || t.Log < 0 || t.Dead < 0 {
		return errors.New("retention is negative")
	}
	return nil
}

func (t Topics) configs() []kafka.TopicConfig {
	out := []kafka.TopicConfig{
		t.config(pipeline.TopicReports, t.Partitions, t.Reports),
		t.config(pipeline.TopicFeatures, 1, t.Log),
		t.config(pipeline.TopicEvents, 1, t.Log),
		t.config(pipeline.TopicDead, 1, t.Dead),
	}
	if t.Locals > 0 {
		for _, s := range pipeline.LocalStages() {
			out = append(out, t.config(s.Topic, t.Locals, t.Reports))
		}
	}
	return out
}

// single are the topics whose order is the truth.
var single = []string{pipeline.TopicFeatures, pipeline.TopicEvents, pipeline.TopicDead}

func (t Topics) config(name string, partitions int, keep time.Duration) kafka.TopicConfig {
	retention := "-1"
	if keep > 0 {
		retention = strconv.FormatInt(keep.Milliseconds(), 10)
	}
	set := map[string]string{
		"cleanup.policy":    "delete",
		"retention.ms":      retention,
		"retention.bytes":   "-1",
		"max.message.bytes": strconv.Itoa(MaxMessage),
	}
	if t.Replication >= 3 {
		set["min.insync.replicas"] = "2"
	}
	out := kafka.TopicConfig{Topic: name, NumPartitions: partitions, ReplicationFactor: t.Replication}
	for _, k := range slices.Sorted(maps.Keys(set)) {
		out.ConfigEntries = append(out.ConfigEntries, kafka.ConfigEntry{ConfigName: k, ConfigValue: set[k]})
	}
	return out
}

// EnsureTopics makes those of the pipeline's topics that are not there. It
// changes none that is: it checks that the logs have one partition.
func (c *Client) EnsureTopics(ctx context.Context, t Topics) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("topic settings: %w", err)
	}
	resp, err := c.kc.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: t.configs()})
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(resp.Errors)) {
		if err := resp.Errors[name]; err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return fmt.Errorf("create topic %q: %w", name, err)
		}
	}
	for _, topic := range t.configs() {
		ends, err := c.awaitEnd(ctx, topic.Topic)
		if err != nil {
			return err
		}
		if slices.Contains(single, topic.Topic) && len(ends) != 1 {
			return fmt.Errorf("topic %q has %d partitions: it must have one, since its order is the truth", topic.Topic, len(ends))
		}
	}
	return nil
}

// awaitEnd is End of a topic that may be new: it waits until all partitions have
// leaders that know it.
func (c *Client) awaitEnd(ctx context.Context, topic string) ([]int64, error) {
	for {
		ends, err := c.End(ctx, topic)
		if err == nil {
			return ends, nil
		}
		var code kafka.Error
		if !errors.As(err, &code) || !code.Temporary() {
			return nil, err
		}
		if !pause(ctx, 50*time.Millisecond) {
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// Has says whether a topic is there.
func (c *Client) Has(ctx context.Context, topic string) (bool, error) {
	_, err := c.partitions(ctx, topic)
	if errors.Is(err, kafka.UnknownTopicOrPartition) {
		return false, nil
	}
	return err == nil, err
}

// partitions lists the numbers of a topic's partitions, ascending.
func (c *Client) partitions(ctx context.Context, topic string) ([]int, error) {
	resp, err := c.kc.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, fmt.Errorf("list partitions of %q: %w", topic, err)
	}
	for _, t := range resp.Topics {
		if t.Name != topic {
			continue
		}
		if t.Error != nil {
			return nil, fmt.Errorf("list partitions of %q: %w", topic, t.Error)
		}
		var parts []int
		for _, p := range t.Partitions {
			if p.Error != nil {
				return nil, fmt.Errorf("partition %d of %q: %w", p.ID, topic, p.Error)
			}
			parts = append(parts, p.ID)
		}
		slices.Sort(parts)
		return parts, nil
	}
	return nil, fmt.Errorf("list partitions of %q: %w", topic, kafka.UnknownTopicOrPartition)
}

// pause waits and says whether ctx still runs.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
