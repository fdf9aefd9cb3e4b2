package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"shoal/pipeline/kafka"
)

// kafkaFlags say how to reach a Kafka cluster.
type kafkaFlags struct {
	brokers                   []string
	tls                       bool
	ca, cert, key             string
	user, password, mechanism string
}

func (k *kafkaFlags) register(fs *pflag.FlagSet) {
	fs.StringSliceVar(&k.brokers, "kafka", nil, "`BROKERS` of a Kafka cluster, host:port separated by commas")
	fs.BoolVar(&k.tls, "kafka-tls", false, "encrypt the connections to Kafka")
	fs.StringVar(&k.ca, "kafka-ca", "", "PEM `FILE` of authorities beside the system's")
	fs.StringVar(&k.cert, "kafka-cert", "", "PEM `FILE` of a client certificate")
	fs.StringVar(&k.key, "kafka-cert-key", "", "PEM `FILE` of its key")
	fs.StringVar(&k.mechanism, "kafka-mechanism", "", "SASL `MECHANISM`: plain, scram-sha-256 or scram-sha-512")
	fs.StringVar(&k.user, "kafka-user", "", "SASL `USER`")
	fs.StringVar(&k.password, "kafka-password-file", "", "`FILE` that holds the SASL password")
}

func (k *kafkaFlags) given() bool { return len(k.brokers) > 0 }

func (k *kafkaFlags) config() (kafka.Config, error) {
	cfg := kafka.DefaultConfig(k.brokers...)
	cfg.TLS = k.tls
	cfg.CAFile, cfg.CertFile, cfg.KeyFile = k.ca, k.cert, k.key
	cfg.SASL, cfg.User = k.mechanism, k.user
	if k.password != "" {
		var err error
		if cfg.Password, err = readPassword("--kafka-password-file", k.password); err != nil {
			return cfg, err
		}
	}
	if err := cfg.Validate(); err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

// client is a client of the cluster that the flags name.
func (k *kafkaFlags) client(log *slog.Logger, reg prometheus.Registerer) (*kafka.Client, error) {
	cfg, err := k.config()
	if err != nil {
		return nil, err
	}
	return kafka.NewClient(cfg, kafka.Options{Log: log, Registerer: reg})
}

// readPassword reads a file that holds a password and perhaps the end of its line.
func readPassword(flag, path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	return string(bytes.TrimRight(b, "\r\n")), nil
}
