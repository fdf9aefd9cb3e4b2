//go:build libfuzzy

package fuzzyhash

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"shoal/cluster/fuzzyhash/internal/libfuzzy"
)

var update = flag.Bool("update", false, "write the golden files with libfuzzy")

// TestGoldenIsLibfuzzys checks the golden files, or writes them:
//
//	go test -tags libfuzzy -run Golden ./cluster/fuzzyhash -update
func TestGoldenIsLibfuzzys(t *testing.T) {
	var sums, scores bytes.Buffer
	for i, s := range samples() {
		if i%3 == 0 && s.size <= 12289 {
			fmt.Fprintf(&sums, "%s\t%d\t%d\t%s\n", s.kind, s.seed, s.size, libfuzzySum(t, s.data()))
		}
	}
	texts, _ := corpus(t, 400)
	for i := range texts {
		for j := range texts[:i] {
			score := libfuzzy.Compare(texts[i], texts[j])
			if score > 0 || (i*len(texts)+j)%997 == 0 {
				fmt.Fprintf(&scores, "%s\t%s\t%d\n", texts[i], texts[j], score)
			}
		}
	}
	checkOrWrite(t, goldenSums, sums.Bytes())
	checkOrWrite(t, goldenScores, scores.Bytes())
}

func checkOrWrite(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what libfuzzy says; run with -update and look at the difference", name)
	}
}

func libfuzzySum(t *testing.T, data []byte) string {
	t.Helper()
	digest, ok := libfuzzy.Sum(data)
	if !ok {
		t.Fatalf("libfuzzy has no digest for %d bytes", len(data))
	}
	return digest
}

func TestSumAgainstLibfuzzy(t *testing.T) {
	for _, s := range samples() {
		data := s.data()
		if got, want := Sum(data), libfuzzySum(t, data); got != want {
			t.Errorf("Sum(%v) = %q, want %q", s, got, want)
		}
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 5000 {
		data := input(kinds[r.IntN(len(kinds))], r.Uint64(), r.IntN(1<<r.IntN(15)))
		data = mutate(r, data, r.IntN(5))
		if got, want := Sum(data), libfuzzySum(t, data); got != want {
			t.Errorf("Sum(%d bytes, %.40q) = %q, want %q", len(data), data, got, want)
		}
	}
}

// TestSumAtEveryLength follows inputs as they grow byte by byte.
func TestSumAtEveryLength(t *testing.T) {
	for _, kind := range kinds {
		data := input(kind, 5, 1700)
		for n := range data {
			if got, want := Sum(data[:n]), libfuzzySum(t, data[:n]); got != want {
				t.Fatalf("Sum(%d bytes of %s) = %q, want %q", n, kind, got, want)
			}
		}
	}
}

func TestCompareAgainstLibfuzzy(t *testing.T) {
	for seed := range uint64(8) {
		comparePairs(t, digests(rand.New(rand.NewPCG(seed, 11)), 400))
	}
}

// TestRealAgainstLibfuzzy takes the files under SHOAL_DEV_DATA and all pairs of
// them.
func TestRealAgainstLibfuzzy(t *testing.T) {
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		t.Skip("SHOAL_DEV_DATA names no folder")
	}
	var texts []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		texts = append(texts, libfuzzySum(t, data))
		if got, want := Sum(data), texts[len(texts)-1]; got != want {
			t.Errorf("Sum(%s) = %q, want %q", path, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	comparePairs(t, texts)
}

// comparePairs checks the scores of all pairs, in both orders.
func comparePairs(t *testing.T, texts []string) {
	t.Helper()
	parsed, above := make([]Digest, len(texts)), 0
	for i, s := range texts {
		parsed[i] = mustParse(t, s)
	}
	for i, s := range texts {
		for j, u := range texts {
			got, want := Compare(&parsed[i], &parsed[j]), libfuzzy.Compare(s, u)
			if got != want {
				t.Fatalf("Compare(%q, %q) = %d, want %d", s, u, got, want)
			}
			if got > 0 {
				above++
			}
		}
	}
	t.Logf("%d digests, %d pairs above zero", len(texts), above)
}

// FuzzSumLibfuzzy holds Sum to the C library on whatever the fuzzer finds.
func FuzzSumLibfuzzy(f *testing.F) {
	for i, kind := range kinds {
		f.Add(input(kind, 1, 100+300*i), uint16(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, times uint16) {
		if len(data) > 0 {
			data = repeat(data, min(len(data)*(1+int(times)), 1<<16))
		}
		if got, want := Sum(data), libfuzzySum(t, data); got != want {
			t.Errorf("Sum(%d bytes) = %q, want %q", len(data), got, want)
		}
	})
}

// BenchmarkAgainstLibfuzzy takes turns with fuzzy_compare and reports how many times as
// fast Compare and a Probe are, by the fastest turn of each: whatever else the machine
// does makes turns slower, never faster.
func BenchmarkAgainstLibfuzzy(b *testing.B) {
	const turn = 100 // comparisons
	x := mustParse(b, benchA)
	var p Probe
	p.Set(&x)
	for _, pair := range benchPairs {
		y := mustParse(b, pair.b)
		b.Run(pair.name, func(b *testing.B) {
			c, own, probe := time.Hour, time.Hour, time.Hour
			for b.Loop() {
				c = min(c, timed(func() { libfuzzy.CompareMany(benchA, pair.b, turn) }))
				own = min(own, timed(func() {
					for range turn {
						Compare(&x, &y)
					}
				}))
				probe = min(probe, timed(func() {
					for range turn {
						p.Compare(&y)
					}
				}))
			}
			b.ReportMetric(float64(c)/float64(own), "x-Compare")
			b.ReportMetric(float64(c)/float64(probe), "x-Probe")
		})
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
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
