package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// keptDatabase holds the rows of a store while its tables are made as an older
// version made them.
const keptDatabase = "shoal_kept"

// givenTables are those whose rows are put in; the others are filled by views.
var givenTables = []string{"report_rows", "campaign_rows", "lineage_rows", "baseline_rows", "ip_networks", "erased_rows"}

// forgotten says, for the migration that brought columns, what they are for the rows
// of a version without them.
var forgotten = []struct {
	version int
	sql     string
}{
	{3, "ALTER TABLE shoal.report_rows UPDATE log_offset = -1, join_score = nan, join_content = nan WHERE 1"},
	{3, "ALTER TABLE shoal.lineage_rows UPDATE score = nan, content = nan WHERE 1"},
	{5, "ALTER TABLE shoal.report_rows UPDATE home = if(campaign_id = '', alone_id, campaign_id) WHERE 1"},
}

// firstReleased is the oldest schema that has all base tables and views.
const firstReleased = 2

// testUpgrade: rows that an older schema holds are in every view after a migration,
// as if this version had stored them; also where the migration of the oldest is broken
// at each statement in turn. The log goes on afterwards with a repeat of its last part.
func testUpgrade(t *testing.T, url string, open func(t *testing.T) string) {
	for version := firstReleased; ; version++ {
		if version > firstReleased {
			url = open(t)
		}
		if !upgradeFrom(t, version, url) {
			break
		}
	}
}

// upgradeFrom says whether there is a version after this one.
func upgradeFrom(t *testing.T, version int, url string) (newer bool) {
	raw := openRaw(t, url, store.DefaultConfig().TTLDays)
	statements, err := raw.Migrate(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if version >= statements[len(statements)-1].Version {
		return false
	}
	t.Run(fmt.Sprint("from ", version), func(t *testing.T) {
		l := long()
		cut := len(l.Events) - 8
		db := Open(t, url)
		want, wantAfter := stored(t, db, l, cut, version)
		exec(t, db, "DROP DATABASE shoal")
		for _, s := range statements {
			if s.Version <= version {
				exec(t, raw, s.SQL)
			}
		}
		putBack(t, raw)
		if version == firstReleased { // it has all the later ones before it
			migrateBroken(t, url)
		}
		db = Open(t, url)
		compare(t, "migrated", want, Snapshot(t, db))
		insert(t, db, l, cut-5, len(l.Events))
		compare(t, "migrated and gone on", wantAfter, Snapshot(t, db))
		insert(t, db, l, 0, len(l.Events))
		checkPlaces(t, db)
		exec(t, db, "DROP DATABASE "+keptDatabase)
	})
	return true
}

// stored puts the log up to cut into a store, forgets what a version did not know,
// and keeps the rows; then the rest. It gives the views at both times.
func stored(t *testing.T, db *store.DB, l *Log, cut, version int) (atCut, atEnd map[string]string) {
	t.Helper()
	if err := db.ReplaceNetworks(t.Context(), []store.Network{{Prefix: "198.51.100.0/24", ASN: 64500, Country: "SA"}}); err != nil {
		t.Fatal(err)
	}
	insert(t, db, l, 0, cut)
	for _, f := range forgotten {
		if version < f.version {
			exec(t, db, f.sql+" SETTINGS mutations_sync = 2")
		}
	}
	exec(t, db, "CREATE DATABASE "+keptDatabase)
	for _, table := range givenTables {
		exec(t, db, "CREATE TABLE "+keptDatabase+"."+table+" ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM shoal."+table)
	}
	atCut = Snapshot(t, db)
	insert(t, db, l, cut-5, len(l.Events))
	return atCut, Snapshot(t, db)
}

// putBack fills the tables with the columns that they have of what was kept.
func putBack(t *testing.T, db *store.DB) {
	t.Helper()
	for _, table := range givenTables {
		columns := strings.ReplaceAll(Table(t, db, "SELECT name FROM system.columns WHERE database = 'shoal' AND table = '"+table+"' ORDER BY position"), "\n", ", ")
		exec(t, db, "INSERT INTO shoal."+table+" ("+columns+") SELECT "+columns+" FROM "+keptDatabase+"."+table)
	}
}

// migrateBroken migrates with the connection broken at each statement in turn.
func migrateBroken(t *testing.T, url string) {
	t.Helper()
	if !strings.HasPrefix(url, "http") {
		return // Open migrates
	}
	breaker := NewBreaker(t, url)
	db := openRaw(t, breaker.URL, store.DefaultConfig().TTLDays)
	for n := 1; ; n++ {
		breaker.Break(n, n%2 == 0)
		if _, err := db.Migrate(t.Context(), false); err == nil {
			break
		} else if n > 200 {
			t.Fatal(err)
		}
	}
}

// long is [life] and a campaign of three weeks.
func long() *Log {
	l := life()
	for day := range 21 {
		l.Now = Start.AddDate(0, 0, day)
		l.Assign(fmt.Sprintf("cc/day%d", day), "cc")
		l.Assign(fmt.Sprintf("cw/day%d", day), "cw")
		if day == 1 {
			l.Add(cluster.EventCreated, &record.Event{Campaign: "cw"})
		}
	}
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cc", Other: "cw"})
	return l
}

func exec(t *testing.T, db *store.DB, sql string) {
	t.Helper()
	if err := db.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func compare(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// checkPlaces: every report is in one place.
func checkPlaces(t *testing.T, db *store.DB) {
	t.Helper()
	check(t, db, "SELECT report_id FROM reports GROUP BY report_id HAVING count() != 1", "")
}
