package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"shoal/pipeline/store"
)

// storeFlags say where the database is and how it is kept.
type storeFlags struct {
	url          string
	passwordFile string
	ttlDays      int
	ttlFields    map[string]int
}

func (s *storeFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&s.url, "clickhouse", "", "`URL` of a ClickHouse server: clickhouse://user:password@host:9000, http:// or https://")
	fs.StringVar(&s.passwordFile, "clickhouse-password-file", "", "`FILE` that holds the password of the user in --clickhouse: what stands in a command line, all can read")
}

// registerKept adds the flags of commands that make tables.
func (s *storeFlags) registerKept(fs *pflag.FlagSet) {
	s.register(fs)
	fs.IntVar(&s.ttlDays, "ttl-days", store.DefaultConfig().TTLDays, "`DAYS` that a report is kept after it was received")
	fs.StringToIntVar(&s.ttlFields, "ttl-fields", nil, fmt.Sprintf("`FIELD=DAYS,...` of fields that go before their report: %s", list(store.Fields())))
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
	cfg.Fields = make(map[store.Field]int, len(s.ttlFields))
	for name, days := range s.ttlFields {
		cfg.Fields[store.Field(name)] = days
	}
	if err := cfg.Validate(); err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

// list joins names for a help text.
func list[T ~string](names []T) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(n))
	}
	return b.String()
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
