package fuzzyhash

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/glaslos/ssdeep"
)

// force lets glaslos take input of 4,096 bytes or less.
var force = sync.OnceFunc(func() { ssdeep.Force = true })

func glaslosSum(tb testing.TB, data []byte) string {
	tb.Helper()
	force()
	digest, err := ssdeep.FuzzyBytes(data)
	if err != nil {
		tb.Fatalf("glaslos on %d bytes: %v", len(data), err)
	}
	return digest
}

// sample is an input that can be made again from what it prints as.
type sample struct {
	kind string
	seed uint64
	size int
}

func (s sample) data() []byte { return input(s.kind, s.seed, s.size) }

// samples are inputs of all kinds, in sizes near which the block size changes
// and in others.
func samples() []sample {
	sizes := []int{
		0, 1, 2, 3, 6, 7, 8, 9, 31, 64, 191, 192, 193, 383, 384, 385,
		4095, 4096, 4097, 12288, 12289, 98304, 98305, 300_000,
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 60 {
		sizes = append(sizes, r.IntN(1<<(3+r.IntN(14))))
	}
	var all []sample
	for _, size := range sizes {
		for _, kind := range kinds {
			all = append(all, sample{kind, r.Uint64N(1000), size})
		}
	}
	return all
}

func TestSumAgainstGlaslos(t *testing.T) {
	for _, s := range samples() {
		data := s.data()
		if got, want := Sum(data), glaslosSum(t, data); got != want {
			t.Errorf("Sum(%v) = %q, want %q", s, got, want)
		}
	}
}
