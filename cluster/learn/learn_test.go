package learn

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"shoal/cluster"
)

// generate draws samples from a known truth: field 0 speaks for a pair by strength
// a level, field 1 says nothing.
func generate(n int, strength float64) []Sample {
	r := rand.New(rand.NewPCG(1, 1))
	fields := cluster.Fields()
	var samples []Sample
	for range n {
		levels := make([]int8, len(fields))
		for i := range levels {
			levels[i] = -1
		}
		levels[0] = int8(r.IntN(fields[0].Levels + 1))
		levels[1] = int8(r.IntN(fields[1].Levels + 1))
		z := -3 + strength*float64(levels[0])
		samples = append(samples, Sample{Levels: levels, Same: r.Float64() < 1/(1+math.Exp(-z)), Weight: 1})
	}
	return samples
}

func fit(t *testing.T, samples []Sample) *model {
	t.Helper()
	m := newModel(cluster.Fields())
	for range DefaultOptions().Rounds {
		m.step(samples, DefaultOptions())
	}
	return m
}

func TestFitFindsWhatSpeaks(t *testing.T) {
	table := fit(t, generate(20000, 0.9)).table()
	top := len(table[0]) - 1
	if got := table[0][top] - table[0][0]; got < 5 || got > 9 {
		t.Errorf("span of the field that speaks = %.2f, want about %.1f", got, 0.9*float64(top))
	}
	if got := math.Abs(table[1][len(table[1])-1] - table[1][0]); got > 0.5 {
		t.Errorf("span of the field that says nothing = %.2f, want about 0", got)
	}
}

func TestFitKeepsConstraints(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	fields := cluster.Fields()
	var samples []Sample
	for range 3000 { // noise: the constraints must hold whatever comes
		levels := make([]int8, len(fields))
		for i := range levels {
			levels[i] = int8(r.IntN(fields[i].Levels+2) - 1)
		}
		samples = append(samples, Sample{Levels: levels, Same: r.IntN(2) == 0, Weight: 1})
	}
	for i, row := range fit(t, samples).table() {
		f := fields[i]
		if !f.Monotone {
			continue
		}
		if row[0] > 0 || !f.Veto && row[0] != 0 {
			t.Errorf("%s: weight of disagreement %.3f, veto %v", f.Name, row[0], f.Veto)
		}
		for l := 1; l < len(row); l++ {
			if row[l] < row[l-1] {
				t.Errorf("%s: level %d weighs %.3f, less than level %d", f.Name, l, row[l], l-1)
			}
		}
	}
}

func TestFitIsDeterministic(t *testing.T) {
	samples := generate(500, 1)
	a, err := Fit(samples, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(samples, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.GoSource(), b.GoSource()) {
		t.Error("two fits of the same samples differ")
	}
}
