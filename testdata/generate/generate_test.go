package main

import (
	"bytes"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCheckedIn holds the corpus in the repository to what this program makes.
func TestCheckedIn(t *testing.T) {
	made := map[string]bool{}
	for _, f := range corpus() {
		made[f.path] = true
		data, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(f.path)))
		if err != nil {
			t.Errorf("%v: run `make corpus`", err)
		} else if !bytes.Equal(data, f.data) {
			t.Errorf("%s is not what the generator makes: run `make corpus`", f.path)
		}
	}
	err := filepath.WalkDir("../messages", func(path string, d fs.DirEntry, err error) error {
		if name, _ := filepath.Rel("..", path); err == nil && !d.IsDir() && !made[filepath.ToSlash(name)] {
			t.Errorf("%s is not of the generator", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// everything is all mail of the corpus, unpacked.
func everything(t *testing.T) []item {
	t.Helper()
	taken := map[string]bool{}
	var items []item
	for _, tell := range parts {
		items = append(items, tell(taken)...)
	}
	if len(items) < 300 {
		t.Fatalf("the corpus has %d messages, want more than 300", len(items))
	}
	return items
}

// TestReserved checks that no mail names a host or an address that somebody
// could own.
func TestReserved(t *testing.T) {
	address := regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	name := regexp.MustCompile(`(?:@|//)([A-Za-z0-9.-]*[A-Za-z0-9])`)
	var ranges []netip.Prefix
	for _, cidr := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8"} {
		ranges = append(ranges, netip.MustParsePrefix(cidr))
	}
	reserved := func(addr netip.Addr) bool {
		for _, r := range ranges {
			if r.Contains(addr) {
				return true
			}
		}
		return false
	}
	for _, it := range everything(t) {
		for _, text := range []string{string(it.sent.raw), it.text} {
			for _, found := range address.FindAllString(text, -1) {
				if addr, err := netip.ParseAddr(found); err != nil || !reserved(addr) {
					t.Errorf("%q names the address %s", it.sent.subject, found)
				}
			}
		}
		head, _, _ := strings.Cut(string(it.sent.raw), "\n\n")
		for _, text := range []string{head, it.text} {
			for _, found := range name.FindAllStringSubmatch(text, -1) {
				if !strings.HasSuffix(found[1], ".example") {
					t.Errorf("%q names the host %s", it.sent.subject, found[1])
				}
			}
		}
	}
}

// TestStory checks what the demonstration relies on.
func TestStory(t *testing.T) {
	count, florida := map[string]int{}, 0
	for _, it := range everything(t) {
		count[it.campaign]++
		if it.campaign == "patriots-threat" && it.to.region == "FL" {
			florida++
		}
	}
	for campaign, want := range map[string]int{"patriots-threat": 180, "patriots-video": 60, "casino-image": 20,
		"invoice-attachment": 15, "sextortion": 12, "support-scam": 12, "hoax-membership": 6, "hoax-march": 3} {
		if count[campaign] != want {
			t.Errorf("%s has %d messages, want %d", campaign, count[campaign], want)
		}
	}
	if florida < 130 {
		t.Errorf("%d of 180 threats went to Florida, want at least 130", florida)
	}
	if got, want := burnAddress(), "1111111111111111111114oLvT2"; got != want {
		t.Errorf("burnAddress() = %q, want %q", got, want)
	}
}

// TestPosters checks that no two pictures have the same bytes: else the
// campaign could be found by a hash.
func TestPosters(t *testing.T) {
	r, seen := stream("casino"), map[string]bool{}
	for range 20 {
		seen[string(poster(r))] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d different pictures of 20", len(seen))
	}
}
