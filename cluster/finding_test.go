package cluster_test

import (
	"bytes"
	"testing"

	"shoal/cluster"
	"shoal/cluster/simulate"
)

// TestHear: what was heard is counted and not taken, and taken back without a trace, by
// the features as an exemplar keeps them too.
func TestHear(t *testing.T) {
	stream, err := simulate.Features(simulate.Default(80, 3))
	if err != nil {
		t.Fatal(err)
	}
	cfg := cluster.DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits = 10, 16 // or counts are halved meanwhile
	e, keeper := cluster.NewEngine(cfg), cluster.NewEngine(cfg)
	var offset int64
	for l := range stream {
		f := l.Features
		before := e.Snapshot()
		own := e.Opens(f.Report)
		e.Hear(f)
		if e.Took(f.Report) || e.Opens(f.Report) != own || bytes.Equal(e.Snapshot(), before) {
			t.Fatalf("report %d: hearing it took it, or counted nothing", offset)
		}
		for _, x := range kept(keeper, f, offset) {
			e.Unhear(x)
			if !bytes.Equal(e.Snapshot(), before) {
				t.Fatalf("report %d: not taken back", offset)
			}
			e.Hear(x)
		}
		e.Unhear(f)
		if !bytes.Equal(e.Snapshot(), before) {
			t.Fatalf("report %d: not taken back", offset)
		}
		for _, ev := range e.Step(cluster.Entry{Offset: offset, Features: f}) {
			if ev.Kind == cluster.EventAssigned && len(ev.Evidence) == 0 && ev.Campaign != own {
				t.Fatalf("report %d opened %s, want %s", offset, ev.Campaign, own)
			}
		}
		if !e.Took(f.Report) {
			t.Fatalf("report %d was not taken", offset)
		}
		offset++
	}
}

// kept are the features of a report as its exemplar has them, if it opens a campaign and
// one like it joins.
func kept(e *cluster.Engine, f *cluster.Features, n int64) []*cluster.Features {
	e.Step(cluster.Entry{Offset: 2 * n, Features: f})
	if !e.News() || len(e.Near()) > 0 {
		return nil
	}
	again := *f
	again.Report[0] ^= 0xff
	e.Step(cluster.Entry{Offset: 2*n + 1, Features: &again})
	if near := e.Near(); len(near) > 0 && near[0].Report == f.Report {
		return near[:1]
	}
	return nil
}
