package cluster

// Engine groups the entries of one log. It is not safe for concurrent use.
type Engine struct{}

// NewEngine returns an engine with empty state.
func NewEngine(Config) *Engine { return nil }

// Config bounds and tunes an [Engine].
type Config struct{}

// Step takes the next entry of the log and returns what follows from it. The
// events are valid until the next call.
func (e *Engine) Step(Entry) []Event { return nil }

// Snapshot serialises the state: versioned, checksummed, deterministic.
func (e *Engine) Snapshot() []byte { return nil }

// Restore replaces the state by a snapshot's, or leaves it alone and says why not.
func (e *Engine) Restore([]byte) error { return nil }

// Seq is the number of the last event that Step returned, Offset the offset of
// the last entry it took (-1 before the first).
func (e *Engine) Seq() uint64 { return 0 }

// Offset: see [Engine.Seq].
func (e *Engine) Offset() int64 { return 0 }
