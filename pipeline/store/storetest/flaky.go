package storetest

import (
	"context"
	"errors"

	"shoal/pipeline"
)

// ErrInjected is what a [Flaky] store fails with.
var ErrInjected = errors.New("injected failure")

// Fault says what happens to one Insert.
type Fault int

// Faults.
const (
	// Pass: the insert is done and says so.
	Pass Fault = iota
	// Lost: it fails and nothing was stored.
	Lost
	// Kept: it fails but all was stored.
	Kept
	// Torn: it fails and the first half of the events was stored.
	Torn
)

// Flaky wraps a store and fails as told: Faults[i] is the fate of the i-th
// Insert, Pass from then on. Like every store it is not for concurrent use.
type Flaky struct {
	Store  pipeline.Store
	Faults []Fault
	// Calls counts the inserts, failed ones included.
	Calls int
}

// Insert does what the next fault says.
func (f *Flaky) Insert(ctx context.Context, b pipeline.Batch) error {
	fault := Pass
	if f.Calls < len(f.Faults) {
		fault = f.Faults[f.Calls]
	}
	f.Calls++
	switch fault {
	case Lost:
		return ErrInjected
	case Torn:
		half := len(b.Events) / 2
		b = pipeline.Batch{Events: b.Events[:half], Rows: b.Rows[:half]}
	}
	if err := f.Store.Insert(ctx, b); err != nil {
		return err
	}
	if fault != Pass {
		return ErrInjected
	}
	return nil
}
