package simulate_test

import (
	"testing"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/cluster/simulate"
)

// clustered runs an engine over features and gives what it made of them.
func clustered(t testing.TB, cfg simulate.Config) []score.Item {
	t.Helper()
	stream, err := simulate.Features(cfg)
	if err != nil {
		t.Fatal(err)
	}
	e := cluster.NewEngine(cluster.DefaultConfig())
	at := map[cluster.ReportID]int{}
	var items []score.Item
	var first []cluster.CampaignID
	var offset int64
	for l := range stream {
		at[l.Features.Report] = len(items)
		items = append(items, score.Item{Truth: l.Campaign, Corpus: l.Class.String(), Kind: string(l.Kind)})
		first = append(first, "")
		for _, ev := range e.Step(cluster.Entry{Offset: offset, Features: l.Features}) {
			if i, ok := at[ev.Report]; ok && (ev.Kind == cluster.EventAssigned || ev.Kind == cluster.EventMoved) {
				first[i] = ev.Campaign
			}
		}
		offset++
	}
	for i := range items {
		items[i].Got = string(e.Resolve(first[i]))
	}
	return items
}

// TestFeaturesCluster says that the stream for scale is the traffic that the engine
// is built for: what is measured on it would mean nothing if everything stood alone
// or fell together. The figures are looser than those of real messages.
func TestFeaturesCluster(t *testing.T) {
	items := clustered(t, simulate.Default(5000, 3))
	for _, c := range score.By(items, func(it score.Item) string { return it.Corpus }) {
		t.Logf("%-16s %5d P %.3f R %.3f", c.Key, c.Messages, c.Strict.P, c.Strict.R)
	}
	s := score.Score(items)
	t.Logf("all P %.3f R %.3f, hams with abuse %d of %d", s.Strict.P, s.Strict.R, s.HamWithAbuse, s.Ham)
	if s.Strict.P < 0.85 || s.Strict.R < 0.85 {
		t.Errorf("precision %.3f, recall %.3f, want 0.85 each", s.Strict.P, s.Strict.R)
	}
}
