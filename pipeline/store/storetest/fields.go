package storetest

import (
	"testing"
	"time"

	"shoal/cluster"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// openFields is a migrated store at url that keeps fields for so many days.
func openFields(t *testing.T, url string, fields map[store.Field]int) *store.DB {
	t.Helper()
	cfg := store.DefaultConfig()
	cfg.URL, cfg.Fields = url, fields
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Migrate(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return db
}

// testFields: a field that is past its days shows nowhere, at once, and is gone from
// the disk after a merge; reports and their counts stay, also where rows that were
// moved come again with the field in them.
func testFields(t *testing.T, url string) {
	fields := map[store.Field]int{}
	for _, f := range store.Fields() {
		fields[f] = 30
	}
	db := openFields(t, url, fields)
	keeps, err := db.KeepsFor(t.Context())
	if want := 400 * 24 * time.Hour; err != nil || keeps != want {
		t.Errorf("KeepsFor = %v, %v; want %v", keeps, err, want)
	}
	l := NewLog()
	l.Now = time.Now().UTC().Truncate(time.Hour).AddDate(0, 0, -40)
	l.Mail("ca", 3)
	l.Mail("cb", 2)
	l.Add(cluster.EventMerged, &record.Event{Campaign: "ca", Other: "cb"})
	l.Now = l.Now.AddDate(0, 0, 35)
	l.Assign("ca/young", "ca")
	insert(t, db, l, 0, len(l.Events))
	checkFields(t, db)
	if err := db.Exec(t.Context(), "OPTIMIZE TABLE shoal.report_rows FINAL"); err != nil {
		t.Fatal(err)
	}
	check(t, db, `SELECT countIf(subject != ''), countIf(from_address != ''), countIf(notEmpty(urls)), countIf(notEmpty(phones)), countIf(recipient != ''), countIf(notEmpty(attrs))
FROM report_rows FINAL`, "1 1 1 1 1 1")
	checkFields(t, db)
	for from := range len(l.Events) { // parts with the fields beside such without
		insert(t, db, l, from, from+1)
	}
	checkFields(t, db)
	keepAll(t, url, db)
}

// checkFields: one report of six is young enough to have its fields.
func checkFields(t *testing.T, db *store.DB) {
	t.Helper()
	check(t, db, "SELECT campaign_id, count(), uniqExact(report_id) FROM reports GROUP BY campaign_id", "ca 6 6")
	for _, with := range []string{
		"subject != ''", "from_address != ''", "from_name != ''", "reply_to != ''", "message_id != ''", "notEmpty(urls)", "notEmpty(phones)",
		"notEmpty(wallets)", "recipient != ''", "reporter != ''", "notEmpty(attrs)", "notEmpty(personal)", "name != ''",
	} {
		check(t, db, "SELECT campaign_id, count() FROM reports WHERE "+with+" GROUP BY campaign_id", "ca 1")
	}
	check(t, db, "SELECT count() FROM reports WHERE subject = 'Vote or else cb/0' OR has(urls, 'https://video.example/cb/1')", "0")
	check(t, db, "SELECT count() FROM reports WHERE from_domain = 'boys.example' AND has(url_hosts, 'video.example') AND recipient_domain != ''", "6")
	check(t, db, "SELECT reports, recipients FROM campaigns WHERE campaign_id = 'ca'", "6 6")
}

// keepAll changes the days of one field and takes those of all back: what is due
// then, and no more, goes.
func keepAll(t *testing.T, url string, db *store.DB) {
	t.Helper()
	check(t, db, "SELECT countIf(recipient != ''), countIf(subject != '') FROM reports", "1 1")
	openFields(t, url, map[store.Field]int{store.FieldSubject: 3, store.FieldRecipient: 60})
	check(t, db, "SELECT countIf(recipient != ''), countIf(subject != '') FROM reports", "1 0")
	again := openFields(t, url, nil)
	if done, err := again.Migrate(t.Context(), false); err != nil || len(done) != 0 {
		t.Errorf("a further Migrate = %v, %v; want nothing to do", done, err)
	}
	check(t, db, "SELECT count() FROM system.tables WHERE database = 'shoal' AND name IN ('report_rows', 'reports') AND match(create_table_query, 'Day.(30|3|60).')", "0")
}
