package cluster

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/quick"
)

// even weighs all members alike.
func even(s Sketch) []uint8 { return bytes.Repeat([]byte{fullWeight}, len(s.Hashes)) }

// TestMeasureIsExactOnWholeSets: where the samples are the sets, the estimates
// are the true values.
func TestMeasureIsExactOnWholeSets(t *testing.T) {
	for _, tt := range []struct {
		x, y                     []uint32
		resemblance, containment float32
	}{
		{[]uint32{1, 2, 3, 4}, []uint32{3, 4, 5, 6}, 2.0 / 6, 0.5},
		{[]uint32{1, 2}, []uint32{1, 2, 3, 4}, 0.5, 1},
		{[]uint32{1}, []uint32{2}, 0, 0},
		{nil, []uint32{2}, 0, 0},
	} {
		x, y := Sketch{len(tt.x), tt.x}, Sketch{len(tt.y), tt.y}
		o := measure(x, y, even(x), even(y), TextSketchSize)
		if o.resemblance() != tt.resemblance || o.containment() != tt.containment {
			t.Errorf("measure(%v, %v) = %v, %v, want %v, %v", tt.x, tt.y,
				o.resemblance(), o.containment(), tt.resemblance, tt.containment)
		}
	}
}

// TestMeasureEstimatesLargeSets: the mean error of the estimate over many pairs of
// sets of 2,000 members stays under what 96 samples promise.
func TestMeasureEstimatesLargeSets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var sum float64
	const pairs = 200
	for range pairs {
		shared := r.IntN(2000)
		var a, b []string
		for range shared {
			s := fmt.Sprint(r.Uint64())
			a, b = append(a, s), append(b, s)
		}
		for range 2000 - shared {
			a, b = append(a, fmt.Sprint(r.Uint64())), append(b, fmt.Sprint(r.Uint64()))
		}
		x, y := testSketch(a, TextSketchSize), testSketch(b, TextSketchSize)
		o := measure(x, y, even(x), even(y), TextSketchSize)
		sum += math.Abs(float64(o.resemblance()) - float64(shared)/float64(4000-shared))
	}
	if mean := sum / pairs; mean > 0.05 {
		t.Errorf("mean error of resemblance %.3f, want at most 0.05", mean)
	}
}

func TestMeasureIsSymmetric(t *testing.T) {
	weight := func(s Sketch) (w []uint8) {
		for _, h := range s.Hashes {
			w = append(w, uint8(h%7))
		}
		return w
	}
	f := func(x, y []uint16) bool {
		a, b := sketchOf(x), sketchOf(y)
		p := measure(a, b, weight(a), weight(b), TextSketchSize)
		q := measure(b, a, weight(b), weight(a), TextSketchSize)
		return p.resemblance() == q.resemblance() && p.containment() == q.containment() && p.resemblance() <= p.containment()+1e-6
	}
	if err := quick.Check(f, nil); err != nil {
		t.Error(err)
	}
}

func sketchOf(xs []uint16) Sketch {
	var names []string
	for _, x := range xs {
		names = append(names, fmt.Sprint(x%200))
	}
	return testSketch(names, TextSketchSize)
}
