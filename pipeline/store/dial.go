package store

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

const schemeUnix = "http+unix"

// options turns a URL into what clickhouse-go dials. Statements name the
// database themselves, so that a first migration can create it.
func options(cfg Config) (*clickhouse.Options, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("parse clickhouse url: %w", err)
	}
	socket := ""
	switch u.Scheme {
	case schemeUnix:
		socket = u.Path
		u.Scheme, u.Host, u.Path = "http", "localhost", ""
	case "https":
		query := u.Query()
		query.Set("secure", "true")
		u.RawQuery = query.Encode()
	}
	u.Path = ""
	opt, err := clickhouse.ParseDSN(u.String())
	if err != nil {
		return nil, fmt.Errorf("parse clickhouse url: %w", err)
	}
	if opt.TLS != nil {
		opt.TLS.MinVersion = tls.VersionTLS12
	}
	if socket != "" {
		opt.DialContext = func(ctx context.Context, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}
	}
	opt.ReadTimeout = cfg.Timeout
	opt.MaxOpenConns, opt.MaxIdleConns = 8, 4
	return opt, nil
}

// connect opens the pool; database is "" or the default of unqualified names.
func connect(opt *clickhouse.Options, database string) (driver.Conn, error) {
	own := *opt
	own.Auth.Database = database
	conn, err := clickhouse.Open(&own)
	if err != nil {
		return nil, fmt.Errorf("open clickhouse: %w", err)
	}
	return conn, nil
}
