//go:build libfuzzy

package fuzzyhash

import (
	"fmt"
	"testing"

	"shoal/cluster/fuzzyhash/internal/libfuzzy"
)

func BenchmarkCompareLibfuzzy(b *testing.B) {
	for _, pair := range benchPairs {
		b.Run(pair.name, func(b *testing.B) {
			libfuzzy.CompareMany(benchA, pair.b, b.N)
		})
	}
}

func BenchmarkSumLibfuzzy(b *testing.B) {
	for _, size := range []int{500, 4 << 10, 40 << 10, 1 << 20} {
		for _, kind := range []string{"text", "random"} {
			data := input(kind, 1, size)
			b.Run(fmt.Sprintf("%s/%d", kind, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					libfuzzy.Sum(data)
				}
			})
		}
	}
}
