package store

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// Config says where the database is and how it is kept.
type Config struct {
	// URL is clickhouse://[user:password@]host:9000 (native protocol),
	// http:// or https:// (the HTTP interface), or http+unix:///path/of/socket.
	// Query parameters are those of clickhouse-go's DSN.
	URL string
	// TTLDays is how long a report is kept after it was received, at most ten
	// years. Received is what the record in topic "reports" says: where producers
	// are not trusted to tell the time, the topic should use LogAppendTime.
	TTLDays int
	// Fields says for how many days fields of a report are kept that go before it.
	Fields map[Field]int
	// Cluster is the cluster (remote_servers of the servers' configuration) on
	// which [DB.Migrate] makes the tables; "" makes them on one server. Whatever
	// else uses the tables finds out itself.
	Cluster string
	// Timeout bounds one read of an answer.
	Timeout time.Duration
	// MaxRows and MaxSeconds bound what one analyst's [DB.Query] may read and take.
	MaxRows    uint64
	MaxSeconds int
}

var clusterName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// maxTTLDays and maxReceivedMS keep the end of a row's life within DateTime,
// which ends in 2106: beyond, it starts again at 1970 and the row would go at once.
const (
	maxTTLDays    = 3650
	maxReceivedMS = 3_660_681_600_000 // 2086
)

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
	case c.Cluster != "" && !clusterName.MatchString(c.Cluster):
		return fmt.Errorf("cluster %q: want letters, digits, _, . and -", c.Cluster)
	case c.TTLDays < 1 || c.TTLDays > maxTTLDays:
		return fmt.Errorf("ttl of %d days, want 1 to %d", c.TTLDays, maxTTLDays)
	case c.badField() != "":
		return errors.New(c.badField())
	case c.Timeout <= 0:
		return errors.New("timeout must be positive")
	}
	return nil
}

// badField says what is wrong with Fields.
func (c Config) badField() string {
	for _, f := range slices.Sorted(maps.Keys(c.Fields)) {
		if _, ok := fieldColumns[f]; !ok {
			return fmt.Sprintf("ttl of field %q: want one of %q", f, Fields())
		}
		if days := c.Fields[f]; days < 1 || days > c.TTLDays {
			return fmt.Sprintf("ttl of field %s: %d days, want 1 to the %d of the report", f, days, c.TTLDays)
		}
	}
	return ""
}
