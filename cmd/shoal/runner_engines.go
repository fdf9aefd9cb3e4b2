package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"shoal/pipeline/embedded"
)

// broker opens the embedded broker, unless --kafka names another.
func (r *runner) broker(context.Context) error {
	r.state.PID, r.state.Started = os.Getpid(), time.Now().UTC()
	if r.flags.kafka.given() {
		r.state.Kafka = strings.Join(r.flags.kafka.brokers, ",")
		return nil
	}
	cfg := embedded.BrokerConfig{Dir: r.flags.data.broker(), Port: r.flags.kafkaPort, Log: r.log}
	b, err := embedded.OpenBroker(cfg)
	if errors.Is(err, syscall.EADDRINUSE) && !r.given("kafka-port") {
		cfg.Port = 0
		b, err = embedded.OpenBroker(cfg)
	}
	if errors.Is(err, embedded.ErrInUse) {
		return fmt.Errorf("another `shoal run` is alive on %s: stop it, or name another folder with --data", r.flags.data)
	}
	if err != nil {
		return err
	}
	r.stack.close("broker", b.Close)
	r.state.Kafka = b.Addr()
	return nil
}

// engine starts the embedded ClickHouse, unless --clickhouse names another.
func (r *runner) engine(ctx context.Context) error {
	if r.flags.store.url != "" {
		r.state.ClickHouse = r.flags.store.url
		return nil
	}
	library, err := embedded.LibraryPath(r.getenv)
	if err != nil {
		return err
	}
	p, err := embedded.NewProcess(embedded.Config{
		Dir: r.flags.data.engine(), Library: library,
		Listen: freeAddr(r.flags.sqlListen, !r.given("clickhouse-listen")),
	}, r.log)
	if err != nil {
		return err
	}
	r.reg.MustRegister(engineStarts(p.Starts), freeRoom(r.flags.data))
	r.stack.background("clickhouse", r.fail, p.Run)
	at, err := p.Endpoint(ctx)
	if errors.Is(err, embedded.ErrInUse) {
		return fmt.Errorf("%w: another command has it open, try again when that is done", err)
	}
	if err != nil {
		return fmt.Errorf("clickhouse: %w", err)
	}
	r.state.ClickHouse = socketURL(at.Socket)
	if at.Addr != "" {
		r.state.SQL = "http://" + at.Addr
	}
	return nil
}

func socketURL(path string) string { return "http+unix://" + path }

// freeAddr gives addr, or, where that is a default and taken, any free port.
func freeAddr(addr string, isDefault bool) string {
	if addr == "" || !isDefault {
		return addr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return addr
}
