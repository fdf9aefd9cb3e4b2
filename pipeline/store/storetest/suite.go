package storetest

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// Views are all views of the contract.
var Views = []string{
	"reports", "campaigns", "campaign_timeline", "campaign_targets", "campaign_infrastructure",
	"campaign_payloads", "campaign_evidence", "campaign_lineage", "daily_summary",
}

// Run holds a store to the promises of pipeline.Store and to the figures of its
// views. open gives an empty store with its schema in place.
func Run(t *testing.T, open func(t *testing.T) *store.DB) {
	t.Run("repeats", func(t *testing.T) { testRepeats(t, open) })
	t.Run("cuts", func(t *testing.T) { testCuts(t, open) })
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

// life is a log with everything that can happen to campaigns.
func life() *Log {
	l := NewLog()
	l.Open("lone", "clone")
	l.Mail("ca", 5)
	l.Mail("cb", 4)
	l.Mail("cc", 3)
	l.Open("late", "clate")
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "cb", Label: "threats", Actor: "ana"})
	l.Add(cluster.EventMerged, &record.Event{Campaign: "ca", Other: "cb", Evidence: []*record.Evidence{{Key: uint32(cluster.KeyURL), Value: "video.example", Score: 1, Weight: 4}}})
	l.Now = l.Now.AddDate(0, 0, 1)
	l.Assign("ca/x", "ca")
	l.Add(cluster.EventMerged, &record.Event{Campaign: "ca", Other: "clate", Evidence: []*record.Evidence{{Key: uint32(cluster.KeyText), Value: "late text", Score: 1, Weight: 4}}})
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cc", Other: "ca", Note: "chain"})
	l.Assign("cc/x", "cc")
	l.Add(cluster.EventTied, &record.Event{Campaign: "cc", Operation: "o1"})
	l.Add(cluster.EventSplit, &record.Event{Campaign: "cd", Other: "cc", Actor: "ana"})
	for _, name := range []string{"ca/0", "cb/1", "cc/2"} {
		id := ID(name)
		l.Add(cluster.EventMoved, &record.Event{Campaign: "cd", Other: "cc", ReportId: id[:]})
	}
	id := ID("cb/1")
	l.Add(cluster.EventMoved, &record.Event{Campaign: "cc", Other: "cd", ReportId: id[:]})
	l.Add(cluster.EventIdled, &record.Event{Campaign: "cd"})
	l.Add(cluster.EventRepeat, &record.Event{Campaign: "cc", ReportId: id[:]})
	l.Add(cluster.EventDrifted, &record.Event{Campaign: "cc"})
	return l
}

// testRepeats: the log again, whole and each part of it, changes nothing.
func testRepeats(t *testing.T, open func(t *testing.T) *store.DB) {
	db, l := open(t), life()
	insert(t, db, l, 0, len(l.Events))
	want := Snapshot(t, db)
	for _, part := range [][2]int{{0, len(l.Events)}, {0, 3}, {2, 20}, {10, len(l.Events) - 4}, {0, 12}} {
		insert(t, db, l, part[0], part[1])
		if diff := cmp.Diff(want, Snapshot(t, db)); diff != "" {
			t.Fatalf("events %d to %d again (-first +now):\n%s", part[0], part[1], diff)
		}
	}
}

// testCuts: however the log is cut, the views are the same.
func testCuts(t *testing.T, open func(t *testing.T) *store.DB) {
	l := life()
	whole := open(t)
	insert(t, whole, l, 0, len(l.Events))
	want := Snapshot(t, whole)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		db := open(t)
		for from := 0; from < len(l.Events); {
			to := min(len(l.Events), from+1+rng.IntN(6))
			insert(t, db, l, max(0, from-rng.IntN(4)), to)
			from = to
		}
		if diff := cmp.Diff(want, Snapshot(t, db)); diff != "" {
			t.Fatalf("cut into pieces (-whole +cut):\n%s", diff)
		}
	}
}

func insert(t testing.TB, db *store.DB, l *Log, from, to int) {
	t.Helper()
	if err := db.Insert(t.Context(), l.Batch(from, to)); err != nil {
		t.Fatalf("Insert(%d:%d) = %v", from, to, err)
	}
}
