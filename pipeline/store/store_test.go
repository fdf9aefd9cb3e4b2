package store_test

import (
	"testing"

	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func TestEmbedded(t *testing.T) { storetest.Run(t, openEmbedded) }

// openEmbedded gives a migrated store on an engine of its own.
func openEmbedded(t *testing.T) *store.DB {
	t.Helper()
	e := embeddedtest.ClickHouse(t)
	cfg := store.DefaultConfig()
	cfg.URL = "http+unix://" + e.Socket
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Migrate(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return db
}
