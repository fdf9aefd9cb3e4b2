package score

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

func TestDiff(t *testing.T) {
	items := []Item{
		{Name: "1", Truth: "a", Got: "A"}, {Name: "2", Truth: "a", Got: "A"}, {Name: "3", Truth: "b", Got: "A"}, // falls apart
		{Name: "4", Truth: "c", Got: "C"}, {Name: "5", Truth: "c", Got: "C"}, {Name: "6", Truth: "c", Got: "-"}, {Name: "7", Truth: "d", Family: "f", Got: "D"}, {Name: "8", Truth: "d", Family: "f", Got: "D"}, // become one
		{Name: "9", Truth: "e", Family: "f", Got: "E"}, {Name: "10", Truth: "e", Family: "f", Got: "E"}, // stay, under another name
		{Name: "11", Truth: "-", Got: "-"},
	}
	after := []string{"A", "A", "-", "C", "C", "C", "C", "C", "X", "X", ""}
	want := []Change{
		{
			Kind: Merges, Messages: 5, Right: 2, Wrong: 6,
			Before: []Part{{"C", 2, "4"}, {"D", 2, "7"}, {Alone, 1, "6"}}, After: []Part{{"C", 5, "4"}},
		},
		{
			Kind: Splits, Messages: 3, Wrong: -2,
			Before: []Part{{"A", 3, "1"}}, After: []Part{{"A", 2, "1"}, {Alone, 1, "3"}},
		},
	}
	if diff := cmp.Diff(want, Diff(items, after)); diff != "" {
		t.Errorf("Diff (-want +got):\n%s", diff)
	}
}

func TestDiffKinds(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after []string
		want          []ChangeKind
	}{
		{"nothing", []string{"A", "A", "-"}, []string{"B", "B", "-"}, nil},
		{"dissolves", []string{"A", "A"}, []string{"-", "-"}, []ChangeKind{Splits}},
		{"appears", []string{"-", "-"}, []string{"A", "A"}, []ChangeKind{Merges}},
		{"crosses over", []string{"A", "A", "B", "B"}, []string{"A", "B", "A", "B"}, []ChangeKind{Regroups}},
		{"two places", []string{"A", "A", "B", "B"}, []string{"-", "-", "B", ""}, []ChangeKind{Splits, Splits}},
	} {
		items := make([]Item, len(tt.before))
		for i := range items {
			items[i] = Item{Name: fmt.Sprint(i), Got: tt.before[i]}
		}
		var got []ChangeKind
		for _, c := range Diff(items, tt.after) {
			got = append(got, c.Kind)
			if c.Right != 0 || c.Kin != 0 || c.Wrong != 0 {
				t.Errorf("%s: %+v counts pairs without labels", tt.name, c)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestDiffAgainstNaive: what changes is what has other mates afterwards, and the
// pairs of all changes are the pairs of the whole.
func TestDiffAgainstNaive(t *testing.T) {
	r := newRand(7)
	for range 500 {
		items := random(r, 1+r.IntN(40))
		later := random(r, len(items))
		after := make([]string, len(items))
		for i := range after {
			if after[i] = items[i].Got; r.IntN(3) == 0 {
				after[i] = later[i].Got
			}
		}
		wantChanged, want := naiveChange(items, after)
		changed, got := 0, [3]int{}
		for _, c := range Diff(items, after) {
			changed += c.Messages
			got = [3]int{got[0] + c.Right, got[1] + c.Kin, got[2] + c.Wrong}
		}
		if changed != wantChanged || got != want {
			t.Fatalf("Diff(%+v, %q): %d messages, pairs %v, want %d, %v", items, after, changed, got, wantChanged, want)
		}
	}
}

func naiveChange(items []Item, after []string) (changed int, n [3]int) {
	for i := range items {
		moved := false
		for j := range items {
			was, is := mates(items[i].Got, items[j].Got), mates(after[i], after[j])
			if i == j || was == is {
				continue
			}
			moved = true
			kind := 2
			switch {
			case mates(items[i].Truth, items[j].Truth):
				kind = 0
			case mates(items[i].Family, items[j].Family):
				kind = 1
			}
			if i < j {
				n[kind] += one(is) - one(was)
			}
		}
		changed += one(moved)
	}
	return changed, n
}
