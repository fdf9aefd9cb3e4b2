package pipeline

import (
	"errors"
	"fmt"
)

// ErrRebalanced is returned by a [Source] or [Log] whose partitions were taken
// away: the caller drops what it has in hand. It is no failure.
var ErrRebalanced = errors.New("partitions were taken away")

// ErrTooLarge is returned by a [Sink] for a record that its topic can never take.
var ErrTooLarge = errors.New("record is too large for its topic")

// Reason says why a record is in topic "reports.dead". The set is closed: it is
// a label of metrics.
type Reason string

// Reasons.
const (
	ReasonEmpty      Reason = "empty"      // the record has no bytes
	ReasonUnreadable Reason = "unreadable" // the bytes are no message, or no record that this program knows
	ReasonInvalid    Reason = "invalid"    // a record breaks a bound of its own format
	ReasonTooLarge   Reason = "too_large"  // what was derived is too large for its topic
	ReasonPanic      Reason = "panic"      // reading it panicked: a bug of ours
)

var reasons = []Reason{ReasonEmpty, ReasonUnreadable, ReasonInvalid, ReasonTooLarge, ReasonPanic}

// DeadError says that a record can never be used, and why. An [Extract] returns
// it; every other error of an Extract is temporary.
type DeadError struct {
	Reason Reason
	// Err is the detail, nil if the reason says it all. It must not carry
	// personal data: it is logged.
	Err error
}

// Error gives reason and detail.
func (e *DeadError) Error() string {
	if e.Err == nil {
		return string(e.Reason)
	}
	return fmt.Sprintf("%s: %v", e.Reason, e.Err)
}

// Unwrap gives the detail.
func (e *DeadError) Unwrap() error { return e.Err }

// Dead makes a [DeadError].
func Dead(reason Reason, err error) error { return &DeadError{Reason: reason, Err: err} }
