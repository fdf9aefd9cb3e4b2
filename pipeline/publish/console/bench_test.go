package console

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

// pageReports is how many reports BenchmarkPages simulates unless it is told another
// number.
const pageReports = 1_000_000

// BenchmarkPages makes each page over simulated reports: for a day of them, for the
// largest campaign (4 % of the reports), one of two in a thousand and one of some
// hundreds. Each is made by a console that remembers nothing, and again by one that has
// just made it. Besides the time it prints that of the engine's processors.
func BenchmarkPages(b *testing.B) {
	db := storetest.Open(b, "http+unix://"+embeddedtest.Kept(b).Socket)
	reports := storetest.Simulated(b, db, pageReports)
	b.Logf("%d reports", reports)
	for _, p := range benchPages(b, db) {
		b.Run(p.name+"/cold", func(b *testing.B) {
			busy := storetest.Busy(b, db)
			for b.Loop() {
				benchPage(b, benchConsole(db), p.path)
			}
			b.ReportMetric((storetest.Busy(b, db)-busy)/float64(b.N), "engine-ms/op")
		})
		b.Run(p.name+"/warm", func(b *testing.B) {
			h := benchConsole(db)
			benchPage(b, h, p.path)
			busy := storetest.Busy(b, db)
			for b.Loop() {
				benchPage(b, h, p.path)
			}
			b.ReportMetric((storetest.Busy(b, db)-busy)/float64(b.N), "engine-ms/op")
		})
	}
}

type namedPage struct{ name, path string }

func benchPages(b *testing.B, db *store.DB) []namedPage {
	campaign := func(order string) string {
		return "/campaigns/" + storetest.Table(b, db, "SELECT campaign_id FROM shoal.campaigns ORDER BY "+order+", campaign_id LIMIT 1")
	}
	large := campaign("reports DESC")
	middle := campaign("abs(reports - (SELECT count() FROM shoal.reports) / 500)")
	small := campaign("abs(toInt64(reports) - 300)")
	return []namedPage{
		{"newest-day", "/"},
		{"front", "/?day=2026-09-15"},
		{"newest", "/?day=2026-09-15&sort=newest"},
		{"second", "/?day=2026-09-15&page=2"},
		{"text", "/?day=2026-09-15&text=7"},
		{"drifted", "/?day=2026-09-15&status=drifted"},
		{"all", "/?day=all"},
		{"all-text", "/?day=all&text=7"},
		{"large", large},
		{"middle", middle},
		{"small", small},
		{"large-reports", large + "/reports"},
		{"large-page-100", large + "/reports?page=100"},
		{"middle-reports", middle + "/reports"},
		{"small-reports", small + "/reports"},
		{"host", "/search?q=d77.example"},
		{"subject", "/search?q=some+words"},
		{"digest", "/search?q=96:" + a32 + ":" + b32},
		{"report", "/search?q=" + a32},
		{"alone", "/alone?day=2026-09-15"},
		{"summary", "/summary?day=2026-09-15"},
		{"decision", "/decision?campaign=" + large[len("/campaigns/"):] + "&kind=label&actor=ana&from=1789000000000&to=1789000000001"},
		{"road", "/road"},
	}
}

// benchConsole is one that has remembered nothing yet.
func benchConsole(db *store.DB) *Handler {
	cfg := DefaultConfig()
	cfg.Rate, cfg.Burst = 1e6, 1e6
	return New(cfg, Deps{DB: db.Reader(30), Tokens: newBook(), Road: quietRoad{}})
}

func benchPage(b *testing.B, h *Handler, path string) {
	b.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Authorization", "Bearer reader")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, req); w.Code != http.StatusOK {
		b.Fatalf("%d: %s", w.Code, w.Body)
	}
}
