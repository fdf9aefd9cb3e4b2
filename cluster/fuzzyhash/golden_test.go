package fuzzyhash

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// The golden files hold what libfuzzy 2.14.1 said; see TestGoldenIsLibfuzzys
// for how to write them again.
const (
	goldenSums   = "testdata/sums.tsv"   // kind, seed, size, digest
	goldenScores = "testdata/scores.tsv" // digest, digest, score
)

func TestGoldenSums(t *testing.T) {
	for _, f := range golden(t, goldenSums, 4) {
		s := sample{f[0], uint64(number(t, f[1])), number(t, f[2])}
		if got, want := Sum(s.data()), f[3]; got != want {
			t.Errorf("Sum(%v) = %q, want %q", s, got, want)
		}
	}
}

func TestGoldenScores(t *testing.T) {
	for _, f := range golden(t, goldenScores, 3) {
		a, b := mustParse(t, f[0]), mustParse(t, f[1])
		if got, want := Compare(&a, &b), number(t, f[2]); got != want {
			t.Errorf("Compare(%q, %q) = %d, want %d", f[0], f[1], got, want)
		}
	}
}

// golden reads the rows of a golden file, each of n fields.
func golden(t *testing.T, name string, n int) [][]string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(b)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != n {
			t.Fatalf("%s: %q has %d fields, want %d", name, line, len(fields), n)
		}
		rows = append(rows, fields)
	}
	if len(rows) < 100 {
		t.Fatalf("%s has %d rows, too few to prove anything", name, len(rows))
	}
	return rows
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
