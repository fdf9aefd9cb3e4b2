package main

import (
	"encoding/csv"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/store"
)

func TestReadNetworks(t *testing.T) {
	got, err := readNetworks(strings.NewReader("\ufeffName,PREFIX,asn,country\na, 192.0.2.7/24,as64500,EE\nb,2001:DB8::/32,1,\n"))
	want := []store.Network{{Prefix: "192.0.2.0/24", ASN: 64500, Country: "EE", Name: "a"}, {Prefix: "2001:db8::/32", ASN: 1, Name: "b"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for line, say := range map[string]string{
		"192.0.2.0,1,EE,a": "line 2: prefix", "x/8,1,EE,a": "line 2: prefix", "192.0.2.0/33,1,EE,a": "line 2: prefix", "fe80::%a/64,1,EE,a": "line 2: prefix",
		"192.0.2.0/24,-1,EE,a": "line 2: asn", "192.0.2.0/24,4294967296,EE,a": "line 2: asn", "192.0.2.0/24,1,EST,a": "line 2: country",
		"192.0.2.0/24,1,EE,\xff": "line 2: country", "192.0.2.0/24,1": "wrong number of fields",
	} {
		if _, err := readNetworks(strings.NewReader("prefix,asn,country,name\n" + line + "\n")); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %v, want %q", line, err, say)
		}
	}
}

// FuzzReadNetworks: what is read is what a database takes, and reads the same after it
// was written.
func FuzzReadNetworks(f *testing.F) {
	f.Add("prefix,asn,country,name\n192.0.2.0/24,AS1,EE,\"a\nb\"\n")
	f.Add("asn,asn,prefix,country,name\n1,2,::/0,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readNetworks(strings.NewReader(text))
		if err != nil {
			return
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		_ = w.Write([]string{"prefix", "asn", "country", "name"})
		for _, n := range got {
			if p, err := netip.ParsePrefix(n.Prefix); err != nil || p.Masked() != p {
				t.Errorf("prefix %q: %v", n.Prefix, err)
			}
			_ = w.Write([]string{n.Prefix, fmt.Sprint(n.ASN), n.Country, n.Name})
		}
		w.Flush()
		again, err := readNetworks(strings.NewReader(b.String()))
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("%v (-first +second):\n%s", err, diff)
		}
	})
}
