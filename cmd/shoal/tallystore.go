package main

import (
	"context"
	"sync/atomic"

	"shoal/cluster"
	"shoal/pipeline"
)

// tallyStore counts what became of reports, once it is durable.
type tallyStore struct {
	pipeline.Store
	stored, repeats atomic.Int64
}

// Insert implements pipeline.Store.
func (t *tallyStore) Insert(ctx context.Context, b pipeline.Batch) error {
	if err := t.Store.Insert(ctx, b); err != nil {
		return err
	}
	for _, ev := range b.Events {
		switch cluster.EventKind(ev.GetKind()) {
		case cluster.EventAssigned:
			t.stored.Add(1)
		case cluster.EventRepeat:
			t.repeats.Add(1)
		}
	}
	return nil
}
