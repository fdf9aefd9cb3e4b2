package main

import (
	"io/fs"
	"testing"
)

func TestPrivate(t *testing.T) {
	for _, tt := range []struct {
		mode fs.FileMode
		own  bool
		want bool
	}{
		{0o600, true, true}, {0o400, true, true}, {0o640, true, false}, {0o604, true, false},
		{0o440, false, true}, {0o640, false, true}, {0o660, false, false}, {0o444, false, false},
	} {
		if got := private(tt.mode, tt.own); got != tt.want {
			t.Errorf("private(%04o, %t) = %t, want %t", tt.mode, tt.own, got, tt.want)
		}
	}
}
