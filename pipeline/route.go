package pipeline

import (
	"context"
	"slices"

	"shoal/pipeline/record"
)

// Routed is a [Sink] for a worker whose reports go to local clusterers: it gives each
// record the key by which near copies come to one partition of the first round. What
// it cannot read goes anywhere.
type Routed struct{ Sink Sink }

// Write implements [Sink].
func (r Routed) Write(ctx context.Context, recs []Record) error {
	out := slices.Clone(recs)
	for i := range out {
		if entry, err := record.UnmarshalEntry(out[i].Value); err == nil && entry.Features != nil {
			out[i].Key = routeKey(entry.Features, 0)
		}
	}
	return r.Sink.Write(ctx, out)
}
