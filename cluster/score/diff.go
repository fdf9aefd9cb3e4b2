package score

import (
	"cmp"
	"slices"
)

// ChangeKind says what became of campaigns under other settings.
type ChangeKind string

// Kinds of change.
const (
	Splits   ChangeKind = "split"   // one campaign falls into parts
	Merges   ChangeKind = "merge"   // parts become one campaign
	Regroups ChangeKind = "regroup" // several become several others
)

// Change is a set of messages that are grouped otherwise, as small as can be: what
// is in it was with nothing outside it, before or after.
type Change struct {
	Kind     ChangeKind
	Messages int
	// Before and After are its clusters, largest first; messages alone are one
	// part, named [Alone], the last.
	Before, After []Part
	// Right are the pairs of one campaign that come together, less those that
	// come apart; Kin and Wrong the same of two campaigns of one family, and of
	// any two others. All are 0 where the items have no labels.
	Right, Kin, Wrong int
}

// Diff compares what items were answered with before (Got) and after, an answer
// for each item. It lists the changes, largest first.
func Diff(items []Item, after []string) []Change {
	old := number(items, func(it *Item) string { return it.Got })
	later := slices.Clone(items)
	for i := range later {
		later[i].Got = after[i]
	}
	now := number(later, func(it *Item) string { return it.Got })
	labelled := slices.ContainsFunc(items, func(it Item) bool { return it.Truth != "" })
	var changes []Change
	for _, members := range components(old, now) {
		if old.whole(members) && now.whole(members) {
			continue
		}
		changes = append(changes, change(members, items, later, labelled))
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Before[0].Example, b.Before[0].Example))
	})
	return changes
}

// components lists the items that are tied by either partition, in order.
func components(a, b classes) [][]int {
	parent := make([]int, len(a.size)+len(b.size))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for i := range a.of {
		parent[root(len(a.size)+int(b.of[i]))] = root(int(a.of[i]))
	}
	at := make(map[int]int)
	var out [][]int
	for i := range a.of {
		r := root(int(a.of[i]))
		if _, ok := at[r]; !ok {
			at[r] = len(out)
			out = append(out, nil)
		}
		out[at[r]] = append(out[at[r]], i)
	}
	return out
}

// whole says whether the members are all of one class.
func (c *classes) whole(members []int) bool { return c.count(members[0]) == len(members) }

func change(members []int, before, after []Item, labelled bool) Change {
	pick := func(items []Item) []Item {
		out := make([]Item, len(members))
		for n, i := range members {
			out[n] = items[i]
		}
		return out
	}
	was, is := pick(before), pick(after)
	c := Change{Messages: len(members), Before: partsOf(was), After: partsOf(is)}
	switch {
	case len(c.Before) == 1 && c.Before[0].Name != Alone:
		c.Kind = Splits
	case len(c.After) == 1 && c.After[0].Name != Alone:
		c.Kind = Merges
	default:
		c.Kind = Regroups
	}
	if labelled {
		old, now := pairs(was), pairs(is)
		c.Right, c.Kin, c.Wrong = now[0]-old[0], now[1]-old[1], now[2]-old[2]
	}
	return c
}

func partsOf(items []Item) []Part {
	byName := make(map[string]*Part)
	for i := range items {
		addPart(byName, items[i].Got, items[i].Name)
	}
	parts := make([]Part, 0, len(byName))
	for _, p := range byName {
		parts = append(parts, *p)
	}
	slices.SortFunc(parts, comparePart)
	return parts
}

// pairs counts the pairs of one cluster that are of one campaign, of two of one
// family, and of any two others.
func pairs(items []Item) (n [3]int) {
	t := newTable(items)
	for i := range items {
		m := t.meet(i)
		n[0] += m.both - 1
		n[1] += m.cluster - m.lenient
		n[2] += m.lenient - m.both
	}
	return [3]int{n[0] / 2, n[1] / 2, n[2] / 2}
}
