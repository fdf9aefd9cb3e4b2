package cluster

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
)

// TestReadsVersion1: a snapshot of the first format is read: campaigns go on, ids
// that merged away resolve, labels are known. (It holds three lures of three
// reports each, the first two merged and the third labelled by an analyst.)
func TestReadsVersion1(t *testing.T) {
	snapshot, err := os.ReadFile("testdata/snapshot.v1")
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits = 8, 10
	e := NewEngine(cfg)
	if err := e.Restore(refit(snapshot, cfg)); err != nil {
		t.Fatal(err)
	}
	const first, second, third CampaignID = "clo2k3yz6wvq3", "cnukoyh6clr5r", "c25xy5k64zfxj"
	if got := e.Resolve(second); got != first {
		t.Errorf("Resolve(%s) = %s, want %s", second, got, first)
	}
	for lure, want := range map[string]CampaignID{"fee": first, "lotto": first, "parcel": third} {
		text := ""
		for i := range 40 {
			text += fmt.Sprintf("%s%d ", lure, i)
		}
		f := testFeatures(lure+" again", "about the "+lure, text, "phone=+"+lure)
		evs := e.Step(Entry{Offset: e.Offset() + 1, Features: f})
		if last := evs[len(evs)-1]; last.Kind != EventAssigned || last.Campaign != want {
			t.Errorf("a report of %s gave %v of %s, want it assigned to %s", lure, last.Kind, last.Campaign, want)
		}
	}
	if slot, ok := e.find(third); !ok || e.groups[slot].label != "parcels" || !e.groups[slot].decided {
		t.Errorf("campaign %s lost its label or that an analyst gave it", third)
	}
	if err := NewEngine(cfg).Restore(e.Snapshot()); err != nil {
		t.Errorf("what was read of version 1 cannot be read again: %v", err)
	}
}

// refit makes a snapshot one that was made under cfg and today's weights: those
// are learned anew from time to time, and would have it refused.
func refit(snapshot []byte, cfg Config) []byte {
	b := bytes.Clone(snapshot[:len(snapshot)-sha256.Size])
	fp := cfg.fingerprint(uint64(b[len(snapshotMagic)]))
	copy(b[len(snapshotMagic)+1:], fp[:])
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}
