package fuzzyhash

import "testing"

// TestPackKeepsDigests: what was packed is unpacked, whatever stands behind it.
func TestPackKeepsDigests(t *testing.T) {
	for _, s := range []string{"", "3::", "3:abc:de", "6:aaaaaaa:", "96:" + alphabet + ":" + alphabet[:32], "1610612736:x:y"} {
		var d Digest
		if s != "" {
			var err error
			if d, err = Parse(s); err != nil {
				t.Fatal(err)
			}
		}
		b := append(d.Pack([]byte("before")), "behind"...)
		if got := Unpack(b[len("before"):]); got != d {
			t.Errorf("Unpack(Pack(%q)) = %q", s, got.String())
		}
		if most := len(s) + 3; len(b)-len("beforebehind") > most {
			t.Errorf("%q takes %d bytes, want at most %d", s, len(b)-len("beforebehind"), most)
		}
	}
}
