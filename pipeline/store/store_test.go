package store_test

import (
	"context"
	"os"
	"testing"

	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func TestEmbedded(t *testing.T) { storetest.Run(t, embeddedURL) }

func embeddedURL(t *testing.T) string {
	t.Helper()
	return "http+unix://" + embeddedtest.ClickHouse(t).Socket
}

// TestServer runs the suite on the ClickHouse server of SHOAL_CLICKHOUSE_URL.
// The suite makes and drops database shoal, so a server that has one is refused.
func TestServer(t *testing.T) {
	url := os.Getenv("SHOAL_CLICKHOUSE_URL")
	if url == "" {
		t.Skip("SHOAL_CLICKHOUSE_URL is not set")
	}
	cfg := store.DefaultConfig()
	cfg.URL = url
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Exec(t.Context(), "CREATE DATABASE shoal"); err != nil {
		t.Fatalf("the tests want a server without database shoal: %v", err)
	}
	drop := func() {
		if err := db.Exec(context.Background(), "DROP DATABASE IF EXISTS shoal SYNC"); err != nil {
			t.Error(err)
		}
	}
	defer drop()
	storetest.Run(t, func(*testing.T) string { drop(); return url })
}
