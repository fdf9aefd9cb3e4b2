package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// near lets sums differ by the order they were made in.
var near = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })

// random makes n items with few names, so that everything meets everything.
func random(r *rand.Rand, n int) []Item {
	items := make([]Item, n)
	name := func(prefix string, most int) string {
		switch k := r.IntN(most + 2); k {
		case 0:
			return Alone
		case 1:
			return ""
		default:
			return fmt.Sprint(prefix, k)
		}
	}
	campaigns, families, clusters := 1+r.IntN(8), 1+r.IntN(3), 1+r.IntN(8)
	for i := range items {
		items[i] = Item{
			Name:   fmt.Sprint("m", i),
			Truth:  name("t", campaigns),
			Family: name("f", families), // also within a campaign
			Corpus: fmt.Sprint("corpus", r.IntN(3)),
			Kind:   []string{"campaign", "single", Ham}[r.IntN(3)],
			Hard:   r.IntN(3) == 0,
			Got:    name("c", clusters),
		}
	}
	return items
}

func TestScoreAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		items := random(r, 1+r.IntN(40))
		if diff := cmp.Diff(naiveScore(items), Score(items), near); diff != "" {
			t.Fatalf("Score(%+v) (-want +got):\n%s", items, diff)
		}
	}
}

func TestScoreCases(t *testing.T) {
	together := []Item{{Truth: "a", Got: "1"}, {Truth: "a", Got: "1"}, {Truth: "b", Got: "1"}, {Truth: "-", Got: "-"}}
	kin := []Item{{Truth: "a", Family: "f", Got: "1"}, {Truth: "b", Family: "f", Got: "1"}}
	for _, c := range []struct {
		name            string
		items           []Item
		strict, lenient Figures
	}{
		{"one cluster of two campaigns", together, Figures{2.0 / 3, 1, 0.8}, Figures{2.0 / 3, 1, 0.8}},
		{"two campaigns of a family", kin, Figures{0.5, 1, 2.0 / 3}, Figures{1, 1, 1}},
		{"nothing", nil, Figures{}, Figures{}},
	} {
		got := Score(c.items)
		if diff := cmp.Diff([]Figures{c.strict, c.lenient}, []Figures{got.Strict, got.Lenient}, near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestBy checks that the groups add up to the whole.
func TestBy(t *testing.T) {
	items := random(rand.New(rand.NewPCG(5, 6)), 300)
	all, n, ham := Score(items), 0, 0
	var p, r float64
	last := ""
	for _, g := range By(items, func(it Item) string { return it.Corpus }) {
		if g.Key <= last {
			t.Errorf("group %q comes after %q", g.Key, last)
		}
		last = g.Key
		n += g.Messages
		ham += g.HamWithAbuse
		p += g.Lenient.P * float64(g.Messages)
		r += g.Strict.R * float64(g.Messages)
	}
	got := Result{Messages: n, HamWithAbuse: ham, Lenient: Figures{P: p / float64(n)}, Strict: Figures{R: r / float64(n)}}
	want := Result{Messages: 300, HamWithAbuse: all.HamWithAbuse, Lenient: Figures{P: all.Lenient.P}, Strict: Figures{R: all.Strict.R}}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Errorf("sum of the groups (-want +got):\n%s", diff)
	}
}

func TestResultString(t *testing.T) {
	r := Result{Messages: 3, Campaigns: 1, Strict: Figures{0.5, 1, 2.0 / 3}, PairStrict: Figures{1, 1, 1}}
	want := `messages 3 missing 0 campaigns 1 predicted 0
b3_strict   P 0.5000 R 1.0000 F1 0.6667
b3_lenient  P 0.0000 R 0.0000 F1 0.0000
pair_strict  P 1.0000 R 1.0000 F1 1.0000
pair_lenient P 0.0000 R 0.0000 F1 0.0000
purity 0.0000
hard_recall nan (b3 recall on campaigns with a member under 0.6 Jaccard to the medoid)
ham 0 ham_with_abuse 0 ham_in_any_cluster 0
`
	if diff := cmp.Diff(want, r.String()); diff != "" {
		t.Errorf("String (-want +got):\n%s", diff)
	}
}

// BenchmarkScore has a tenth of the messages in one cluster of one family: what
// is quadratic in a cluster shows.
func BenchmarkScore(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	items := make([]Item, 1_000_000)
	for i := range items {
		k := r.IntN(50_000)
		items[i] = Item{Truth: fmt.Sprint("t", k), Family: fmt.Sprint("f", k%100), Got: fmt.Sprint("c", k/2)}
		if r.IntN(10) == 0 {
			items[i].Got, items[i].Family = "big", "f"
		}
	}
	for b.Loop() {
		Score(items)
	}
}
