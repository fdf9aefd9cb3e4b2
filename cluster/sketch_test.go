package cluster

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/quick"
)

func one(uint32) float32 { return 1 }

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
		o := measure(Sketch{len(tt.x), tt.x}, Sketch{len(tt.y), tt.y}, TextSketchSize, one)
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
		o := measure(testSketch(a, TextSketchSize), testSketch(b, TextSketchSize), TextSketchSize, one)
		sum += math.Abs(float64(o.resemblance()) - float64(shared)/float64(4000-shared))
	}
	if mean := sum / pairs; mean > 0.05 {
		t.Errorf("mean error of resemblance %.3f, want at most 0.05", mean)
	}
}

func TestMeasureIsSymmetric(t *testing.T) {
	weight := func(h uint32) float32 { return float32(h%7) / 7 }
	f := func(x, y []uint16) bool {
		a, b := sketchOf(x), sketchOf(y)
		p, q := measure(a, b, TextSketchSize, weight), measure(b, a, TextSketchSize, weight)
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
