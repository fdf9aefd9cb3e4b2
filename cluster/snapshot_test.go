package cluster

import (
	"fmt"
	"os"
	"testing"
)

// TestReadsOlderVersions: a snapshot of an older format, made under other weights, is
// read: campaigns go on, ids that merged away resolve, labels are known. (It holds
// three lures of three reports each, the first two merged and the third labelled by
// an analyst.)
func TestReadsOlderVersions(t *testing.T) {
	for _, version := range []string{"v1", "v2"} {
		t.Run(version, func(t *testing.T) { readsVersion(t, "testdata/snapshot."+version) })
	}
}

func readsVersion(t *testing.T, path string) {
	snapshot, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits = 8, 10
	e := NewEngine(cfg)
	if err := e.Restore(snapshot); err != nil {
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
		t.Errorf("what was read cannot be read again: %v", err)
	}
}
