package console

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/publish"
	"shoal/pipeline/store/storetest"
)

// pageReports is how many reports BenchmarkPages simulates, unless
// SHOAL_BENCH_REPORTS says another number.
const pageReports = 1_000_000

// BenchmarkPages makes each page over simulated reports, for a day of them, and for
// the largest campaign (4 % of the reports) and one of some hundreds.
func BenchmarkPages(b *testing.B) {
	reports := pageReports
	if s := os.Getenv("SHOAL_BENCH_REPORTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		reports = n
	}
	db := storetest.Open(b, "http+unix://"+embeddedtest.ClickHouse(b).Socket)
	storetest.Simulate(b, db, reports)
	for _, table := range []string{"report_rows", "segment_days"} { // what an hour without inserts does
		if err := db.Exec(b.Context(), "OPTIMIZE TABLE shoal."+table+" FINAL"); err != nil {
			b.Fatal(err)
		}
	}
	list, err := publish.Browse(b.Context(), db, publish.Filter{Limit: 300})
	if err != nil {
		b.Fatal(err)
	}
	large, small := list.Campaigns[0], list.Campaigns[len(list.Campaigns)-1]
	b.Logf("%d campaigns; the largest has %d reports, another %d", list.Total, large.Reports, small.Reports)
	cfg := DefaultConfig()
	cfg.Rate, cfg.Burst = 1e6, 1e6
	h := New(cfg, Deps{DB: db.Reader(30), Tokens: newBook(), Road: quietRoad{}})
	for _, p := range []struct{ name, path string }{
		{"front", "/?day=2026-09-15"},
		{"newest", "/?day=2026-09-15&sort=newest"},
		{"second", "/?day=2026-09-15&page=2"},
		{"text", "/?day=2026-09-15&text=7"},
		{"all", "/?day=all"},
		{"all-text", "/?day=all&text=7"},
		{"large", "/campaigns/" + large.ID},
		{"small", "/campaigns/" + small.ID},
		{"reports", "/campaigns/" + large.ID + "/reports?page=100"},
		{"host", "/search?q=d77.example"},
		{"subject", "/search?q=some+words"},
		{"digest", "/search?q=" + a32 + b32},
		{"report", "/search?q=" + a32},
		{"alone", "/alone?day=2026-09-15"},
		{"summary", "/summary?day=2026-09-15"},
		{"road", "/road"},
	} {
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() {
				req := httptest.NewRequest(http.MethodGet, p.path, nil)
				req.Header.Set("Authorization", "Bearer reader")
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, req); w.Code != http.StatusOK {
					b.Fatalf("%d: %s", w.Code, w.Body)
				}
			}
		})
	}
}
