package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// rules names the settings and weights under which a log was decided: a hash.
type rules [16]byte

// unknownRules are those of a history that these rules would have made otherwise.
var unknownRules rules

// String names rules in the lineage.
func (r rules) String() string {
	if r == unknownRules {
		return "unknown"
	}
	return hex.EncodeToString(r[:4])
}

// revision counts the changes of this package's code that decide a log otherwise,
// which neither settings nor weights show.
const revision = 2

// fingerprint covers everything that changes what a log means.
func (c Config) fingerprint() rules {
	w := c.Weights
	if w == nil {
		w = &learned
	}
	c.Weights = nil
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %+v %+v", revision, c, *w))
	return rules(sum[:16])
}

// retune says in the log that from this entry on other rules apply than before.
func (e *Engine) retune(now int64) {
	if e.rules == e.own {
		return
	}
	before := e.rules
	e.rules = e.own
	e.emit(Event{Kind: EventRetuned, Time: now, Label: e.own.String(), Note: "before: " + before.String()})
}

// followRules takes note of a change of rules that was published already.
func (e *Engine) followRules() {
	for i := range e.guide.events {
		ev := &e.guide.events[i]
		if ev.Kind != EventRetuned {
			continue
		}
		e.guide.done[i], e.said = true, true
		e.seq = max(e.seq, ev.Seq)
		if e.rules = unknownRules; ev.Label == e.own.String() {
			e.rules = e.own
		}
	}
}
