package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"shoal/pipeline/store"
)

// testBrought: what a merge brought in is known, also through chains of merges,
// and without what left since.
func testBrought(t *testing.T, url string) {
	db, l := Open(t, url), life()
	insert(t, db, l, 0, len(l.Events))
	for merged, names := range map[string]string{
		"ca": "ca/1 ca/2 ca/3 ca/4 ca/x cb/0 cb/1 cb/2 cb/3 late",
		"cb": "cb/0 cb/1 cb/2 cb/3",
	} {
		var want []string
		for _, n := range strings.Fields(names) {
			want = append(want, ID(n).String())
		}
		slices.Sort(want)
		now, got, err := db.Brought(t.Context(), merged)
		if now != "cc" || err != nil || !slices.Equal(got, want) {
			t.Errorf("Brought(%s) = %s, %v, %v; want cc, %v", merged, now, got, err, want)
		}
	}
	if _, _, err := db.Brought(t.Context(), "cnone"); !errors.Is(err, store.ErrNoCampaign) {
		t.Errorf("Brought(cnone) = %v, want ErrNoCampaign", err)
	}
}

// testReader: a reader reads, writes nothing, and ends what takes too long.
func testReader(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	l.Mail("ca", 2)
	insert(t, db, l, 0, len(l.Events))
	var rows []struct {
		N uint64 `ch:"n"`
	}
	r := db.Reader(1)
	if err := r.Select(t.Context(), &rows, "SELECT count() AS n FROM reports WHERE campaign_id = ?", "ca"); err != nil || rows[0].N != 2 {
		t.Errorf("Select = %v, %v; want 2", rows, err)
	}
	for _, sql := range []string{
		"INSERT INTO shoal.baseline_rows VALUES (1, 'a', 'b', 1)", "DROP TABLE shoal.report_rows",
		"SELECT max(cityHash64(number)) AS n FROM numbers(1000000000000)",
	} {
		if err := r.Select(t.Context(), &rows, sql); err == nil {
			t.Errorf("Select(%s) succeeded", sql)
		}
	}
	check(t, db, "SELECT count() FROM reports", "2")
}
