package main

import (
	"context"

	"github.com/spf13/cobra"

	"shoal/pipeline/store"
)

func (a *app) writerCommand() *cobra.Command {
	s, cmd := a.serviceCommand("writer", "Store: topic events in, ClickHouse out")
	cmd.Long = `Store reports and campaigns in ClickHouse. One works at a time; others stand by.
The tables must be there: see shoal migrate.`
	cmd.Example = "  shoal writer --kafka broker:9092 --clickhouse clickhouse://shoal:secret@db:9000"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), func(ctx context.Context) error {
			db, err := s.database(ctx)
			if err != nil {
				return err
			}
			s.stages(s.road().writer(db))
			return nil
		})
	}
	s.store.register(cmd.Flags())
	return cmd
}

// database opens the store and checks its tables.
func (s *service) database(ctx context.Context) (*store.DB, error) {
	if s.store.url == "" {
		return nil, usagef("name the ClickHouse server with --clickhouse")
	}
	cfg, err := s.store.config(s.store.url)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s.stack.close("database", db.Close)
	s.checks = append(s.checks, check{"clickhouse", db.Ping})
	return db, db.CheckSchema(ctx)
}
