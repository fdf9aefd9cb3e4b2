package intake

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline"
)

// HandlerConfig tells a [Handler] its bounds.
type HandlerConfig struct {
	// MaxMessage bounds a posted body in bytes.
	MaxMessage int64
	// MaxInFlight bounds the bytes of all bodies in memory at a time.
	MaxInFlight int64
	// Rate is how many posts a second a token may make in the long run, and
	// Burst how many at once.
	Rate  float64
	Burst int
	// WriteTimeout bounds one write to the sink.
	WriteTimeout time.Duration
	// RetryAfter is what a client is told to wait when Kafka is away or memory
	// is full.
	RetryAfter time.Duration
}

// DefaultHandlerConfig returns the defaults.
func DefaultHandlerConfig() HandlerConfig {
	return HandlerConfig{
		MaxMessage:   MaxMessage,
		MaxInFlight:  256 << 20,
		Rate:         1000,
		Burst:        2000,
		WriteTimeout: 15 * time.Second,
		RetryAfter:   5 * time.Second,
	}
}

// Validate says what is wrong with c.
func (c HandlerConfig) Validate() error {
	switch {
	case c.MaxMessage < 1:
		return errors.New("http intake: the largest message must have at least 1 byte")
	case c.MaxInFlight < c.MaxMessage:
		return fmt.Errorf("http intake: %d bytes in flight are fewer than one message may have (%d)", c.MaxInFlight, c.MaxMessage)
	case c.Rate <= 0 || c.Burst < 1:
		return errors.New("http intake: rate and burst must be above 0")
	case c.WriteTimeout <= 0 || c.RetryAfter <= 0:
		return errors.New("http intake: write timeout and retry after must be above 0")
	}
	return nil
}

// HandlerDeps are what a [Handler] works with.
type HandlerDeps struct {
	// Sink is topic "reports".
	Sink pipeline.Sink
	// Tokens are let in; none lets nobody in.
	Tokens *Tokens
	// Attrs are joined to recipients; optional.
	Attrs *Attrs
	// Log and Registerer are optional.
	Log        *slog.Logger
	Registerer prometheus.Registerer
}
