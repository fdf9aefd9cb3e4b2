package main

import (
	"cmp"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"shoal/cluster"
	"shoal/cluster/score"
)

// link is a decision of the engine about two messages: the first joined the
// campaign of the second; or the campaign that the first opened was merged with
// that of the second; or both were compared and stayed apart.
type link struct {
	what     string
	a, b     score.Item
	score    float64
	content  float64
	evidence []evidence // heaviest first
}

// evidence is what one comparison of two messages added to a score.
type evidence struct {
	field, value   string
	agrees, weight float64
}

// inspection holds what tied together what is of two campaigns, and what was
// nearest to tying together what is of one.
type inspection struct {
	truth map[cluster.ReportID]score.Item
	first map[cluster.CampaignID]score.Item // what opened a group
	wrong map[string][]link                 // by cluster
	near  map[string]map[[2]string]link     // by campaign, then pair of clusters
}

// inspect goes through the log again. The items must hold the answers of the same
// settings.
func (t *trainer) inspect() *inspection {
	in := &inspection{
		truth: map[cluster.ReportID]score.Item{}, first: map[cluster.CampaignID]score.Item{},
		wrong: map[string][]link{}, near: map[string]map[[2]string]link{},
	}
	byName := map[string]score.Item{}
	for _, it := range t.items {
		byName[filepath.Base(it.Name)] = it
	}
	for _, r := range t.log {
		in.truth[r.features.Report] = byName[filepath.Base(r.name)]
	}
	e := cluster.NewEngine(t.cfg)
	e.Observe = func(c cluster.Comparison) { in.compared(c, e) }
	for i, r := range t.log {
		for _, ev := range e.Step(cluster.Entry{Offset: int64(i), Features: r.features}) {
			in.happened(ev)
		}
	}
	return in
}

// happened keeps a decision that put two labels together.
func (in *inspection) happened(ev cluster.Event) {
	switch {
	case ev.Kind == cluster.EventAssigned && len(ev.Evidence) == 0:
		in.first[ev.Campaign] = in.truth[ev.Report]
	case ev.Kind == cluster.EventAssigned:
		in.tied("joined", in.truth[ev.Report], ev)
	case ev.Kind == cluster.EventMerged && len(ev.Evidence) > 0:
		in.tied("merged", in.first[ev.Other], ev)
	}
}

// compared keeps the best comparison between two pieces of one campaign.
func (in *inspection) compared(c cluster.Comparison, e *cluster.Engine) {
	a, b := in.truth[c.Report], in.truth[c.Exemplar]
	if a.Truth == "" || a.Truth == score.Alone || a.Truth != b.Truth || a.Got == b.Got && a.Got != score.Alone {
		return
	}
	pieces := [2]string{min(a.Got, b.Got), max(a.Got, b.Got)}
	if in.near[a.Truth] == nil {
		in.near[a.Truth] = map[[2]string]link{}
	}
	if was, ok := in.near[a.Truth][pieces]; !ok || c.Score > was.score {
		in.near[a.Truth][pieces] = link{"apart", a, b, c.Score, c.Content, weighed(c, e.Weigh(c))}
	}
}

func (in *inspection) tied(what string, a score.Item, ev cluster.Event) {
	b := in.truth[ev.Evidence[0].Matched]
	if a.Name == "" || b.Name == "" || a.Truth == b.Truth && a.Truth != score.Alone {
		return
	}
	l := link{what, a, b, ev.Score, ev.Content, nil}
	for _, e := range ev.Evidence {
		l.evidence = append(l.evidence, evidence{e.Key.String(), e.Value, e.Score, e.Weight})
	}
	in.wrong[a.Got] = append(in.wrong[a.Got], l)
}

// links are what explains a fault: wrong decisions in their order, or the
// comparisons that came nearest to a right one.
func (in *inspection) links(f score.Fault) []link {
	if f.Kind == score.Mixed {
		return in.wrong[f.Name]
	}
	near := slices.Collect(maps.Values(in.near[f.Name]))
	slices.SortFunc(near, func(a, b link) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.a.Name, b.a.Name), cmp.Compare(a.b.Name, b.b.Name))
	})
	return near
}

// weighed names the fields of a comparison that counted.
func weighed(c cluster.Comparison, weights []float64) []evidence {
	var out []evidence
	for i, f := range cluster.Fields() {
		if weights[i] != 0 {
			out = append(out, evidence{f.Name, "", float64(c.Levels[i]) / float64(f.Levels), weights[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b evidence) int { return cmp.Compare(math.Abs(b.weight), math.Abs(a.weight)) })
	return out
}
