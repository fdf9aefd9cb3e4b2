package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// Views are all views of the contract.
var Views = []string{
	"reports", "campaigns", "campaign_timeline", "campaign_targets", "campaign_infrastructure",
	"campaign_payloads", "campaign_evidence", "campaign_joins", "campaign_drift", "campaign_lineage", "daily_summary",
}

// Run holds a store to the promises of pipeline.Store and to the figures of its
// views. open gives the URL of an engine without database shoal; the suite
// creates it.
func Run(t *testing.T, open func(t *testing.T) string) {
	for _, c := range []suiteTest{
		{"schema", testSchema},
		{"retention", testRetention},
		{"retention of fields", testFields},
		{"interrupted migration", testInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
	t.Run("upgrade", func(t *testing.T) { testUpgrade(t, open(t), open) })
	RunMigrated(t, open)
}

type suiteTest struct {
	name string
	test func(t *testing.T, url string)
}

// RunMigrated is the part of [Run] that does not care who made the tables: open
// may give an engine that has them, without rows.
func RunMigrated(t *testing.T, open func(t *testing.T) string) {
	for _, c := range []suiteTest{
		{"repeats", testRepeats},
		{"cuts", func(t *testing.T, url string) { testCuts(t, url, open) }},
		{"broken before", func(t *testing.T, url string) { testBroken(t, url, open, false) }},
		{"broken after", func(t *testing.T, url string) { testBroken(t, url, open, true) }},
		{"figures", testFigures},
		{"places", testPlaces},
		{"days", testDays},
		{"drift", testDrift},
		{"targets", testTargets},
		{"erase", testErase},
		{"query", testQuery},
		{"reader", testReader},
		{"brought", testBrought},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Open is a migrated store at url.
func Open(t testing.TB, url string) *store.DB {
	t.Helper()
	db := openRaw(t, url, store.DefaultConfig().TTLDays)
	if _, err := db.Migrate(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return db
}

func openRaw(t testing.TB, url string, ttlDays int) *store.DB {
	t.Helper()
	cfg := store.DefaultConfig()
	cfg.URL, cfg.TTLDays = url, ttlDays
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Snapshot is the content of every view, in order.
func Snapshot(t testing.TB, db *store.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, v := range Views {
		out[v] = Read(t, db, "SELECT * FROM "+v+" ORDER BY ALL")
	}
	return out
}

// Read is the answer to a query in format JSONEachRow.
func Read(t testing.TB, db *store.DB, query string) string {
	t.Helper()
	var b bytes.Buffer
	if err := db.Query(t.Context(), &b, "JSONEachRow", query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return b.String()
}

// Table is the answer to a query, a line a row, columns parted by a space.
func Table(t testing.TB, db *store.DB, query string) string {
	t.Helper()
	var b bytes.Buffer
	if err := db.Query(t.Context(), &b, "TSV", query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), "\t", " "), "\n")
}

// life is a log with everything that can happen to campaigns.
func life() *Log {
	l := NewLog()
	l.Open("lone", "clone")
	l.Mail("ca", 5)
	l.Mail("cb", 4)
	l.Mail("cc", 3)
	l.Open("late", "clate")
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "cb", Label: "threats", Actor: "ana"})
	l.Add(cluster.EventMerged, &record.Event{Campaign: "ca", Other: "cb", Evidence: evidence(cluster.KeyURL, "video.example"), Score: 1.5, Content: 4})
	l.Now = l.Now.AddDate(0, 0, 1)
	l.Assign("ca/x", "ca")
	l.Add(cluster.EventMerged, &record.Event{Campaign: "ca", Other: "clate", Evidence: evidence(cluster.KeyText, "late text"), Score: 1.25, Content: 4})
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cc", Other: "ca", Note: "chain"})
	l.Assign("cc/x", "cc")
	l.Add(cluster.EventTied, &record.Event{Campaign: "cc", Operation: "o1"})
	l.Add(cluster.EventSplit, &record.Event{Campaign: "cd", Other: "cc", Actor: "ana"})
	for _, name := range []string{"ca/0", "cb/1", "cc/2"} {
		l.move(name, "cc", "cd")
	}
	l.move("cb/1", "cd", "cc")
	l.Add(cluster.EventIdled, &record.Event{Campaign: "cd"})
	id := ID("cb/1")
	l.Add(cluster.EventRepeat, &record.Event{Campaign: "cc", ReportId: id[:]})
	l.Add(cluster.EventDrifted, &record.Event{Campaign: "cc"})
	l.Add(cluster.EventKind(99), &record.Event{Campaign: "cc", Note: "of a later version"})
	return l
}

func evidence(key cluster.Key, value string) []*record.Evidence {
	id := ID("exemplar")
	return []*record.Evidence{{Key: uint32(key), Matched: id[:], Value: value, Score: 1, Weight: 4}}
}

func (l *Log) move(name, from, to string) {
	id := ID(name)
	l.Add(cluster.EventMoved, &record.Event{Campaign: to, Other: from, ReportId: id[:]})
}

func insert(t testing.TB, db *store.DB, l *Log, from, to int) {
	t.Helper()
	if err := db.Insert(t.Context(), l.Batch(from, to)); err != nil {
		t.Fatalf("Insert(%d:%d) = %v", from, to, err)
	}
}

// testRepeats: the log again, whole and each part of it, changes nothing.
func testRepeats(t *testing.T, url string) {
	db, l := Open(t, url), life()
	insert(t, db, l, 0, len(l.Events))
	want := Snapshot(t, db)
	for _, part := range [][2]int{{0, len(l.Events)}, {0, 3}, {2, 20}, {10, len(l.Events) - 4}, {0, 12}} {
		insert(t, db, l, part[0], part[1])
		if diff := cmp.Diff(want, Snapshot(t, db)); diff != "" {
			t.Fatalf("events %d to %d again (-first +now):\n%s", part[0], part[1], diff)
		}
	}
	checkHomes(t, db)
}

// checkHomes: all that was ever written of a report has one home, so that on a
// cluster its rows and tombstones meet on one shard.
func checkHomes(t *testing.T, db *store.DB) {
	t.Helper()
	check(t, db, "SELECT hex(report_id) FROM report_rows GROUP BY report_id HAVING uniqExact(home) != 1 OR any(home) = ''", "")
}

// testCuts: however the log is cut, the views are the same.
func testCuts(t *testing.T, url string, open func(t *testing.T) string) {
	l := life()
	whole := Open(t, url)
	insert(t, whole, l, 0, len(l.Events))
	want := Snapshot(t, whole)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng, db := rand.New(rand.NewPCG(seed, 2)), Open(t, open(t))
			for from := 0; from < len(l.Events); {
				to := min(len(l.Events), from+1+rng.IntN(6))
				insert(t, db, l, max(0, from-rng.IntN(4)), to)
				from = to
			}
			if diff := cmp.Diff(want, Snapshot(t, db)); diff != "" {
				t.Fatalf("cut into pieces (-whole +cut):\n%s", diff)
			}
			checkHomes(t, db)
		})
	}
}

// testBroken: each batch is tried with the connection broken at its first
// statement, then at its second, and so on until it gets through. What the
// attempts leave behind shows nowhere.
func testBroken(t *testing.T, url string, open func(t *testing.T) string, after bool) {
	if !strings.HasPrefix(url, "http") {
		t.Skip("needs the HTTP protocol")
	}
	l := life()
	whole := Open(t, url)
	insert(t, whole, l, 0, len(l.Events))
	want := Snapshot(t, whole)

	breaker := NewBreaker(t, open(t))
	db := Open(t, breaker.URL)
	broken := 0
	for from := 0; from < len(l.Events); from += 9 {
		batch := l.Batch(from, min(from+9, len(l.Events)))
		for n := 1; ; n++ {
			breaker.Break(n, after)
			err := db.Insert(t.Context(), batch)
			if breaker.Broke() == (err == nil) {
				t.Fatalf("Insert = %v though the connection broke: %t", err, breaker.Broke())
			}
			if err == nil {
				break
			}
			broken++
		}
		breaker.Break(0, false)
	}
	if broken < 20 {
		t.Errorf("the connection broke %d times, want at least 20", broken)
	}
	if diff := cmp.Diff(want, Snapshot(t, db)); diff != "" {
		t.Fatalf("after %d breaks (-undisturbed +broken):\n%s", broken, diff)
	}
}
