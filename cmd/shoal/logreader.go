package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"shoal/pipeline/embedded"
	"shoal/pipeline/kafka"
)

// withLog runs do for a minute at most; see withKafka.
func (f *whyFlags) withLog(ctx context.Context, a *app, do func(context.Context, *kafka.Client) error) error {
	return f.withKafka(ctx, a, func(client *kafka.Client) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		return do(ctx, client)
	})
}

// withKafka runs do on the Kafka of --kafka, on that of a live `shoal run` on
// --data, or else on a broker of its own on --data for as long as do runs.
func (f *whyFlags) withKafka(ctx context.Context, a *app, do func(*kafka.Client) error) error {
	flags := f.kafka
	if !flags.given() {
		s, err := readState(f.data)
		switch {
		case err == nil:
			flags.brokers = s.brokers()
		case !errors.Is(err, errNotRunning):
			return err
		default:
			b, err := f.broker(ctx, a)
			if err != nil {
				return err
			}
			defer b.Close()
			flags.brokers = []string{b.Addr()}
		}
	}
	client, err := flags.client(a.log, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	return do(client)
}

// broker opens the log of a folder that nobody else has open.
func (f *whyFlags) broker(ctx context.Context, a *app) (*embedded.Broker, error) {
	if _, err := os.Stat(f.data.broker()); err != nil {
		return nil, fmt.Errorf("no log is in %s: name the Kafka that has it with --kafka, or the folder with --data", f.data)
	}
	for try := 0; ; try++ {
		b, err := embedded.OpenBroker(embedded.BrokerConfig{Dir: f.data.broker(), Log: a.log})
		if !errors.Is(err, embedded.ErrInUse) || try == lockTries {
			return b, err
		}
		if err := wait(ctx, 200*time.Millisecond); err != nil {
			return nil, err
		}
	}
}
