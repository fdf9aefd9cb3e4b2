package store_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

var update = flag.Bool("update", false, "write testdata anew")

// clusterEngine is an engine that believes to be every one of n shards of
// cluster "abuse": it sends each shard's part of a query to itself.
func clusterEngine(t *testing.T, n int) *embeddedtest.Engine {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "engine.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	shards := strings.Repeat("<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>9000</port></replica></shard>", n)
	config := "<clickhouse><tcp_port>9000</tcp_port><remote_servers><abuse>" + shards + "</abuse></remote_servers></clickhouse>"
	if err := os.WriteFile(filepath.Join(dir, "engine.d", "cluster.xml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return embeddedtest.Start(t, embedded.Config{Dir: dir})
}

// noKeeper are the parts of statements that the embedded engine understands and
// cannot carry out: they need ClickHouse Keeper.
var noKeeper = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(` ON CLUSTER 'abuse'`), ""},
	// Who wants this of a cluster says it to the shards.
	{regexp.MustCompile(`^OPTIMIZE TABLE shoal.report_rows `), "OPTIMIZE TABLE shoal.report_rows_local "},
	{regexp.MustCompile(`ENGINE = Replicated(\w+)\('[^']*', '[^']*'(?:, )?`), "ENGINE = $1("},
}

// withoutKeeper stands between a store and its engine and takes them out. It
// gives each query the settings that operators are told to set.
func withoutKeeper(t *testing.T, target string) string {
	t.Helper()
	settings := profile(t)
	engine := storetest.NewBreaker(t, target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if ddl := regexp.MustCompile(`^(CREATE|ALTER|SYSTEM|OPTIMIZE) `); ddl.Match(body) {
			for _, k := range noKeeper {
				body = k.pattern.ReplaceAll(body, []byte(k.with))
			}
		}
		r.URL.RawQuery += "&" + settings
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		engine.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// profile reads the settings of deploy/clickhouse/users.xml.
func profile(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../deploy/clickhouse/users.xml")
	if err != nil {
		t.Fatal(err)
	}
	var users struct {
		Profile struct {
			Settings []struct {
				XMLName xml.Name
				Value   string `xml:",chardata"`
			} `xml:",any"`
		} `xml:"profiles>default"`
	}
	if err := xml.Unmarshal(data, &users); err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	for _, s := range users.Profile.Settings {
		out.Set(s.XMLName.Local, s.Value)
	}
	return out.Encode()
}

func openCluster(t *testing.T, server, cluster string) *store.DB {
	t.Helper()
	cfg := store.DefaultConfig()
	cfg.URL, cfg.Cluster = server, cluster
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestClusterStatements: what a migration would run on a cluster of four shards
// is what testdata says, and the engine can read each statement.
func TestClusterStatements(t *testing.T) {
	e := clusterEngine(t, 4)
	plain := storetest.Open(t, "http+unix://"+embeddedtest.ClickHouse(t).Socket)
	statements, err := openCluster(t, "http+unix://"+e.Socket, "abuse").Migrate(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, s := range statements {
		fmt.Fprintf(&got, "-- %d %s\n%s;\n\n", s.Version, s.Name, s.SQL)
		if err := plain.Exec(t.Context(), "EXPLAIN AST "+s.SQL); err != nil {
			t.Errorf("%v\n%s", err, s.SQL)
		}
	}
	const golden = "testdata/cluster.sql"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got; go test -run TestClusterStatements -update writes it anew:\n%s", diff)
	}
}

// TestClusterOfOne runs the suite on Distributed tables over one shard.
func TestClusterOfOne(t *testing.T) {
	storetest.RunMigrated(t, func(t *testing.T) string {
		server := withoutKeeper(t, "http+unix://"+clusterEngine(t, 1).Socket)
		if _, err := openCluster(t, server, "abuse").Migrate(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		return server
	})
}

// TestLayout: tables stay where they were made.
func TestLayout(t *testing.T) {
	engine := "http+unix://" + clusterEngine(t, 2).Socket
	server := withoutKeeper(t, engine)
	if _, err := openCluster(t, server, "other").Migrate(t.Context(), false); err == nil || !strings.Contains(err.Error(), `"abuse"`) {
		t.Errorf("Migrate on a cluster that is not there: %v, want one that names what is", err)
	}
	if _, err := openCluster(t, server, "abuse").Migrate(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := openCluster(t, server, "other").Migrate(t.Context(), false); !errors.Is(err, store.ErrOtherLayout) {
		t.Errorf("Migrate on another cluster = %v, want ErrOtherLayout", err)
	}
	for _, cluster := range []string{"abuse", ""} {
		if done, err := openCluster(t, server, cluster).Migrate(t.Context(), false); err != nil || len(done) != 0 {
			t.Errorf("Migrate again with cluster %q = %v, %v; want none", cluster, done, err)
		}
	}
	single := "http+unix://" + embeddedtest.ClickHouse(t).Socket
	storetest.Open(t, single)
	if _, err := openCluster(t, single, "abuse").Migrate(t.Context(), false); !errors.Is(err, store.ErrOtherLayout) {
		t.Errorf("Migrate of a single server to a cluster = %v, want ErrOtherLayout", err)
	}
}

// TestClusterOfTwo: every view can be asked over two shards, alone and in a list
// for another one. Here both shards are the same tables, so reports count twice
// and recipients, being sets, once.
func TestClusterOfTwo(t *testing.T) {
	server := withoutKeeper(t, "http+unix://"+clusterEngine(t, 2).Socket)
	db := openCluster(t, server, "abuse")
	if _, err := db.Migrate(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	storetest.Simulate(t, db, 500)
	for _, v := range storetest.Views {
		for _, where := range []string{"", " WHERE campaign_id IN (SELECT campaign_id FROM campaigns WHERE reports > 2)"} {
			if got := storetest.Table(t, db, "SELECT count() FROM "+v+where); got == "0" && v != "campaign_drift" {
				t.Errorf("%s%s is empty", v, where)
			}
			storetest.Table(t, db, "SELECT * FROM "+v+where+" ORDER BY campaign_id LIMIT 5")
		}
	}
	check(t, db, `SELECT countIf(c.reports != 2 * r.reports), countIf(c.recipients != r.recipients), count() > 0
FROM campaigns AS c
JOIN (SELECT campaign_id, uniqExact(report_id) AS reports, uniqExact(recipient) AS recipients FROM reports GROUP BY campaign_id) AS r USING (campaign_id)`, "0 0 1")
	check(t, db, "SELECT countIf(reports != 2 * n) FROM campaign_targets AS t JOIN (SELECT campaign_id, attrs['region'] AS value, uniqExact(report_id) AS n FROM reports GROUP BY ALL) AS r USING (campaign_id, value) WHERE t.dimension = 'region'", "0")
}
