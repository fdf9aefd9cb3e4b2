package cluster

import (
	"fmt"
	"slices"
)

// Validate says whether f keeps to the bounds that the engine relies on: sizes,
// ascending samples, ordered values. The message names the first breach.
func (f *Features) Validate() error {
	for _, s := range []struct {
		name   string
		sketch Sketch
		size   int
	}{
		{"text", f.Text, TextSketchSize},
		{"words", f.Words, WordSketchSize},
		{"tags", f.Tags, TagSketchSize},
	} {
		if err := s.sketch.validate(s.size); err != nil {
			return fmt.Errorf("%s sketch: %w", s.name, err)
		}
	}
	if n := len(f.Subject); n > MaxSubject {
		return fmt.Errorf("subject of %d words, at most %d", n, MaxSubject)
	}
	if n := len(f.Files); n > MaxFiles {
		return fmt.Errorf("%d files, at most %d", n, MaxFiles)
	}
	for i := range f.Files {
		if err := f.Files[i].Text.validate(FileSketchSize); err != nil {
			return fmt.Errorf("file %d: text sketch: %w", i, err)
		}
	}
	return validateValues(f.Values)
}

func (s Sketch) validate(size int) error {
	n := len(s.Hashes)
	switch {
	case n > size:
		return fmt.Errorf("%d hashes, at most %d", n, size)
	case s.Total < n, n < size && s.Total > n:
		return fmt.Errorf("%d hashes of %d members", n, s.Total)
	}
	for i := 1; i < n; i++ {
		if s.Hashes[i-1] >= s.Hashes[i] {
			return fmt.Errorf("hash %d does not ascend", i)
		}
	}
	return nil
}

func validateValues(vs []Value) error {
	if len(vs) > MaxValues {
		return fmt.Errorf("%d values, at most %d", len(vs), MaxValues)
	}
	if !slices.IsSortedFunc(vs, compareValues) {
		return fmt.Errorf("values are not in order")
	}
	for i := range vs {
		if len(vs[i].Text) > MaxValueText {
			return fmt.Errorf("value %d: text of %d bytes, at most %d", i, len(vs[i].Text), MaxValueText)
		}
	}
	return nil
}

func compareValues(a, b Value) int {
	switch {
	case a.Key != b.Key:
		return int(a.Key) - int(b.Key)
	case a.Hash < b.Hash:
		return -1
	case a.Hash > b.Hash:
		return 1
	}
	return 0
}

// overlap is what two sketches share, weighted: the estimates of Broder (1997)
// with each member counting by its weight.
type overlap struct {
	shared, a, b uint32
	// rare is how many shared members weigh nearly full.
	rare uint32
}

// rareMember is the weight from which a shared member counts as rare.
const rareMember = fullWeight * 85 / 100

// measure compares two samples over the range of hashes that both cover. wx and
// wy hold the weights of their members, in their order; of a shared member x's
// counts.
func measure(x, y Sketch, wx, wy []uint8, size int) overlap {
	var o overlap
	xs, ys := x.Hashes, y.Hashes
	limit := min(x.reach(size), y.reach(size))
	i, j := 0, 0
	for i < len(xs) && j < len(ys) && xs[i] <= limit && ys[j] <= limit {
		switch {
		case xs[i] < ys[j]:
			o.a += uint32(wx[i])
			i++
		case ys[j] < xs[i]:
			o.b += uint32(wy[j])
			j++
		default:
			o.share(uint32(wx[i]))
			i++
			j++
		}
	}
	for ; i < len(xs) && xs[i] <= limit; i++ {
		o.a += uint32(wx[i])
	}
	for ; j < len(ys) && ys[j] <= limit; j++ {
		o.b += uint32(wy[j])
	}
	return o
}

func (o *overlap) share(w uint32) {
	o.shared += w
	o.a += w
	o.b += w
	if w >= rareMember {
		o.rare++
	}
}

// reach is the largest hash up to which the sample is complete.
func (s Sketch) reach(size int) uint32 {
	if s.Total <= size || len(s.Hashes) == 0 {
		return 1<<32 - 1
	}
	return s.Hashes[len(s.Hashes)-1]
}

// resemblance is the share of the union that is common, 0 to 1.
func (o *overlap) resemblance() float32 { return ratio(o.shared, o.a+o.b-o.shared) }

// containment is the share of the smaller set that the other has, 0 to 1.
func (o *overlap) containment() float32 { return ratio(o.shared, min(o.a, o.b)) }

func ratio(a, b uint32) float32 {
	if b == 0 {
		return 0
	}
	return float32(a) / float32(b)
}
