package storetest

import (
	"errors"
	"strings"
	"testing"

	"shoal/pipeline/store"
)

// testSchema: every table, view and column says what it is, a second migration
// does nothing, a newer schema is refused.
func testSchema(t *testing.T, url string) {
	raw := openRaw(t, url, 400)
	if err := raw.CheckSchema(t.Context()); !errors.Is(err, store.ErrOldSchema) {
		t.Errorf("CheckSchema of an empty server = %v, want ErrOldSchema", err)
	}
	dry, err := raw.Migrate(t.Context(), true)
	if err != nil || len(dry) == 0 {
		t.Errorf("dry run = %d statements, %v", len(dry), err)
	}
	if err := raw.CheckSchema(t.Context()); !errors.Is(err, store.ErrOldSchema) {
		t.Errorf("CheckSchema after a dry run = %v, want ErrOldSchema", err)
	}
	db := Open(t, url)
	check(t, db, "SELECT name FROM system.tables WHERE database = 'shoal' AND comment = ''", "")
	check(t, db, `SELECT table, name FROM system.columns WHERE database = 'shoal' AND comment = ''
AND table NOT IN (SELECT name FROM system.tables WHERE database = 'shoal' AND engine = 'Dictionary')`, "")
	for _, v := range Views {
		check(t, db, "SELECT engine FROM system.tables WHERE database = 'shoal' AND name = '"+v+"'", "View")
	}
	again, err := db.Migrate(t.Context(), false)
	if err != nil || len(again) != 0 {
		t.Errorf("second Migrate = %v, %v; want none", again, err)
	}
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Errorf("CheckSchema = %v", err)
	}
	if err := db.Exec(t.Context(), "INSERT INTO shoal.migrations (version, name, checksum) SELECT max(version) + 1, 'future', '' FROM shoal.migrations"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(t.Context(), true); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("Migrate of a newer schema = %v, want ErrNewerSchema", err)
	}
}

// testRetention: another number of days reaches tables that are there, once,
// and what is younger stays.
func testRetention(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	l.Mail("ca", 2)
	insert(t, db, l, 0, len(l.Events))
	other := openRaw(t, url, 3650)
	for i, want := range []int{3, 0} {
		done, err := other.Migrate(t.Context(), false)
		if err != nil || len(done) != want {
			t.Errorf("Migrate %d with other days = %v, %v; want %d statements", i, done, err, want)
		}
	}
	check(t, db, "SELECT count() FROM reports", "2")
}

// testInterrupted: a migration that is broken at each statement in turn gets to
// the end all the same.
func testInterrupted(t *testing.T, url string) {
	if !strings.HasPrefix(url, "http") {
		t.Skip("needs the HTTP protocol")
	}
	breaker := NewBreaker(t, url)
	db := openRaw(t, breaker.URL, 400)
	for n := 1; ; n++ {
		breaker.Break(n, n%2 == 0)
		if _, err := db.Migrate(t.Context(), false); err == nil {
			break
		} else if n > 200 {
			t.Fatal(err)
		}
	}
	breaker.Break(0, false)
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Errorf("CheckSchema = %v", err)
	}
	for _, v := range Views {
		check(t, db, "SELECT count() FROM "+v, "0")
	}
}

// checkStates: campaign_states has what campaigns says without the reports.
func checkStates(t *testing.T, db *store.DB) {
	t.Helper()
	const columns = "campaign_id, toString(status), label, operation_id, merged_into, created_at"
	both := "(SELECT " + columns + " FROM campaigns INTERSECT SELECT " + columns + " FROM campaign_states)"
	check(t, db, "SELECT count() = (SELECT count() FROM campaigns) AND count() = (SELECT count() FROM campaign_states) AND count() > 0 FROM "+both, "1")
}
