package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

// service is one service of production: what its commands have in common.
type service struct {
	*app
	data    dataDir
	kafka   kafkaFlags
	store   storeFlags
	metrics string

	reg    *prometheus.Registry
	client *kafka.Client
	stack  stack
	fail   func(error)
	checks []check
}

func (s *service) register(fs *pflag.FlagSet) {
	s.data.register(fs)
	s.kafka.register(fs)
	fs.StringVar(&s.metrics, "metrics", "", "`ADDR` of health and metrics over HTTP (/healthz, /readyz, /metrics), empty for none")
}

// run connects to Kafka, lets start push what the service does, and serves until
// ctx ends or something fails.
func (s *service) run(ctx context.Context, start func(ctx context.Context) error) error {
	if !s.kafka.given() {
		return usagef("name the Kafka cluster with --kafka")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.reg, s.stack = newRegistry(), stack{log: s.log, limit: stopLimit}
	s.fail = func(err error) { cancel(&partError{err}) }
	err := s.up(ctx, start)
	if err == nil {
		<-ctx.Done()
		s.log.Info("stopping")
	}
	var failed *partError
	if errors.As(context.Cause(ctx), &failed) {
		err = failed.error
	}
	if !s.stack.unwind() && err == nil {
		err = errFailed
	}
	return err
}

func (s *service) up(ctx context.Context, start func(ctx context.Context) error) (err error) {
	if s.client, err = s.kafka.client(s.log, s.reg); err != nil {
		return err
	}
	s.stack.close("kafka client", func() error { s.client.Close(); return nil })
	if err := s.topics(ctx); err != nil {
		return err
	}
	s.checks = append(s.checks, kafkaCheck(s.client))
	if err := start(ctx); err != nil {
		return err
	}
	if s.metrics == "" {
		return nil
	}
	return s.site(s.metrics, &website{metrics: true})
}

// topics makes sure that what the service reads and writes is there. It makes
// none: how many copies and partitions there are is decided once, by migrate.
func (s *service) topics(ctx context.Context) error {
	for _, t := range []string{pipeline.TopicReports, pipeline.TopicFeatures, pipeline.TopicEvents, pipeline.TopicDead} {
		if _, err := s.client.End(ctx, t); err != nil {
			return fmt.Errorf("topic %s: %w (shoal migrate --kafka makes the topics)", t, err)
		}
	}
	return nil
}

// site serves w with health and metrics on addr.
func (s *service) site(addr string, w *website) error {
	l, err := listen(addr, false)
	if err != nil {
		return fmt.Errorf("http: %w", err)
	}
	w.reg, w.log, w.checks = s.reg, s.log, s.checks
	w.metrics = w.metrics || servesMetrics(s.metrics, l.Addr())
	s.log.Info("listening", "http", l.Addr().String())
	s.stack.background("http server", s.fail, func(ctx context.Context) error { return w.serve(ctx, l) })
	return nil
}

// stages run until the service stops.
func (s *service) stages(all ...stage) {
	var names []string
	for _, st := range all {
		names = append(names, st.name)
		s.checks = append(s.checks, st.check())
		s.stack.close(st.name+"'s group", st.leave)
		s.stack.background(st.name, s.fail, st.run)
	}
	s.reg.MustRegister(lagOf(s.client, s.log, names...))
}

func (s *service) road() *road { return &road{s.client, s.log, s.reg} }

// serviceCommand is what the services' commands have in common.
func (a *app) serviceCommand(use, short string) (*service, *cobra.Command) {
	s := &service{app: a}
	cmd := &cobra.Command{Use: use, GroupID: groupService, Short: short, Args: cobra.NoArgs}
	s.register(cmd.Flags())
	return s, cmd
}
