package store_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"testing"

	"shoal/cluster"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/record"
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
	server := os.Getenv("SHOAL_CLICKHOUSE_URL")
	if server == "" {
		t.Skip("SHOAL_CLICKHOUSE_URL is not set")
	}
	cfg := store.DefaultConfig()
	cfg.URL = server
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
	storetest.Run(t, func(*testing.T) string { drop(); return server })
}

// TestReadOnlyPort: analysts who may change no setting can read every view.
func TestReadOnlyPort(t *testing.T) {
	e := embeddedtest.ClickHouse(t)
	db := storetest.Open(t, "http+unix://"+e.Socket)
	l := storetest.NewLog()
	l.Mail("ca", 3)
	id := storetest.ID("ca/0")
	l.Add(cluster.EventDrifted, &record.Event{Campaign: "ca", ReportId: id[:]})
	if err := db.Insert(t.Context(), l.All()); err != nil {
		t.Fatal(err)
	}
	for _, v := range storetest.Views {
		for _, where := range []string{"", " WHERE campaign_id = 'ca'"} {
			query := url.Values{"query": {"SELECT count() FROM shoal." + v + where}}
			resp, err := http.Get("http://" + e.Addr + "/?" + query.Encode())
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK || string(body) == "0\n" {
				t.Errorf("%s%s: %s, %s, %v", v, where, resp.Status, body, err)
			}
		}
	}
}
