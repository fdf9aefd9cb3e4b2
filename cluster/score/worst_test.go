package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorst(t *testing.T) {
	items := []Item{
		{Name: "1", Truth: "a", Got: "x"},
		{Name: "2", Truth: "a", Got: "x"},
		{Name: "3", Truth: "a", Got: "-"},
		{Name: "4", Truth: "b", Got: "x", Family: "f"},
		{Name: "5", Truth: "c", Got: "x", Family: "f"},
		{Name: "6", Truth: "-", Got: "x"},
		{Name: "7", Truth: "d", Got: "y"},
		{Name: "8", Truth: "d", Got: "y"},
	}
	want := []Fault{
		{
			Kind: Mixed, Name: "x", Messages: 5,
			Loss:    (2*3.0/5 + 3*4.0/5) / 8,
			Lenient: (2*3.0/5 + 2*3.0/4 + 4.0/5) / 8,
			Parts:   []Part{{"a", 2, "1"}, {"b", 1, "4"}, {"c", 1, "5"}, {Alone, 1, "6"}},
		},
		{
			Kind: Split, Name: "a", Messages: 3,
			Loss: (2*1.0/3 + 2.0/3) / 8, Lenient: (2*1.0/3 + 2.0/3) / 8,
			Parts: []Part{{"x", 2, "1"}, {Alone, 1, "3"}},
		},
	}
	if diff := cmp.Diff(want, Worst(items, 10), near); diff != "" {
		t.Errorf("Worst (-want +got):\n%s", diff)
	}
	if got := Worst(items, 1); len(got) != 1 || got[0].Name != "x" {
		t.Errorf("Worst of one = %+v, want cluster x", got)
	}
}

// TestWorstAddsUp checks that the losses are what precision and recall lack.
func TestWorstAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		items := random(r, 1+r.IntN(60))
		var precision, lenient, recall float64
		for _, f := range Worst(items, len(items)*2) {
			if f.Kind == Split {
				recall += f.Loss
				continue
			}
			precision += f.Loss
			lenient += f.Lenient
		}
		got := Score(items)
		for _, lack := range [][2]float64{{precision, 1 - got.Strict.P}, {lenient, 1 - got.Lenient.P}, {recall, 1 - got.Strict.R}} {
			if math.Abs(lack[0]-lack[1]) > 1e-9 {
				t.Fatalf("losses add up to %v, the figure lacks %v: %+v", lack[0], lack[1], items)
			}
		}
	}
}
