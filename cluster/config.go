package cluster

import (
	"fmt"
	"time"
)

// Config bounds and tunes an [Engine]. All of it is part of a log's meaning:
// the same log with another Config gives other campaigns.
type Config struct {
	// Join is the score, in nats, from which a report joins a campaign. Higher
	// means fewer false members and more campaigns in pieces.
	Join float64
	// Merge is the score from which exemplars of two campaigns agree that both
	// are one.
	Merge float64
	// Content is how much of the score must come from what the mail says or
	// carries.
	Content float64
	// Exemplars bounds the exemplars of one campaign.
	Exemplars int
	// LiveExemplars bounds the exemplars of all clusters that are not idle:
	// beyond, the longest quiet are made idle before their time, reports that
	// stand alone first.
	LiveExemplars int
	// Idle is after how much time of the log a cluster that nothing joined
	// leaves the index. Reports that stood alone are then forgotten; campaigns
	// come back under their old id when a report agrees with them again.
	Idle time.Duration
	// IdleCampaigns is how many idle campaigns are remembered. The oldest are
	// forgotten first, those on which an analyst decided last.
	IdleCampaigns int
	// MergedIDs is of how many ids that merged away, at least, the engine knows
	// the survivor. (The store knows it of all.)
	MergedIDs int
	// IndexBits and FrequencyBits are the binary logarithms of the number of
	// index buckets (64 bytes each) and of frequency counters (4 bytes each).
	IndexBits, FrequencyBits int
	// Weights of the comparison; nil takes those that are compiled in.
	Weights *Weights
	// Remember is how many report ids are kept, at least, to recognise repeats.
	Remember int
}

// DefaultConfig suits one provider's reports on one core: about 200 MB at rest.
func DefaultConfig() Config {
	return Config{
		Join: 0.5, Merge: 0.5, Content: 1.5,
		Exemplars: 12, LiveExemplars: 1 << 20,
		Idle: 14 * 24 * time.Hour, IdleCampaigns: 1 << 15, MergedIDs: 1 << 17,
		IndexBits: 20, FrequencyBits: 22, Remember: 4 << 20,
	}
}

// mostExemplars of a campaign have a bit each in a word.
const mostExemplars = 64

// Validate names the first setting that makes no sense.
func (c Config) Validate() error {
	switch {
	case c.Exemplars < 2 || c.Exemplars > mostExemplars:
		return fmt.Errorf("exemplars %d: want 2 to %d", c.Exemplars, mostExemplars)
	case c.Idle <= 0:
		return fmt.Errorf("idle %v: want more than 0", c.Idle)
	case c.LiveExemplars < 1:
		return fmt.Errorf("live exemplars %d: want at least 1", c.LiveExemplars)
	case c.IdleCampaigns < 0 || c.IdleCampaigns > 1<<22:
		return fmt.Errorf("idle campaigns %d: want 0 to %d", c.IdleCampaigns, 1<<22)
	case c.MergedIDs < 1:
		return fmt.Errorf("merged ids %d: want at least 1", c.MergedIDs)
	case c.IndexBits < 4 || c.IndexBits > 28:
		return fmt.Errorf("index bits %d: want 4 to 28", c.IndexBits)
	case c.FrequencyBits < 8 || c.FrequencyBits > 28:
		return fmt.Errorf("frequency bits %d: want 8 to 28", c.FrequencyBits)
	case c.Remember < 1:
		return fmt.Errorf("remember %d: want at least 1", c.Remember)
	}
	return nil
}
