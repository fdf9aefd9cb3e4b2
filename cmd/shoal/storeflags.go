package main

import (
	"github.com/spf13/pflag"

	"shoal/pipeline/store"
)

// storeFlags say where the database is and how it is kept.
type storeFlags struct {
	url     string
	ttlDays int
}

func (s *storeFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&s.url, "clickhouse", "", "`URL` of a ClickHouse server: clickhouse://user:password@host:9000, http:// or https://")
}

// registerKept adds the flags of commands that make tables.
func (s *storeFlags) registerKept(fs *pflag.FlagSet) {
	s.register(fs)
	fs.IntVar(&s.ttlDays, "ttl-days", store.DefaultConfig().TTLDays, "`DAYS` that a report is kept after it was received")
}

// config is that of the database at url.
func (s *storeFlags) config(url string) (store.Config, error) {
	cfg := store.DefaultConfig()
	cfg.URL = url
	if s.ttlDays != 0 {
		cfg.TTLDays = s.ttlDays
	}
	if err := cfg.Validate(); err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}
