package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"shoal/pipeline/embedded"
	"shoal/pipeline/store"
)

// readFlags say which database a command reads.
type readFlags struct {
	data  dataDir
	store storeFlags
}

func (f *readFlags) register(fs *pflag.FlagSet) {
	f.data.register(fs)
	f.store.register(fs)
}

// with opens the database, runs do on it, and puts away what it opened: the
// ClickHouse of --clickhouse, that of a live `shoal run` on --data, or else an
// engine of its own on --data for as long as do runs.
func (f *readFlags) with(ctx context.Context, a *app, do func(db *store.DB) error) error {
	if f.store.url != "" {
		return f.use(ctx, f.store.url, do)
	}
	socket := embedded.SocketPath(f.data.engine())
	if embedded.Alive(ctx, socket) {
		return f.use(ctx, socketURL(socket), do)
	}
	if !f.data.used() {
		return fmt.Errorf("nothing is stored in %s: start with `shoal run --data %s PATH...`, or name the folder with --data or a server with --clickhouse", f.data, f.data)
	}
	return f.start(ctx, a, do)
}

func (f *readFlags) use(ctx context.Context, url string, do func(db *store.DB) error) error {
	cfg, err := f.store.config(url)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.CheckSchema(ctx); err != nil {
		return err
	}
	return do(db)
}

// lockTries is how often a command asks for a folder that another command has.
const lockTries = 10

// start runs the engine for one command, on a socket that others do not look at:
// they would lose it when this command ends.
func (f *readFlags) start(ctx context.Context, a *app, do func(db *store.DB) error) error {
	library, err := embedded.LibraryPath(a.getenv)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "shoal-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	cfg := embedded.Config{Dir: f.data.engine(), Library: library, Socket: filepath.Join(dir, "engine.sock")}
	for range lockTries {
		if err = f.once(ctx, cfg, a.log, do); !errors.Is(err, embedded.ErrInUse) {
			return err
		}
		if err := wait(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return err
}

func (f *readFlags) once(ctx context.Context, cfg embedded.Config, log *slog.Logger, do func(db *store.DB) error) error {
	p, err := embedded.NewProcess(cfg, log)
	if err != nil {
		return err
	}
	own := stack{log: log, limit: stopLimit}
	defer own.unwind()
	own.background("clickhouse", func(error) {}, p.Run)
	at, err := p.Endpoint(ctx)
	if err != nil {
		return err
	}
	return f.use(ctx, socketURL(at.Socket), do)
}
