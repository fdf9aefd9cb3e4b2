package console

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline/publish"
)

// Config bounds a console.
type Config struct {
	// Hosts are the names under which it may be asked, without port; empty for any.
	Hosts []string
	// SessionFor is how long a sign-in lasts, MaxSessions how many there are.
	SessionFor  time.Duration
	MaxSessions int
	// Rate and Burst bound the requests a second of a session, and all sign-ins that
	// fail.
	Rate  float64
	Burst int
	// MaxPages are made at once; others wait for PageTime, which bounds a page too.
	MaxPages int
	PageTime time.Duration
	// MaxForm bounds a form in bytes.
	MaxForm int64
	// PageRows is how many campaigns or reports a page lists.
	PageRows int
	// Full is how many campaigns the summary page has in full.
	Full int
	// Settle is how long a decision's answer waits for what becomes of it.
	Settle time.Duration
}

// DefaultConfig gives the bounds for a desk of some dozen people.
func DefaultConfig() Config {
	return Config{
		SessionFor: 12 * time.Hour, MaxSessions: 1000, Rate: 10, Burst: 60,
		MaxPages: 8, PageTime: time.Minute, MaxForm: 1 << 20, PageRows: 25, Full: 12, Settle: 4 * time.Second,
	}
}

// Validate says what is wrong with c.
func (c Config) Validate() error {
	switch {
	case c.SessionFor <= 0 || c.PageTime <= 0 || c.Settle < 0:
		return errors.New("console: times must be positive")
	case c.MaxSessions < 1 || c.MaxPages < 1 || c.PageRows < 1 || c.Full < 1 || c.Burst < 1 || c.Rate <= 0 || c.MaxForm < 1:
		return errors.New("console: bounds must be positive")
	case c.Settle >= c.PageTime:
		return errors.New("console: a decision must settle within the time of a page")
	}
	return nil
}

// Deps are what a console works with. All are called by several goroutines.
type Deps struct {
	// DB reads the views, with bounds on each statement.
	DB publish.Database
	// Tokens knows who may come in.
	Tokens Tokens
	// Road tells how the pipeline is; nil where that is not known.
	Road Road
	// Desk takes decisions; nil where none can be taken.
	Desk Desk
	// Why explains two reports; nil where that cannot be done.
	Why Explainer
	// Log gets errors and decisions, never a secret or a recipient; nil for none.
	Log *slog.Logger
	// Registerer gets the metrics; nil for none.
	Registerer prometheus.Registerer
}
