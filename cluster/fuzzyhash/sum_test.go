package fuzzyhash

import (
	"math/rand/v2"
	"testing"

	"github.com/glaslos/ssdeep"
)

// sizes are those near which the block size changes, and some others.
func sizes(r *rand.Rand) []int {
	s := []int{0, 1, 2, 3, 6, 7, 8, 9, 31, 64, 191, 192, 193, 383, 384, 385, 4095, 4096, 4097, 12288, 12289, 98304, 98305, 300_000}
	for range 60 {
		s = append(s, r.IntN(1<<(3+r.IntN(14))))
	}
	return s
}

func TestSumAgainstGlaslos(t *testing.T) {
	ssdeep.Force = true
	defer func() { ssdeep.Force = false }()
	r := rand.New(rand.NewPCG(1, 1))
	for _, size := range sizes(r) {
		for _, kind := range kinds {
			data := input(kind, r.Uint64(), size)
			want, err := ssdeep.FuzzyBytes(data)
			if err != nil {
				t.Fatalf("glaslos on %s of %d bytes: %v", kind, size, err)
			}
			if got := Sum(data); got != want {
				t.Errorf("Sum(%s of %d bytes) = %q, want %q", kind, size, got, want)
			}
		}
	}
}
