package main

import (
	"strconv"

	"shoal/cluster/score"
)

// heldOut groups the reports once for each of n parts, under weights that were
// learned without it, and returns the items of all groupings as one list, of which
// only the parts are judged.
func (t *trainer) heldOut(n int) ([]score.Item, error) {
	var out []score.Item
	for k := range n {
		w, err := t.fit(func(it score.Item) bool { return fold(it, n) != k })
		if err != nil {
			return nil, err
		}
		cfg := t.cfg
		cfg.Weights = w
		items := append([]score.Item(nil), t.items...)
		answer(items, t.group(cfg))
		for i := range items {
			apart(&items[i], strconv.Itoa(k)+"/")
			items[i].Context = fold(t.items[i], n) != k
		}
		out = append(out, items...)
	}
	return out, nil
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
