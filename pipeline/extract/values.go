package extract

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"shoal/cluster"
)

//go:embed hosts.txt
var hostsText string

var everybodysHosts = readHosts(hostsText)

func readHosts(text string) map[string]bool {
	m := make(map[string]bool)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			m[line] = true
		}
	}
	return m
}

// everybodys reports whether host or a domain above it is on the list.
func everybodys(host string) bool {
	for host != "" {
		if everybodysHosts[host] {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}

// valueBounds says how many values of a key a message may have. Where there are
// more, those with the smallest hashes stay: copies of one message then keep the
// same ones. Keys not named here have one.
var valueBounds = map[cluster.Key]int{
	cluster.KeyURL: 8, cluster.KeyURLPath: 10, cluster.KeyHost: 8, cluster.KeyDomain: 8,
	cluster.KeyPhone: 4, cluster.KeyWallet: 4, cluster.KeyContact: 4, cluster.KeyMacro: 4,
	cluster.KeyToken: 24, cluster.KeyRemoteImage: 8, cluster.KeySenderWord: 4, cluster.KeyUnseen: 4,
}

// valueSet collects a message's values.
type valueSet struct {
	mask *mask
	list []cluster.Value
	key  []byte
}

// add takes a value as compared; what people read is the same, shortened.
func (v *valueSet) add(key cluster.Key, value string) {
	value = strings.TrimSpace(v.mask.text(readable(value)))
	if value == "" {
		return
	}
	v.key = append(append(v.key[:0], byte(key)), value...)
	v.list = append(v.list, cluster.Value{Key: key, Hash: xxh3.Hash(v.key), Text: shorten(value, cluster.MaxValueText)})
}

// done sorts, drops repeats, and keeps each key's bound.
func (v *valueSet) done() []cluster.Value {
	slices.SortFunc(v.list, func(a, b cluster.Value) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Hash, b.Hash), strings.Compare(a.Text, b.Text))
	})
	out := make([]cluster.Value, 0, len(v.list))
	run := 0
	for _, x := range v.list {
		if n := len(out); n > 0 && out[n-1].Key == x.Key {
			if out[n-1].Hash == x.Hash {
				continue
			}
			run++
		} else {
			run = 1
		}
		if run <= max(1, valueBounds[x.Key]) {
			out = append(out, x)
		}
	}
	return out[:min(len(out), cluster.MaxValues)]
}

// shorten cuts valid UTF-8 to n bytes at a rune.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// readable is s with what is not printable dropped.
func readable(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return strings.Map(printable, s)
		}
	}
	return s
}

// printable drops control and direction characters and bad UTF-8. It comes before
// masking, which could not see through them.
func printable(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case r == utf8.RuneError, unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
		r == 0x200E || r == 0x200F || r == 0x061C:
		return -1
	}
	return r
}
