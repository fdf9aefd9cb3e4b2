package console

import (
	"context"
	"slices"

	"shoal/cluster"
	"shoal/pipeline/publish"
)

// Scopes of a token.
const (
	ScopeRead = "read"
	ScopeAct  = "act"
)

// Holder is whoever has a token.
type Holder struct {
	// ID tells the token from others and is no secret; "" for who was invited.
	ID     string
	Name   string
	Scopes []string
}

func (h Holder) allows(scope string) bool { return slices.Contains(h.Scopes, scope) }

// Tokens knows who may come in.
type Tokens interface {
	// Find gives the holder of a secret. It takes the same time for all of them.
	Find(secret string) (Holder, bool)
	// Current gives the holder with an ID as the token is now, false once it is gone.
	Current(id string) (Holder, bool)
}

// Order is what an analyst wants done.
type Order struct {
	// Decision is what is decided; Actor and Note are set, Time is the desk's.
	cluster.Decision
	// Like takes along with a split the reports that joined by agreeing with those
	// named.
	Like bool
	// Unmerge makes a split of a campaign that was merged away: Other.
	Unmerge bool
}

// Receipt says under which times what becomes of an order will stand in the lineage
// (milliseconds since 1970, both included).
type Receipt struct{ From, To int64 }

// Refusal is why an order or a question makes no sense, for who asked.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// Desk takes orders. Decide returns when the log has all of it, or a [Refusal], or
// an error after which it may or may not have some.
type Desk interface {
	Decide(ctx context.Context, o Order) (Receipt, error)
}

// Explainer tells why two reports are of one campaign or are not; a [Refusal] where
// it cannot.
type Explainer interface {
	Why(ctx context.Context, campaign, a, b string) (*publish.Why, error)
}

// Part is something that the road needs, and how it is: "ok" or what is wrong.
type Part struct {
	Name, State string
	Good        bool
}

// Stage is a stage of the road and how many records wait for it; below 0 where that
// is not known.
type Stage struct {
	Name    string
	Waiting int64
}

// Number is Waiting where it is known, for templates.
func (s Stage) Number() uint64 { return uint64(max(0, s.Waiting)) }

// State is how the road is. Dead counts the letters in the topic of the dead since
// it was made, below 0 where that is not known.
type State struct {
	Parts  []Part
	Stages []Stage
	Dead   int64
}

// Road tells how the pipeline is, within a few seconds.
type Road interface {
	State(ctx context.Context) State
}

// Good says whether all parts are.
func (s State) Good() bool {
	return !slices.ContainsFunc(s.Parts, func(p Part) bool { return !p.Good })
}

// WaitingNumber and DeadNumber are for templates, where these are known.
func (s State) WaitingNumber() uint64 { return uint64(max(0, s.Waiting())) }

// DeadNumber is Dead.
func (s State) DeadNumber() uint64 { return uint64(max(0, s.Dead)) }

// Waiting is how many records wait in all, below 0 where that is not known.
func (s State) Waiting() int64 {
	var sum int64
	for _, st := range s.Stages {
		if st.Waiting < 0 {
			return -1
		}
		sum += st.Waiting
	}
	return sum
}
