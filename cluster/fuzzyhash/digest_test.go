package fuzzyhash

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"3::", "3::"},
		{"3:wn:wn", "3:wn:wn"},
		{"96:aaaaaaab:+/+///////", "96:aaab:+/+///"},
		{benchA, benchA},
		{"3221225472:A:B", "3221225472:A:B"},
	} {
		d, err := Parse(c.in)
		if err != nil || d.String() != c.want {
			t.Errorf("Parse(%q) = %q, %v, want %q", c.in, &d, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		in   string
		want error
	}{
		{"", ErrFormat},
		{"3", ErrFormat},
		{"3:abc", ErrFormat},
		{":a:b", ErrBlockSize},
		{"0:a:b", ErrBlockSize},
		{"1:a:b", ErrBlockSize},
		{"9:a:b", ErrBlockSize},
		{"03:a:b", ErrBlockSize},
		{"+3:a:b", ErrBlockSize},
		{"-3:a:b", ErrBlockSize},
		{" 3:a:b", ErrBlockSize},
		{"6442450944:a:b", ErrBlockSize},
		{"99999999999999999999999:a:b", ErrBlockSize},
		{"3:" + strings.Repeat("ab", 33) + ":c", ErrLength},
		{"3:c:" + strings.Repeat("ab", 17), ErrLength},
		{"3:a b:c", ErrAlphabet},
		{"3:a:b:c", ErrAlphabet},
		{`3:a:b,"name"`, ErrAlphabet},
		{"3:a\xff:b", ErrAlphabet},
	} {
		if d, err := Parse(c.in); !errors.Is(err, c.want) || !d.IsZero() {
			t.Errorf("Parse(%q) = %q, %v, want no digest and %v", c.in, &d, err, c.want)
		}
	}
}
