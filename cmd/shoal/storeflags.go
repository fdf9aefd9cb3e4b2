package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/pflag"

	"shoal/pipeline/store"
)

// storeFlags say where the database is and how it is kept.
type storeFlags struct {
	url          string
	passwordFile string
	ttlDays      int
}

func (s *storeFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&s.url, "clickhouse", "", "`URL` of a ClickHouse server: clickhouse://user:password@host:9000, http:// or https://")
	fs.StringVar(&s.passwordFile, "clickhouse-password-file", "", "`FILE` that holds the password of the user in --clickhouse: what stands in a command line, all can read")
}

// registerKept adds the flags of commands that make tables.
func (s *storeFlags) registerKept(fs *pflag.FlagSet) {
	s.register(fs)
	fs.IntVar(&s.ttlDays, "ttl-days", store.DefaultConfig().TTLDays, "`DAYS` that a report is kept after it was received")
}

// config is that of the database at a URL.
func (s *storeFlags) config(at string) (store.Config, error) {
	cfg := store.DefaultConfig()
	cfg.URL = at
	if s.passwordFile != "" && s.url != "" {
		var err error
		if cfg.URL, err = s.withPassword(at); err != nil {
			return cfg, err
		}
	}
	if s.ttlDays != 0 {
		cfg.TTLDays = s.ttlDays
	}
	if err := cfg.Validate(); err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

// withPassword puts the password of the file into a URL. No error tells either.
func (s *storeFlags) withPassword(at string) (string, error) {
	password, err := readPassword("--clickhouse-password-file", s.passwordFile)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(at)
	if err != nil {
		return "", usageError{errors.New("--clickhouse is no URL")}
	}
	if _, given := u.User.Password(); given {
		return "", usageError{fmt.Errorf("--clickhouse has a password as well as --clickhouse-password-file")}
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u.String(), nil
}
