package federation

import (
	"fmt"
	"math/bits"
	"time"

	"shoal/cluster"
)

// Config is that of a [Local]. All of it is part of its log's meaning.
type Config struct {
	// Round is that of the local: 0 takes each report first, 1 and up to [Rounds]-1
	// what it and the rounds between pass on.
	Round int
	// Engine is that of the engine inside. Join, Content and Weights should be the
	// global engine's.
	Engine cluster.Config
	// Margin is how far above Engine.Join, in nats, a report must agree with an
	// exemplar to be only counted. A local engine sees few clusters and takes
	// values for rarer than they are; what it is not sure of the global one decides.
	Margin float64
	// Refresh is after how much time of the log a variant of which there were only
	// copies is sketched again, so that its campaign is not idle. It must be well
	// below the global engine's Idle.
	Refresh time.Duration
	// Variants is of how many exemplars, at least, the local knows that the global
	// engine has them, and counts copies. Of one that is forgotten up to
	// [MaxCopies] copies go uncounted there (and nowhere else).
	Variants int
}

// DefaultConfig is that of each of the locals of a round under a global engine. A local
// forgets a campaign before the global engine does, or copies would refer to what is
// gone there: hence half of its time. Tables are smaller in proportion, but for the
// exemplars, since it is the locals that remember what stands alone.
func DefaultConfig(global cluster.Config, round, locals int) Config {
	engine := global
	engine.Idle /= 2
	fewer := bits.Len(uint(max(1, locals)) - 1) // binary logarithm, rounded up
	engine.IndexBits = max(min(leastIndexBits, global.IndexBits), global.IndexBits-fewer)
	engine.FrequencyBits = max(min(leastFrequencyBits, global.FrequencyBits), global.FrequencyBits-fewer)
	engine.IdleCampaigns /= max(1, locals)
	engine.Remember = max(1, engine.Remember/max(1, locals))
	return Config{Round: round, Engine: engine, Margin: 3, Refresh: engine.Idle / 4, Variants: engine.LiveExemplars}
}

// leastIndexBits and leastFrequencyBits are below which tables are not cut.
const leastIndexBits, leastFrequencyBits = 14, 18

// Validate names the first setting that makes no sense.
func (c Config) Validate() error {
	if err := c.Engine.Validate(); err != nil {
		return err
	}
	switch {
	case c.Round < 0 || c.Round >= Rounds:
		return fmt.Errorf("round %d: want 0 to %d", c.Round, Rounds-1)
	case !(c.Margin >= 0):
		return fmt.Errorf("margin %v: want 0 or more", c.Margin)
	case c.Refresh <= 0:
		return fmt.Errorf("refresh %v: want more than 0", c.Refresh)
	case c.Variants < 1:
		return fmt.Errorf("variants %d: want at least 1", c.Variants)
	}
	return nil
}
