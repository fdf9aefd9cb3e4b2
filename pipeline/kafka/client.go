package kafka

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
)

// Client is the way to one cluster, shared by everything else in this package.
// It is safe for concurrent use.
type Client struct {
	cfg       Config
	kc        *kafka.Client
	transport *kafka.Transport
	dialer    *kafka.Dialer
	log       *slog.Logger
	metrics   *metrics
}

// fastest makes zstd use its fastest level, which kafka-go knows one of for the
// whole process.
var fastest = sync.OnceFunc(func() { compress.ZstdCodec.Level = 1 })

// NewClient returns a client. It reads certificate files and connects to
// nothing yet.
func NewClient(cfg Config, opts Options) (*Client, error) {
	fastest()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("kafka settings: %w", err)
	}
	tlsConfig, err := cfg.tlsConfig()
	if err != nil {
		return nil, err
	}
	mechanism, err := cfg.mechanism()
	if err != nil {
		return nil, err
	}
	transport := &kafka.Transport{
		ClientID:    cfg.ClientID,
		DialTimeout: 5 * time.Second,
		MetadataTTL: 3 * time.Second,
		TLS:         tlsConfig,
		SASL:        mechanism,
	}
	return &Client{
		cfg:       cfg,
		transport: transport,
		kc:        &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Transport: transport, Timeout: requestTimeout},
		dialer: &kafka.Dialer{
			ClientID: cfg.ClientID, Timeout: 5 * time.Second, DualStack: true,
			TLS: tlsConfig, SASLMechanism: mechanism,
		},
		log:     opts.logger(),
		metrics: newMetrics(opts.Registerer),
	}, nil
}

// requestTimeout bounds one request, so that a broker that hangs is a failure.
const requestTimeout = 30 * time.Second

// Close ends idle connections. Groups and logs are closed on their own.
func (c *Client) Close() { c.transport.CloseIdleConnections() }
