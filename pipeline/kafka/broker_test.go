package kafka_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"shoal/pipeline/embedded"
	"shoal/pipeline/kafka"
	"shoal/pipeline/kafka/kafkatest"
)

// broker is a running broker that a test can stop and start again with what it holds.
type broker interface {
	Addr() string
	Stop(t testing.TB)
	Start(t testing.TB)
}

// eachBroker runs f on the embedded broker and on Apache Kafka.
func eachBroker(t *testing.T, f func(t *testing.T, b broker)) {
	t.Parallel()
	t.Run("kfake", func(t *testing.T) {
		t.Parallel()
		f(t, startKfake(t))
	})
	t.Run("apache", func(t *testing.T) {
		t.Parallel()
		f(t, kafkatest.Start(t))
	})
}

// kfakeBroker is the embedded broker on a port that stays.
type kfakeBroker struct {
	dir  string
	b    *embedded.Broker
	port int
}

func startKfake(t testing.TB) broker {
	b := &kfakeBroker{dir: t.TempDir()}
	b.Start(t)
	t.Cleanup(func() { b.Stop(t) })
	return b
}

func (b *kfakeBroker) Addr() string { return "127.0.0.1:" + strconv.Itoa(b.port) }

func (b *kfakeBroker) Start(t testing.TB) {
	t.Helper()
	var err error
	if b.b, err = embedded.OpenBroker(embedded.BrokerConfig{Dir: b.dir, Port: b.port, Log: testLog(t)}); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(b.b.Addr(), ":")
	b.port, _ = strconv.Atoi(port)
}

func (b *kfakeBroker) Stop(t testing.TB) {
	if b.b == nil {
		return
	}
	if err := b.b.Close(); err != nil {
		t.Error(err)
	}
	b.b = nil
}

func newClient(t testing.TB, addr string, change ...func(*kafka.Config)) *kafka.Client {
	t.Helper()
	cfg := kafka.DefaultConfig(addr)
	cfg.Session = 6 * time.Second
	for _, f := range change {
		f(&cfg)
	}
	c, err := kafka.NewClient(cfg, kafka.Options{Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func testLog(t testing.TB) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil)).With("test", t.Name())
}

// within bounds a test that would hang. It is a guard and no measure.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}
