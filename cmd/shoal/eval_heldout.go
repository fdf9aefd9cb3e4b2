package main

import (
	"slices"
	"strconv"

	"shoal/cluster"
	"shoal/cluster/score"
)

// foldWeights learns weights n times, each time without one part of the families.
func (t *trainer) foldWeights(n int) ([]*cluster.Weights, error) {
	var out []*cluster.Weights
	for k := range n {
		w, err := t.fit(func(it score.Item) bool { return fold(it, n) != k })
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// heldOut groups the reports once for each part, under the weights that were
// learned without it, and returns the items of all groupings as one list, of which
// only the parts are judged.
func (t *trainer) heldOut(cfg cluster.Config, weights []*cluster.Weights) []score.Item {
	var out []score.Item
	for k, w := range weights {
		cfg.Weights = w
		items := slices.Clone(t.items)
		answer(items, t.group(cfg))
		for i := range items {
			apart(&items[i], strconv.Itoa(k)+"/")
			items[i].Context = fold(t.items[i], len(weights)) != k
		}
		out = append(out, items...)
	}
	return out
}

// apart renames what an item belongs to, so that it has no part in another
// grouping of the same messages.
func apart(it *score.Item, prefix string) {
	for _, s := range []*string{&it.Truth, &it.Got, &it.Family} {
		if *s != "" && *s != score.Alone {
			*s = prefix + *s
		}
	}
}
