package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/twmb/franz-go/pkg/kfake"
	"golang.org/x/sys/unix"
)

// BrokerConfig says where a [Broker] keeps its records and where it listens.
type BrokerConfig struct {
	// Dir is the folder of the broker alone. It is made if it is not there.
	Dir string
	// Port on loopback, 0 for any that is free.
	Port int
	// Log hears warnings, nil for none.
	Log *slog.Logger
}

// Validate says what is wrong with c.
func (c BrokerConfig) Validate() error {
	if c.Dir == "" {
		return errors.New("broker without a folder")
	}
	if c.Port < 0 || c.Port > 65535 {
		return fmt.Errorf("broker port %d: want 0 to 65535", c.Port)
	}
	return nil
}

// ErrInUse is returned by [OpenBroker] for a folder that another process has open.
var ErrInUse = errors.New("another process uses this folder")

// Broker is a Kafka broker in this process, on loopback only, with every record
// synced to disk before it is acknowledged.
type Broker struct {
	cluster *kfake.Cluster
	lock    *os.File
}

// OpenBroker starts a broker on what cfg.Dir holds: topics, records, groups and
// their commits are there again.
func OpenBroker(cfg BrokerConfig) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open broker folder: %w", err)
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cluster, err := kfake.NewCluster(
		kfake.Ports(cfg.Port),
		kfake.ClusterID("shoal"),
		kfake.DataDir(filepath.Join(cfg.Dir, "data")),
		kfake.SyncWrites(),
		kfake.ListenFn(listenLoopback),
		kfake.WithLogger(brokerLog{log}),
		kfake.BrokerConfigs(map[string]string{
			// Consumers of a folder that was left alone for long go on where they were.
			"offsets.retention.minutes": strconv.Itoa(10 * 365 * 24 * 60),
			"log.cleaner.backoff.ms":    "60000", // how often retention is looked after
		}),
	)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("start broker: %w", err)
	}
	return &Broker{cluster: cluster, lock: lock}, nil
}

// Addr is the broker's host:port.
func (b *Broker) Addr() string { return b.cluster.ListenAddrs()[0] }

// Close writes what a quick start needs, stops the broker and frees the folder.
func (b *Broker) Close() error {
	b.cluster.Close()
	return b.lock.Close()
}

func listenLoopback(network, addr string) (net.Listener, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	return lc.Listen(context.Background(), network, net.JoinHostPort("127.0.0.1", port))
}

// lockDir makes dir and locks it for this process. The lock goes with the
// process, however that ends.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", dir, ErrInUse)
	}
	return f, nil
}

// brokerLog hands kfake's warnings on. kfake reports a failed disk write there
// and answers the producer with an error.
type brokerLog struct{ log *slog.Logger }

// Logf implements kfake.Logger.
func (l brokerLog) Logf(level kfake.LogLevel, format string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log.Error("embedded broker", "said", fmt.Sprintf(format, args...))
	case kfake.LogLevelWarn:
		l.log.Warn("embedded broker", "said", fmt.Sprintf(format, args...))
	}
}
