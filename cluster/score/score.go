package score

import (
	"fmt"
	"maps"
	"slices"
)

// Figures are a precision, a recall and their harmonic mean, 0 to 1.
type Figures struct{ P, R, F1 float64 }

// Result is how well a clustering agrees with the labels.
type Result struct {
	// Messages were scored; Missing of them had no answer.
	Messages, Missing int
	// Campaigns are those labelled, Clusters those answered with two messages or more.
	Campaigns, Clusters int
	// Strict and Lenient are B-cubed, a mean over messages.
	Strict, Lenient Figures
	// PairStrict and PairLenient are over pairs of messages; with no pair to
	// be right or wrong about a figure is 1.
	PairStrict, PairLenient Figures
	// Purity is the share of messages that are of the largest campaign of their cluster.
	Purity float64
	// Hard messages are those of campaigns hard to gather; HardRecall is
	// B-cubed recall over them, 0 if there are none.
	Hard       int
	HardRecall float64
	// Ham messages are legitimate. HamWithAbuse of them share a cluster with
	// one that is not, HamClustered with any.
	Ham, HamWithAbuse, HamClustered int
}

// Group is the result for a part of the messages.
type Group struct {
	Key string
	Result
}

// Score measures all items.
func Score(items []Item) Result {
	groups := By(items, func(Item) string { return "" })
	if len(groups) == 0 {
		return Result{}
	}
	return groups[0].Result
}

// By measures the items of each key, in the order of the keys. Clusters and
// campaigns stay whole: an item is judged by all it was put with, of whatever
// key. A campaign or cluster counts in each group that has one of its messages;
// a pair counts half for either of its messages.
func By(items []Item, key func(Item) string) []Group {
	return by(items, func(it *Item) []string { return []string{key(*it)} })
}

// ByClass measures the items of each class as [By] does. An item of several
// classes counts in each; one without any counts nowhere.
func ByClass(items []Item) []Group {
	return by(items, func(it *Item) []string { return it.Classes })
}

func by(items []Item, keys func(*Item) []string) []Group {
	t := newTable(items)
	tallies := make(map[string]*tally)
	for i := range items {
		if items[i].Context {
			continue
		}
		for _, k := range keys(&items[i]) {
			if tallies[k] == nil {
				tallies[k] = newTally()
			}
			tallies[k].add(&items[i], t, i)
		}
	}
	groups := make([]Group, 0, len(tallies))
	for _, k := range slices.Sorted(maps.Keys(tallies)) {
		groups = append(groups, Group{Key: k, Result: tallies[k].result()})
	}
	return groups
}

// String prints the figures one kind a line, to four digits.
func (r Result) String() string {
	hard := "nan"
	if r.Hard > 0 {
		hard = fmt.Sprintf("%.4f", r.HardRecall)
	}
	return fmt.Sprintf("messages %d missing %d campaigns %d predicted %d\n", r.Messages, r.Missing, r.Campaigns, r.Clusters) +
		fmt.Sprintf("b3_strict   %v\nb3_lenient  %v\n", r.Strict, r.Lenient) +
		fmt.Sprintf("pair_strict  %v\npair_lenient %v\n", r.PairStrict, r.PairLenient) +
		fmt.Sprintf("purity %.4f\n", r.Purity) +
		fmt.Sprintf("hard_recall %s (b3 recall on campaigns with a member under %.1f Jaccard to the medoid)\n", hard, hardBelow) +
		fmt.Sprintf("ham %d ham_with_abuse %d ham_in_any_cluster %d\n", r.Ham, r.HamWithAbuse, r.HamClustered)
}

// String prints the figures to four digits.
func (f Figures) String() string { return fmt.Sprintf("P %.4f R %.4f F1 %.4f", f.P, f.R, f.F1) }
