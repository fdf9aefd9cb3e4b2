package cluster_test

import (
	"bytes"
	"slices"
	"testing"

	"shoal/cluster"
	"shoal/cluster/simulate"
)

// TestFollowTraffic: over simulated traffic, with the learned weights, who follows is
// where the publisher is, and has said nothing of its own.
func TestFollowTraffic(t *testing.T) {
	stream, err := simulate.Features(simulate.Default(6000, 3))
	if err != nil {
		t.Fatal(err)
	}
	cfg := cluster.DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits, cfg.LiveExemplars, cfg.IdleCampaigns = 14, 16, 1500, 200
	first, second := cluster.NewEngine(cfg), cluster.NewEngine(cfg)
	kinds := map[cluster.EventKind]int{}
	n := int64(0)
	for l := range stream {
		entry := cluster.Entry{Offset: n, Features: l.Features}
		evs := slices.Clone(first.Step(entry))
		for _, ev := range evs {
			kinds[ev.Kind]++
		}
		if more := second.Follow(entry, evs, true); len(more) > 0 {
			t.Fatalf("report %d: said %v of its own", n, more)
		}
		if n++; n%1500 == 0 && !bytes.Equal(first.Snapshot(), second.Snapshot()) {
			t.Fatalf("after report %d the states differ", n)
		}
	}
	for _, k := range []cluster.EventKind{cluster.EventMerged, cluster.EventTied, cluster.EventIdled, cluster.EventRevived} {
		if kinds[k] == 0 {
			t.Errorf("no event %q: the test does not reach it", k)
		}
	}
}
