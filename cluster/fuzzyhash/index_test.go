package fuzzyhash

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIndexFindsAll(t *testing.T) {
	texts, parsed := corpus(t, 400)
	x := NewIndex(0)
	for i := range parsed {
		x.Add(uint32(i), &parsed[i])
	}
	found := 0
	for i := range parsed {
		got := x.Candidates(&parsed[i], nil)
		found += len(got)
		for j := range parsed {
			_, ok := slices.BinarySearch(got, uint32(j))
			if !ok && !empty(&parsed[i]) && Compare(&parsed[i], &parsed[j]) > 0 {
				t.Errorf("Candidates(%q) lacks %q", texts[i], texts[j])
			}
		}
	}
	if all := len(parsed) * len(parsed); found > all/4 {
		t.Errorf("%d candidates of %d pairs: the keys tell nothing apart", found, all)
	}
	for i := range parsed {
		x.Remove(uint32(i), &parsed[i])
	}
	if len(x.postings) != 0 {
		t.Errorf("%d keys left after everything was removed", len(x.postings))
	}
}

func TestIndexLimit(t *testing.T) {
	d := mustParse(t, "3:abcdefgh:x")
	x := NewIndex(2)
	for id := range uint32(5) {
		x.Add(id, &d)
	}
	if diff := cmp.Diff([]uint32{9, 0, 1}, x.Candidates(&d, []uint32{9})); diff != "" {
		t.Errorf("Candidates (-want +got):\n%s", diff)
	}
	if got, want := x.Dropped(), 3*2; got != want {
		t.Errorf("Dropped() = %d, want %d", got, want)
	}
	x.Remove(7, &d) // was never there
	x.Remove(0, &d)
	x.Add(7, &d)
	if diff := cmp.Diff([]uint32{1, 7}, x.Candidates(&d, nil)); diff != "" {
		t.Errorf("Candidates after Remove (-want +got):\n%s", diff)
	}
}
