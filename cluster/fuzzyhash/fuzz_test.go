package fuzzyhash

import (
	"strings"
	"testing"
)

// FuzzParse: what parses prints as something that parses to the same, and
// prints shorter only where it had runs.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"3::", benchA, "96:aaaaaaab:aab", "3:a:b:c", "", "9:a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			if !d.IsZero() {
				t.Errorf("Parse(%q) = %q beside %v", s, &d, err)
			}
			return
		}
		again, err := Parse(d.String())
		if err != nil || again != d {
			t.Errorf("Parse(%q) = %q, and of that %q, %v", s, &d, &again, err)
		}
		block, rest, _ := strings.Cut(s, ":")
		first, second, _ := strings.Cut(rest, ":")
		if want := block + ":" + cutRuns(first) + ":" + cutRuns(second); d.String() != want {
			t.Errorf("Parse(%q) = %q, want %q", s, &d, want)
		}
	})
}

// FuzzCompare: scores are those of the plain comparison, symmetric, 100 with
// themselves, and above zero only with a common key.
func FuzzCompare(f *testing.F) {
	f.Add(benchA, benchNear)
	f.Add("3::", "3::")
	f.Add("48:x:abcdefgh", "96:abcdefgh:y")
	f.Fuzz(func(t *testing.T, s, u string) {
		a, errA := Parse(s)
		b, errB := Parse(u)
		if errA != nil || errB != nil {
			return
		}
		got, want := Compare(&a, &b), naiveCompare(s, u)
		if got != want || Compare(&b, &a) != want {
			t.Errorf("Compare(%q, %q) = %d, other way round %d, want %d", s, u, got, Compare(&b, &a), want)
		}
		var p Probe
		p.Set(&a)
		if probed := p.Compare(&b); probed != want {
			t.Errorf("Probe of %q: Compare(%q) = %d, want %d", s, u, probed, want)
		}
		if self := Compare(&a, &a); self != 100 {
			t.Errorf("Compare(%q, itself) = %d, want 100", s, self)
		}
		if got > 0 && !empty(&a) && !meet(Grams(&a, nil), Grams(&b, nil)) {
			t.Errorf("%q and %q score %d and share no key", s, u, got)
		}
	})
}

// FuzzSum: every digest is glaslos's, and parses.
func FuzzSum(f *testing.F) {
	for i, kind := range kinds {
		f.Add(input(kind, 1, 100+300*i), uint16(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, times uint16) {
		if len(data) > 0 { // long inputs out of short ones
			data = repeat(data, min(len(data)*(1+int(times)), 1<<16))
		}
		got := Sum(data)
		if want := glaslosSum(t, data); got != want {
			t.Errorf("Sum(%d bytes) = %q, want %q", len(data), got, want)
		}
		if _, err := Parse(got); err != nil {
			t.Errorf("Sum gives %q: %v", got, err)
		}
	})
}
