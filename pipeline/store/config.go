package store

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Config says where the database is and how it is kept.
type Config struct {
	// URL is clickhouse://[user:password@]host:9000 (native protocol),
	// http:// or https:// (the HTTP interface), or http+unix:///path/of/socket.
	// Query parameters are those of clickhouse-go's DSN.
	URL string
	// TTLDays is how long a report is kept after it was received.
	TTLDays int
	// Timeout bounds one read of an answer.
	Timeout time.Duration
	// MaxRows and MaxSeconds bound what one analyst's [DB.Query] may read and take.
	MaxRows    uint64
	MaxSeconds int
}

// DefaultConfig gives the settings of one machine, without a URL.
func DefaultConfig() Config {
	return Config{TTLDays: 400, Timeout: 5 * time.Minute, MaxRows: 1_000_000_000, MaxSeconds: 60}
}

// Validate says what is wrong with c.
func (c Config) Validate() error {
	u, err := url.Parse(c.URL)
	if err != nil {
		return errors.New("clickhouse url: not a URL") // the text may hold a password
	}
	switch u.Scheme {
	case "clickhouse", "http", "https":
		if u.Host == "" {
			return fmt.Errorf("clickhouse url: %s:// without a host", u.Scheme)
		}
	case schemeUnix:
		if u.Path == "" {
			return errors.New("clickhouse url: http+unix:// without a path")
		}
	default:
		return fmt.Errorf("clickhouse url: scheme %q, want clickhouse, http, https or http+unix", u.Scheme)
	}
	switch {
	case c.TTLDays < 1 || c.TTLDays > 36500:
		return fmt.Errorf("ttl of %d days, want 1 to 36500", c.TTLDays)
	case c.Timeout <= 0:
		return errors.New("timeout must be positive")
	}
	return nil
}
