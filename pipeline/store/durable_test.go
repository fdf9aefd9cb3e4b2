package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/store/storetest"
)

// TestDurable: what the writer inserts is on disk before its offset is committed, on any
// server. The other tables are filled again from what the operator has.
func TestDurable(t *testing.T) {
	db := storetest.Open(t, embeddedURL(t))
	if _, err := db.Migrate(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	var loose []struct {
		Name string `ch:"name"`
	}
	if err := db.Select(t.Context(), &loose, `SELECT name FROM system.tables WHERE database = 'shoal' AND engine LIKE '%MergeTree'
AND NOT (engine_full LIKE '%fsync_after_insert = 1%' AND engine_full LIKE '%fsync_part_directory = 1%') ORDER BY name`); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range loose {
		got = append(got, l.Name)
	}
	if diff := cmp.Diff([]string{"baseline_rows", "ip_networks", "migrations"}, got); diff != "" {
		t.Errorf("tables that are not synced (-want +got):\n%s", diff)
	}
}
