package fuzzyhash

import "testing"

func TestSmoke(t *testing.T) {
	a, err := Parse(Sum([]byte("hello world, this is a rather longer text than before")))
	if err != nil {
		t.Fatal(err)
	}
	if got := Compare(&a, &a); got != 100 {
		t.Errorf("Compare(a, a) = %d, want 100", got)
	}
}
