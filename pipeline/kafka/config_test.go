package kafka_test

import (
	"strings"
	"testing"
	"time"

	segment "github.com/segmentio/kafka-go"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

func TestConfigValidate(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*kafka.Config)
		want  string // "" for valid
	}{
		"default":              {func(*kafka.Config) {}, ""},
		"no broker":            {func(c *kafka.Config) { c.Brokers = nil }, "no broker"},
		"broker without port":  {func(c *kafka.Config) { c.Brokers = []string{"kafka"} }, "host:port"},
		"unknown compression":  {func(c *kafka.Config) { c.Compression = "rar" }, "compression"},
		"unknown mechanism":    {func(c *kafka.Config) { c.SASL, c.User = "gssapi", "u" }, "mechanism"},
		"SASL without user":    {func(c *kafka.Config) { c.SASL = "plain" }, "without a user"},
		"key without cert":     {func(c *kafka.Config) { c.TLS, c.KeyFile = true, "k" }, "go together"},
		"CA without TLS":       {func(c *kafka.Config) { c.CAFile = "ca" }, "without TLS"},
		"no fetch size":        {func(c *kafka.Config) { c.FetchBytes = 0 }, "sizes"},
		"record over topic's":  {func(c *kafka.Config) { c.MaxRecord = kafka.MaxMessage + 1 }, "sizes"},
		"session too short":    {func(c *kafka.Config) { c.Session = time.Second }, "session"},
		"SCRAM with user":      {func(c *kafka.Config) { c.SASL, c.User = "scram-sha-512", "u" }, ""},
		"two mistakes at once": {func(c *kafka.Config) { c.Brokers, c.Compression = nil, "x" }, "compression"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := kafka.DefaultConfig("127.0.0.1:9092")
			test.spoil(&cfg)
			err := cfg.Validate()
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("Validate = %v, want %q", err, test.want)
			}
			if _, newErr := kafka.NewClient(cfg, kafka.Options{}); (newErr == nil) != (err == nil) {
				t.Errorf("NewClient = %v, Validate = %v", newErr, err)
			}
		})
	}
}

func TestEnsureTopics(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		c := newClient(t, b.Addr())
		topics(t, c, 3)
		topics(t, c, 5) // changes nothing
		ends, err := c.End(within(t), pipeline.TopicReports)
		if err != nil || len(ends) != 3 {
			t.Errorf("End = %v, %v, want three partitions", ends, err)
		}
		for _, bad := range []kafka.Topics{{}, {Partitions: 1, Replication: 1, Log: -1}, {Partitions: 1, Replication: 5}} {
			if err := newClient(t, b.Addr()).EnsureTopics(within(t), bad); err == nil && bad.Replication != 5 {
				t.Errorf("EnsureTopics(%+v) = nil, want an error", bad)
			}
		}
	})
}

// A log with more than one partition would have no order.
func TestEnsureTopicsRefusesALogInPieces(t *testing.T) {
	eachBroker(t, func(t *testing.T, b broker) {
		kc := segment.Client{Addr: segment.TCP(b.Addr())}
		if _, err := kc.CreateTopics(within(t), &segment.CreateTopicsRequest{Topics: []segment.TopicConfig{
			{Topic: pipeline.TopicEvents, NumPartitions: 2, ReplicationFactor: 1}}}); err != nil {
			t.Fatal(err)
		}
		err := newClient(t, b.Addr()).EnsureTopics(within(t), kafka.DefaultTopics())
		if err == nil || !strings.Contains(err.Error(), "2 partitions") {
			t.Errorf("EnsureTopics = %v, want it to refuse", err)
		}
	})
}
