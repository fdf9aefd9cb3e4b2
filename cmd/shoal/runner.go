package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"shoal/pipeline"
	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/publish/console"
	"shoal/pipeline/store"
)

// stopLimit bounds each step of a stop.
const stopLimit = 30 * time.Second

// runner is one `shoal run`: its parts, in the order in which they come up.
type runner struct {
	*app
	flags   *runFlags
	given   func(flag string) bool
	stack   stack
	fail    func(error)
	reg     *prometheus.Registry
	state   state
	key     []byte
	tables  tables
	tokens  *intake.Tokens
	secret  string // of a token that was just made
	secure  *tls.Config
	invite  string // path of a link that opens the console once
	client  *kafka.Client
	db      *store.DB
	tally   *tallyStore
	stages  []stage
	imports *importer
	read    intake.Tally
}

// runAll runs everything until ctx ends, something fails, or with --once all is
// stored. Whatever came up is put away in reverse order.
func (a *app) runAll(ctx context.Context, f *runFlags, fs *pflag.FlagSet, paths []string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &runner{app: a, flags: f, given: fs.Changed, reg: newRegistry(), stack: stack{log: a.log, limit: stopLimit}}
	r.fail = func(err error) {
		if ctx.Err() != nil {
			a.log.Error("failed while stopping", "err", err)
		}
		cancel(&partError{err})
	}
	err := r.run(ctx, paths)
	if ctx.Err() != nil {
		err = r.stopped(context.Cause(ctx))
	}
	if !r.stack.unwind() && err == nil {
		err = errFailed
	}
	if r.imports != nil {
		r.told()
	}
	if err == nil && (r.read.Skips() > 0 || r.dead() > 0) {
		err = errFailed
	}
	return err
}

// partError is why a part of the process failed, as the cause of a context's end.
type partError struct{ error }

func (e *partError) Unwrap() error { return e.error }

// stopped says whether an end before all was done is a failure.
func (r *runner) stopped(cause error) error {
	var failed *partError
	switch {
	case errors.As(cause, &failed):
		return failed.error
	case r.flags.once:
		r.warn("stopped before all was stored: the same command goes on")
		return errFailed
	}
	r.say("stopping")
	return nil
}

// run brings everything up and works.
func (r *runner) run(ctx context.Context, paths []string) error {
	for _, up := range []func(context.Context) error{r.secrets, r.broker, r.engine, r.database, r.topics, r.startStages, r.web, r.announce} {
		if err := up(ctx); err != nil {
			return err
		}
	}
	return r.work(ctx, paths)
}

// secrets reads or makes the key and the tokens, and reads the tables.
func (r *runner) secrets(context.Context) (err error) {
	dir := r.flags.data
	if r.tables, err = r.flags.tables.load(); err != nil {
		return err
	}
	if err := dir.create(); err != nil {
		return err
	}
	if dir.used() {
		r.key, err = readKey(dir.key())
	} else {
		r.key, err = ensureKey(dir.key())
	}
	if err != nil {
		return err
	}
	r.tokens, r.secret, err = ensureTokens(dir.tokens(), r.showsSecret())
	if err != nil {
		return err
	}
	r.secure, err = r.flags.tls.config(r.log)
	return err
}

// showsSecret says whether the first token may be shown: to a person at a
// terminal, or where it opens nothing but this machine's own loopback. Elsewhere
// what we write is a log that travels.
func (r *runner) showsSecret() bool {
	host, _, err := net.SplitHostPort(r.flags.listen)
	ip := net.ParseIP(host)
	return r.terminal() || err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// database opens the store and brings its tables up to date.
func (r *runner) database(ctx context.Context) error {
	cfg, err := r.flags.store.config(r.state.ClickHouse)
	if err != nil {
		return err
	}
	if r.db, err = store.Open(ctx, cfg); err != nil {
		return err
	}
	r.stack.close("database", r.db.Close)
	if _, err := r.db.Migrate(ctx, false); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return r.tables.store(ctx, r.db)
}

// topics makes the topics. The embedded broker's "reports" has one partition: one
// process gains nothing by more, and the order of an import is then the order of
// the log, so the same files in a fresh folder give the same campaign ids.
func (r *runner) topics(ctx context.Context) (err error) {
	flags, topics := r.flags.kafka, kafka.DefaultTopics()
	if !flags.given() {
		flags.brokers, topics.Partitions = []string{r.state.Kafka}, 1
	}
	if r.client, err = flags.client(r.log, r.reg); err != nil {
		return err
	}
	r.stack.close("kafka client", func() error { r.client.Close(); return nil })
	return r.client.EnsureTopics(ctx, topics)
}

// startStages starts worker, clusterer and writer.
func (r *runner) startStages(context.Context) error {
	cfg, err := r.flags.extract.config(r.key)
	if err != nil {
		return err
	}
	x, err := extraction(cfg, r.tables.attrs)
	if err != nil {
		return err
	}
	r.tally = &tallyStore{Store: r.db}
	road := road{r.client, r.log, r.reg}
	r.stages = []stage{road.writer(r.tally), road.clusterer(r.flags.data.snapshots(), r.flags.snapshotEvery, false), road.worker(x, r.flags.extract.parallel, false)}
	r.reg.MustRegister(lagOf(r.client, r.log))
	for _, s := range r.stages {
		r.stack.close(s.name+"'s group", s.leave)
		r.stack.background(s.name, r.fail, s.run)
	}
	return nil
}

// web starts the HTTP server.
func (r *runner) web(context.Context) error {
	l, err := listen(r.flags.listen, !r.given("listen"))
	if err != nil {
		return fmt.Errorf("http: %w", err)
	}
	r.state.HTTP = "http://" + l.Addr().String()
	if r.secure != nil {
		r.state.HTTP = "https://" + l.Addr().String()
	}
	h := intake.NewHandler(intake.DefaultHandlerConfig(), intake.HandlerDeps{
		Sink: r.client.NewSink(pipeline.TopicReports), Tokens: r.tokens, Attrs: r.tables.attrs, Log: r.log, Registerer: r.reg,
	})
	site := &website{
		reg: r.reg, log: r.log, intake: h, tls: r.secure,
		checks: []check{kafkaCheck(r.client), {"clickhouse", r.db.Ping}, diskCheck(r.flags.data)},
	}
	for _, s := range r.stages {
		site.checks = append(site.checks, s.check())
	}
	book := newTokenBook(r.tokens)
	if err := r.desk(site, l.Addr(), book); err != nil {
		return err
	}
	r.stack.background("tokens", r.fail, func(ctx context.Context) error {
		return followTokens(ctx, r.flags.data.tokens(), func(t *intake.Tokens) { h.SetTokens(t); book.now.Store(t) }, r.log)
	})
	site.metrics = servesMetrics(r.flags.metrics, l.Addr())
	r.stack.background("http server", r.fail, func(ctx context.Context) error { return site.serve(ctx, l) })
	return r.serveMetrics(site.checks)
}

// serveMetrics opens the port of health and metrics, if there is one of their own.
func (r *runner) serveMetrics(checks []check) error {
	if r.flags.metrics == "" {
		return nil
	}
	l, err := listen(r.flags.metrics, false)
	if err != nil {
		return fmt.Errorf("http of metrics: %w", err)
	}
	r.log.Info("listening", "metrics", l.Addr().String())
	site := &website{reg: r.reg, log: r.log, metrics: true, checks: checks}
	r.stack.background("http server of metrics", r.fail, func(ctx context.Context) error { return site.serve(ctx, l) })
	return nil
}

// desk puts the console on the site. At once usable it is for the person who started
// us, where what we print is seen by nobody else.
func (r *runner) desk(site *website, addr net.Addr, book *tokenBook) error {
	if !r.flags.console.on || r.flags.once {
		return nil
	}
	cfg := console.DefaultConfig()
	cfg.Hosts = r.flags.console.names(addr)
	h, err := r.deskOf(cfg, console.Deps{
		Tokens: book, Road: &roadState{client: r.client, checks: site.checks}, Registerer: r.reg,
	}, r.db, r.client, r.flags.data.snapshots())
	if err != nil {
		return err
	}
	site.console = h
	if r.showsSecret() {
		r.invite = h.Invite(self())
	}
	return nil
}

func kafkaCheck(c *kafka.Client) check {
	return check{"kafka", func(ctx context.Context) error {
		_, err := c.End(ctx, pipeline.TopicReports)
		return err
	}}
}
