package fuzzyhash

import (
	"fmt"
	"testing"

	"github.com/glaslos/ssdeep"
)

// Digests of 64 and 32 characters without a longer run.
const (
	benchA     = "48:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
	benchNear  = "48:ABCDEFGHIJxLMNOPQRSyTUVWXYZabczdefghijklmnopq1stuvwx5yz01236789q:ABCDEqGHIJKLMNOPrRSTUVWXYZaxcdef"
	benchOther = "48:/9+8A7B6C5D4E3F2G1H0IzJyKxLwMvNuOtPsQrRqSpToUnVmWlXkYjZiahbgcfde:/z9y8x7w6v5u4t3s2r1q0pAoBnCmDlE"
)

var benchPairs = []struct{ name, b string }{{"shared", benchNear}, {"apart", benchOther}, {"equal", benchA}}

func BenchmarkCompare(b *testing.B) {
	x := mustParse(b, benchA)
	for _, pair := range benchPairs {
		y := mustParse(b, pair.b)
		b.Run(pair.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Compare(&x, &y)
			}
		})
	}
}

func BenchmarkProbe(b *testing.B) {
	x := mustParse(b, benchA)
	var p Probe
	p.Set(&x)
	for _, pair := range benchPairs {
		y := mustParse(b, pair.b)
		b.Run(pair.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Compare(&y)
			}
		})
	}
}

func BenchmarkCompareGlaslos(b *testing.B) {
	for _, pair := range benchPairs {
		b.Run(pair.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ssdeep.Distance(benchA, pair.b); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGrams(b *testing.B) {
	x := mustParse(b, benchA)
	var keys []uint64
	b.ReportAllocs()
	for b.Loop() {
		keys = Grams(&x, keys[:0])
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mustParse(b, benchA)
	}
}

func BenchmarkSum(b *testing.B) {
	for _, size := range []int{500, 4 << 10, 40 << 10, 1 << 20} {
		for _, kind := range []string{"text", "random"} {
			data := input(kind, 1, size)
			b.Run(fmt.Sprintf("%s/%d", kind, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					Sum(data)
				}
			})
		}
	}
}

func mustParse(tb testing.TB, s string) Digest {
	tb.Helper()
	d, err := Parse(s)
	if err != nil {
		tb.Fatalf("Parse(%q): %v", s, err)
	}
	return d
}
