package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Config says how to reach a Kafka cluster.
type Config struct {
	// Brokers are host:port of some brokers; the rest is learned from them.
	Brokers []string
	// ClientID names this process in the brokers' logs and quotas.
	ClientID string
	// TLS turns encryption on.
	TLS bool
	// CAFile, CertFile and KeyFile are PEM files: authorities beside the
	// system's, and a client certificate. All optional.
	CAFile, CertFile, KeyFile string
	// SASL is the mechanism: "", "plain", "scram-sha-256" or "scram-sha-512".
	SASL string
	// User and Password belong to SASL.
	User, Password string
	// Compression of what is written: "none", "gzip", "snappy", "lz4" or "zstd".
	// Writing and reading 2,189 real messages (16.5 kB each) and what follows from
	// them takes, by processor time and disk: none 0.062 ms and 17.4 kB a report,
	// zstd 0.076 ms and 6.1 kB (at its usual level 0.12 ms and 5.8 kB), snappy
	// 0.079 ms and 10.5 kB, lz4 0.086 ms and 9.6 kB; gzip is slower still.
	Compression string
	// FetchBytes bounds one answer of a partition, and RequestBytes one write
	// to it, before compression; a larger record goes alone.
	FetchBytes, RequestBytes int
	// MaxRecord is the largest record that is written, in bytes. It must be
	// under the topics' max.message.bytes.
	MaxRecord int
	// Session is how long a silent consumer keeps its partitions.
	Session time.Duration
}

// MaxMessage is the topics' max.message.bytes: the largest report that intake
// takes (26 MiB), its headers, and room.
const MaxMessage = 32 << 20

// DefaultConfig reaches brokers without encryption.
func DefaultConfig(brokers ...string) Config {
	return Config{
		Brokers:      brokers,
		ClientID:     "shoal",
		Compression:  "zstd",
		FetchBytes:   2 << 20,
		RequestBytes: 1 << 20,
		MaxRecord:    MaxMessage - 1<<20,
		Session:      10 * time.Second,
	}
}

var compressions = map[string]kafka.Compression{
	"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd,
}

// Validate says what is wrong with c. It opens no file.
func (c Config) Validate() error {
	var errs []error
	if len(c.Brokers) == 0 {
		errs = append(errs, errors.New("no broker given"))
	}
	for _, b := range c.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			errs = append(errs, fmt.Errorf("broker %q: want host:port", b))
		}
	}
	if _, ok := compressions[c.Compression]; !ok {
		errs = append(errs, fmt.Errorf("compression %q: want none, gzip, snappy, lz4 or zstd", c.Compression))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		errs = append(errs, errors.New("client certificate and key go together"))
	}
	if !c.TLS && (c.CAFile != "" || c.CertFile != "") {
		errs = append(errs, errors.New("certificate files without TLS"))
	}
	if _, err := c.mechanism(); err != nil {
		errs = append(errs, err)
	}
	if c.FetchBytes <= 0 || c.RequestBytes <= 0 || c.MaxRecord <= 0 || c.MaxRecord > MaxMessage {
		errs = append(errs, fmt.Errorf("sizes must be positive, and a record at most %d bytes", MaxMessage))
	}
	if c.Session < 6*time.Second {
		errs = append(errs, fmt.Errorf("session of %v: brokers want at least 6s", c.Session))
	}
	return errors.Join(errs...)
}

func (c Config) mechanism() (sasl.Mechanism, error) {
	if c.SASL != "" && c.User == "" {
		return nil, errors.New("SASL without a user")
	}
	switch c.SASL {
	case "":
		return nil, nil
	case "plain":
		return plain.Mechanism{Username: c.User, Password: c.Password}, nil
	case "scram-sha-256":
		return scram.Mechanism(scram.SHA256, c.User, c.Password)
	case "scram-sha-512":
		return scram.Mechanism(scram.SHA512, c.User, c.Password)
	}
	return nil, fmt.Errorf("SASL mechanism %q: want plain, scram-sha-256 or scram-sha-512", c.SASL)
}

func (c Config) tlsConfig() (*tls.Config, error) {
	if !c.TLS {
		return nil, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read authorities: %w", err)
		}
		if out.RootCAs, err = x509.SystemCertPool(); err != nil {
			out.RootCAs = x509.NewCertPool()
		}
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("authorities %s: no certificate in it", c.CAFile)
		}
	}
	if c.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("load client certificate: %w", err)
		}
		out.Certificates = []tls.Certificate{cert}
	}
	return out, nil
}
