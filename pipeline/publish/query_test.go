package publish_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/publish"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// in puts a report's recipient into a region.
func in(region string) func(*record.Row) {
	return func(r *record.Row) { r.Attrs = map[string]string{"region": region} }
}

// lawful makes a report one of authenticated mail from elsewhere.
func lawful(r *record.Row) {
	r.Spf, r.Dkim, r.Dmarc, r.SpoofedDomain = "pass", "pass", "pass", ""
	r.FromAddress, r.FromDomain, r.SourceIp, r.Helo = "news@paper.example", "paper.example", "203.0.113.9", "mx.paper.example"
	r.Urls, r.UrlHosts, r.Attachments, r.Wallets, r.Phones = []string{"https://www.facebook.com/paper"}, []string{"www.facebook.com"}, nil, nil, nil
	r.Subject, r.Personal = "News of the day", nil
}

func subject(s string) func(*record.Row) { return func(r *record.Row) { r.Subject = s } }

// story is two days: a campaign aimed at FL, one of the same operation, one that
// was merged away, a newsletter, and mail that stands alone.
func story() *storetest.Log {
	l := storetest.NewLog()
	l.Mail("cnews", 4, in("AK"), lawful)
	l.Now = l.Now.AddDate(0, 0, 1)
	l.Mail("cbig", 40, in("FL"), subject("Vote or else, neighbour"))
	l.Mail("cvideo", 5, in("AZ"), subject("See the video of ballots"))
	l.Mail("cold", 3, in("FL"), subject("Vote or else, neighbour"))
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cbig", Other: "cold"})
	l.Mail("cnews2", 6, in("AK"), lawful)
	l.Open("alone", "calone", in("AZ"), lawful)
	l.Open("late", "clate", in("FL"))
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cbig", Other: "clate"})
	l.Add(cluster.EventTied, &record.Event{Campaign: "cbig", Other: "cvideo", Operation: "o1"})
	l.Add(cluster.EventTied, &record.Event{Campaign: "cvideo", Other: "cbig", Operation: "o1"})
	return l
}

func open(t *testing.T, l *storetest.Log) *store.DB {
	t.Helper()
	db := storetest.Open(t, "http+unix://"+embeddedtest.ClickHouse(t).Socket)
	if l == nil {
		return db
	}
	if err := db.Insert(t.Context(), l.All()); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestQueries holds everything that is read to a known story on the real engine.
func TestQueries(t *testing.T) {
	db := open(t, story())
	day, err := publish.LatestDay(t.Context(), db)
	if want := midnight(storetest.Start).AddDate(0, 0, 1); err != nil || !day.Equal(want) {
		t.Fatalf("LatestDay = %v, %v; want %v", day, err, want)
	}
	s, err := publish.Summarize(t.Context(), db, day)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("summary", func(t *testing.T) { testSummary(t, s) })
	t.Run("campaign", func(t *testing.T) { testCampaign(t, db, s.Campaigns[0]) })
	t.Run("list", func(t *testing.T) { testList(t, db) })
	t.Run("sql", func(t *testing.T) { testSQL(t, db, s) })
	t.Run("ids", func(t *testing.T) { testIDs(t, db) })
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func testSummary(t *testing.T, s *publish.Summary) {
	want := publish.Figures{Reports: 56, ReportsBefore: 4, Recipients: 56, RecipientsBefore: 4, Campaigns: 3, CampaignsBefore: 1, InCampaigns: 55,
		Defective: 56, Changes: publish.Changes{New: 3, Faded: 1, Merged: 1}}
	if diff := cmp.Diff(want, s.Figures); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	var got []string
	for _, c := range s.Campaigns {
		got = append(got, fmt.Sprint(c.ID, " ", c.Day.Change, " ", c.Day.Reports, " ", c.Day.ReportsBefore))
	}
	for _, l := range s.Others {
		got = append(got, fmt.Sprint(l.ID, " ", l.Change, " ", l.Name, " ", l.MergedInto))
	}
	if diff := cmp.Diff([]string{"cbig new 44 0", "cnews2 new 6 0", "cvideo new 5 0", "cnews faded 0 4", "cold merged cold cbig"}, got); diff != "" {
		t.Errorf("campaigns (-want +got):\n%s", diff)
	}
	var sum uint64
	for _, h := range s.Hours {
		sum += h.Reports
	}
	if len(s.Hours) != 24 || sum != s.Figures.Reports || s.Left != 0 {
		t.Errorf("%d hours with %d reports, %d left; want 24 with %d, none", len(s.Hours), sum, s.Left, s.Figures.Reports)
	}
}

func testCampaign(t *testing.T, db *store.DB, c *publish.Campaign) {
	if len(c.Targets) == 0 || c.Targets[0].Dimension != "region" || c.Targets[0].Value != "FL" || c.Targets[0].Recipients != 44 {
		t.Errorf("targets = %+v, want region=FL of 44 first", c.Targets)
	}
	if len(c.Siblings) != 1 || c.Siblings[0].ID != "cvideo" || !slices.Equal(c.Merged, []string{"cold"}) {
		t.Errorf("siblings = %v, merged = %v", c.Siblings, c.Merged)
	}
	if len(c.Personal) != 2 || c.Personal[0].Reports != 44 || len(c.Payload.Attachments) != 1 || c.Payload.Attachments[0].Reports != 44 {
		t.Errorf("personal = %v, attachments = %v", c.Personal, c.Payload.Attachments)
	}
	if len(c.Payload.URLs) != 0 {
		t.Errorf("links of one recipient each are shown: %v", c.Payload.URLs)
	}
	var servers uint64
	for _, s := range c.Source.Servers {
		servers += s.Reports
	}
	if servers != 44 {
		t.Errorf("servers have %d reports, want 44", servers)
	}
	full, err := publish.LoadCampaign(t.Context(), db, "cbig")
	if err != nil {
		t.Fatal(err)
	}
	if len(full.Lineage) < 4 || full.Evidence == nil || len(full.Evidence.Keys) != 1 || len(full.Evidence.Weakest) != 5 {
		t.Errorf("lineage %v, evidence %+v", full.Lineage, full.Evidence)
	}
	tied := slices.DeleteFunc(slices.Clone(full.Lineage), func(e publish.Event) bool { return e.Event != "tied" })
	if len(tied) != 1 || tied[0].Other != "cvideo" {
		t.Errorf("tied: %v, want cvideo once", tied)
	}
	want := publish.Join{
		ReportID: full.Evidence.Weakest[0].ReportID, Matched: full.Evidence.Weakest[0].Matched, Score: 0.5, Content: 3, Prior: -2.5,
		Links: []publish.Link{{Key: "text", Value: "text of cbig", Score: 0.5, Weight: 3}},
	}
	if diff := cmp.Diff(want, full.Evidence.Weakest[0]); diff != "" {
		t.Errorf("weakest link (-want +got):\n%s", diff)
	}
	testBlock(t, full)
}

// testBlock: the forged domain and what all link to are innocent; the servers and
// hosts that one operation shares are not.
func testBlock(t *testing.T, c *publish.Campaign) {
	var got []string
	for _, b := range c.Block {
		got = append(got, b.Action+" "+b.Kind+" "+b.Value)
	}
	slices.Sort(got)
	want := []string{
		"block host video.example", "block ip 198.51.100.0", "block ip 198.51.100.1", "block ip 198.51.100.2", "block ip 198.51.100.3",
		"flag phone 15550100", "flag subject Vote or else, neighbour", "flag wallet bc1q", "reject unauthenticated from_domain boys.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("block (-want +got):\n%s", diff)
	}
}

func testList(t *testing.T, db *store.DB) {
	l, err := publish.ListCampaigns(t.Context(), db, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !l.Left || len(l.Campaigns) != 2 || l.Campaigns[0].ID != "cbig" || l.Campaigns[0].Target == nil || l.Campaigns[0].Change != "new" {
		t.Errorf("ListCampaigns(2) = %+v", l)
	}
}

// testSQL: every statement that is shown runs as an analyst's, and answers rows
// of its campaign.
func testSQL(t *testing.T, db *store.DB, s *publish.Summary) {
	for _, q := range s.SQL {
		runSQL(t, db, q)
	}
	for _, c := range s.Campaigns {
		for _, q := range c.SQL {
			out := runSQL(t, db, q)
			if q.Of == "timeline" && c.ID == "cbig" && !strings.Contains(out, `"reports":`+fmt.Sprint(c.Timeline[0].Reports)) {
				t.Errorf("%s: %s, want the figures of %+v", q.SQL, out, c.Timeline)
			}
			if strings.HasPrefix(q.Of, "indicators") && c.ID == "cbig" {
				testIndexes(t, db, q.SQL)
			}
		}
	}
}

// testIndexes: each column in which candidates are looked for has an index that is used.
func testIndexes(t *testing.T, db *store.DB, sql string) {
	t.Helper()
	plan := runSQL(t, db, publish.Query{Of: "plan", SQL: "EXPLAIN indexes = 1 " + sql})
	if scans, found := strings.Count(sql, "FROM reports"), strings.Count(plan, "_seen"); scans < 5 || found != scans {
		t.Errorf("%d indexes for %d scans of %s:\n%s", found, scans, sql, plan)
	}
}

func runSQL(t *testing.T, db *store.DB, q publish.Query) string {
	t.Helper()
	var out bytes.Buffer
	if err := db.Query(t.Context(), &out, "JSONEachRow", q.SQL); err != nil {
		t.Errorf("%s: %v", q.Of, err)
	}
	return out.String()
}

func testIDs(t *testing.T, db *store.DB) {
	for _, id := range []string{"cbig", "cold", "clate"} {
		if c, err := publish.LoadCampaign(t.Context(), db, id); err != nil || c.ID != "cbig" {
			t.Errorf("LoadCampaign(%s) = %v, %v; want cbig", id, c, err)
		}
	}
	for _, id := range []string{"", "cnone", "x' OR '1' = '1", "\x00?{a:String}`\\", "\xff\u202e"} {
		if _, err := publish.LoadCampaign(t.Context(), db, id); !errors.Is(err, publish.ErrNoCampaign) {
			t.Errorf("LoadCampaign(%q) = %v, want ErrNoCampaign", id, err)
		}
	}
}

// TestNothing: an empty database and a day without reports.
func TestNothing(t *testing.T) {
	db := open(t, nil)
	if _, err := publish.LatestDay(t.Context(), db); !errors.Is(err, publish.ErrNoReports) {
		t.Errorf("LatestDay = %v, want ErrNoReports", err)
	}
	s, err := publish.Summarize(t.Context(), db, storetest.Start)
	if err != nil || s.Figures.Reports != 0 || len(s.Campaigns) != 0 {
		t.Errorf("Summarize = %+v, %v", s, err)
	}
	if l, err := publish.ListCampaigns(t.Context(), db, 10); err != nil || len(l.Campaigns) != 0 {
		t.Errorf("ListCampaigns = %v, %v", l, err)
	}
}

// broken is a database that fails at the n-th query.
type broken struct {
	publish.Database
	left int
}

var errBroken = errors.New("connection lost")

func (b *broken) Select(ctx context.Context, dest any, query string, args ...any) error {
	if b.left--; b.left < 0 {
		return errBroken
	}
	return b.Database.Select(ctx, dest, query, args...)
}

// TestErrors: a query that fails anywhere is an error, never half a summary.
func TestErrors(t *testing.T) {
	db := open(t, story())
	for name, read := range map[string]func(db publish.Database) error{
		"summary": func(db publish.Database) error {
			_, err := publish.Summarize(t.Context(), db, storetest.Start.AddDate(0, 0, 1))
			return err
		},
		"campaign": func(db publish.Database) error { _, err := publish.LoadCampaign(t.Context(), db, "cold"); return err },
		"list":     func(db publish.Database) error { _, err := publish.ListCampaigns(t.Context(), db, 10); return err },
	} {
		n := 0
		for ; ; n++ {
			err := read(&broken{db, n})
			if err == nil {
				break
			}
			if !errors.Is(err, errBroken) {
				t.Fatalf("%s with query %d broken: %v", name, n, err)
			}
		}
		if n < 4 {
			t.Errorf("%s asks %d queries, want at least 4", name, n)
		}
	}
}
