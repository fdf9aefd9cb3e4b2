package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

// BenchmarkInsert stores batches of new reports: a fifth of them alone, the rest
// in campaigns of about forty.
func BenchmarkInsert(b *testing.B) {
	for _, size := range []int{500, 5000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			db := storetest.Open(b, "http+unix://"+embeddedtest.ClickHouse(b).Socket)
			l := storetest.NewLog()
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				from := len(l.Events)
				for i := range size / 50 {
					l.Mail(fmt.Sprintf("c%d-%d", n, i), 40)
				}
				for i := range size / 5 {
					l.Open(fmt.Sprintf("alone%d-%d", n, i), fmt.Sprintf("a%d-%d", n, i))
				}
				b.StartTimer()
				if err := db.Insert(b.Context(), l.Batch(from, len(l.Events))); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// viewReports is how many reports BenchmarkViews simulates unless it is told another
// number.
const viewReports = 1_000_000

// BenchmarkViews reads each view for the largest campaign (4 % of the reports), for
// one of two in a thousand and for one of a hundred reports, and what lists a day, over
// simulated reports. It prints the time of a query, mean and best, and what the engine
// read for it. The machine's page cache is warm where the rows have just been written.
func BenchmarkViews(b *testing.B) {
	e := embeddedtest.Kept(b)
	db := storetest.Open(b, "http+unix://"+e.Socket)
	reports := storetest.Simulated(b, db, viewReports)
	b.Run(fmt.Sprintf("simulated=%d", reports), func(b *testing.B) {
		for _, q := range viewQueries(b, db) {
			b.Run(q.name, func(b *testing.B) { query(b, e, q.sql+" FORMAT Null") })
		}
		b.Run("disk", func(b *testing.B) { disk(b, db) })
	})
}

type namedQuery struct{ name, sql string }

func viewQueries(tb testing.TB, db *store.DB) []namedQuery {
	large := storetest.Table(tb, db, "SELECT campaign_id FROM campaigns ORDER BY reports DESC LIMIT 1")
	middle := storetest.Table(tb, db, "SELECT campaign_id FROM campaigns ORDER BY abs(reports - (SELECT count() FROM reports) / 500), campaign_id LIMIT 1")
	small := storetest.Table(tb, db, "SELECT campaign_id FROM campaigns WHERE reports BETWEEN 50 AND 200 ORDER BY campaign_id LIMIT 1")
	report := storetest.Table(tb, db, "SELECT report_id FROM reports WHERE campaign_id = '"+small+"' ORDER BY report_id LIMIT 1")
	var out []namedQuery
	for _, c := range []struct{ name, id string }{{"large", large}, {"middle", middle}, {"small", small}} {
		for _, v := range storetest.Views {
			out = append(out, namedQuery{v + "/" + c.name, "SELECT * FROM shoal." + v + " WHERE campaign_id = '" + c.id + "'"})
		}
	}
	return append(out,
		namedQuery{"report", "SELECT * FROM shoal.reports WHERE report_id = '" + report + "'"},
		namedQuery{"place", "SELECT campaign_id, log_offset, evidence[1].matched FROM shoal.report_rows FINAL PREWHERE lower(hex(report_id)) IN ('" + report + "')"},
		namedQuery{"weakest", "SELECT report_id, matched_report_id, score, evidence FROM shoal.campaign_joins WHERE campaign_id = '" + large + "' ORDER BY score, report_id LIMIT 5"},
		namedQuery{"day", "SELECT * FROM shoal.daily_summary WHERE day = '2026-09-15'"},
		namedQuery{"day-campaigns", `SELECT d.campaign_id, c.name, d.change, d.reports, d.reports_before, c.reports, c.recipients FROM shoal.campaigns AS c
JOIN shoal.daily_summary AS d USING (campaign_id) WHERE d.day = '2026-09-15' AND d.reports > 3 ORDER BY d.reports DESC LIMIT 50`},
		namedQuery{"ranking", "SELECT campaign_id, reports, last_seen FROM shoal.campaigns ORDER BY reports DESC LIMIT 50"},
		namedQuery{"all", "SELECT * FROM shoal.campaigns"},
	)
}

// disk reports what a stored report takes.
func disk(b *testing.B, db *store.DB) {
	for b.Loop() { // nothing to repeat
	}
	var parts []struct {
		Rows  uint64 `ch:"rows"`
		Bytes uint64 `ch:"bytes"`
	}
	if err := db.Select(b.Context(), &parts, "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = 'shoal' AND table = 'report_rows' AND active"); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(parts[0].Bytes)/float64(parts[0].Rows), "disk-bytes/row")
}

// query runs sql over plain HTTP and reports what the engine says it read.
func query(b *testing.B, e *embeddedtest.Engine, sql string) {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
		return e.Dial(ctx, addr)
	}}}
	defer client.CloseIdleConnections()
	var summary struct {
		Rows  string `json:"read_rows"`
		Bytes string `json:"read_bytes"`
	}
	best := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		resp, err := client.Post("http://engine/?"+url.Values{"wait_end_of_query": {"1"}}.Encode(), "text/plain", strings.NewReader(sql))
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		best = min(best, time.Since(start))
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatalf("%s: %s %v", resp.Status, body, err)
		}
		// The summary is an extra of the server: without it there are no figures.
		_ = json.Unmarshal([]byte(resp.Header.Get("X-ClickHouse-Summary")), &summary)
	}
	rows, _ := strconv.ParseFloat(summary.Rows, 64)
	bytes, _ := strconv.ParseFloat(summary.Bytes, 64)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/op")
	b.ReportMetric(best.Seconds()*1000, "best-ms")
	b.ReportMetric(rows, "rows-read/op")
	b.ReportMetric(bytes/1e6, "MB-read/op")
}

// TestSimulated: the views agree with the rows that the benchmark makes, before
// and after they are made again.
func TestSimulated(t *testing.T) {
	const n = 3000
	db := storetest.Open(t, embeddedURL(t))
	storetest.Simulate(t, db, n)
	naive := storetest.Table(t, db, `SELECT uniqExact(report_id), uniqExactIf(report_id, campaign_id != ''), uniqExactIf(campaign_id, campaign_id != '')
FROM report_rows WHERE is_deleted = 0`)
	var reports, joined, campaigns int
	if _, err := fmt.Sscan(naive, &reports, &joined, &campaigns); err != nil || reports != n || joined == n || campaigns < 50 {
		t.Fatalf("simulated %q, %v", naive, err)
	}
	for _, c := range []struct {
		sql  string
		want int
	}{
		{"SELECT count() FROM reports", n},
		{"SELECT countIf(campaign_id != '') FROM reports", joined},
		{"SELECT count() FROM campaigns", campaigns},
		{"SELECT sum(reports) FROM campaigns", joined},
		{"SELECT sum(reports) FROM campaign_timeline", joined},
		{"SELECT sum(reports) FROM daily_summary", joined},
		{"SELECT sum(reports_before) FROM daily_summary", joined},
		{"SELECT sum(reports) FROM campaign_targets WHERE dimension = 'region'", joined},
		{"SELECT sum(reports) FROM campaign_infrastructure WHERE kind = 'ip'", joined},
		{"SELECT sum(reports) FROM campaign_payloads WHERE kind = 'url'", joined},
		{"SELECT count() FROM campaign_evidence", 2 * joined},
		{"SELECT count() FROM campaign_joins", joined},
		{"SELECT countIf(event = 'created') FROM campaign_lineage", campaigns},
	} {
		check(t, db, c.sql, strconv.Itoa(c.want))
	}
	check(t, db, "SELECT (SELECT count() FROM campaign_drift) = (SELECT countIf(status = 'drifted') FROM campaigns) AND (SELECT count() FROM campaign_drift) > 0", "1")
	// The condition on the day reaches the scans of the day and of the day before.
	check(t, db, "SELECT countIf(explain LIKE '%Name: reported_at_span%') FROM (EXPLAIN indexes = 1 SELECT * FROM daily_summary WHERE day = '2026-09-15')", "2")
	storetest.CheckDays(t, db)
	before := storetest.Snapshot(t, db)
	storetest.Simulate(t, db, n)
	if diff := cmp.Diff(before, storetest.Snapshot(t, db)); diff != "" {
		t.Errorf("made again (-first +now):\n%s", diff)
	}
	for _, q := range viewQueries(t, db) {
		if got := storetest.Table(t, db, "SELECT count() FROM ("+q.sql+")"); got == "0" && !strings.HasPrefix(q.name, "campaign_drift/") {
			t.Errorf("%s reads nothing", q.name)
		}
	}
}

func check(t *testing.T, db *store.DB, sql, want string) {
	t.Helper()
	if got := storetest.Table(t, db, sql); got != want {
		t.Errorf("%s = %s, want %s", sql, got, want)
	}
}
