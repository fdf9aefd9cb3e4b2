package storetest

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

func check(t *testing.T, db *store.DB, query, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.Trim(want, "\n"), Table(t, db, query)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", query, diff)
	}
}

// testFigures: the views say what was put in.
func testFigures(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	l.Open("lone", "clone")
	l.Mail("ca", 4)
	l.Now = l.Now.Add(90 * 60e9)
	l.Assign("again", "ca", func(r *record.Row) { r.Recipient = Row("ca/0", l.Now).Recipient })
	l.Assign("unknown", "ca", func(r *record.Row) {
		r.Recipient, r.RecipientDomain, r.Attrs, r.SourceIp, r.Subject = "", "", nil, "2001:db8::7", "Vote or else ca/1"
		r.Spf, r.Dkim, r.Dmarc, r.SpoofedDomain, r.FromDomain = "pass", "none", "none", "", "other.example"
		r.Attachments, r.Urls, r.UrlHosts = nil, nil, nil
	})
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "ca", Label: "threats"})
	if err := db.ReplaceNetworks(t.Context(), []store.Network{
		{Prefix: "198.51.100.0/24", ASN: 64500, Country: "SA"}, {Prefix: "2001:db8::/32", ASN: 64501, Country: "EE"},
	}); err != nil {
		t.Fatal(err)
	}
	l.Open("hostile clock", "cfar", func(r *record.Row) { r.ReceivedAtMs, r.ReportedAtMs = 1<<60, -1<<60 })
	insert(t, db, l, 0, len(l.Events))
	if err := db.Exec(t.Context(), "OPTIMIZE TABLE shoal.report_rows FINAL"); err != nil { // applies the TTL
		t.Fatal(err)
	}
	check(t, db, "SELECT count(), countIf(campaign_id = ''), uniqExact(report_id) FROM reports", "8 2 8")
	check(t, db, `SELECT campaign_id, name, reports, recipients, from_domains, top_subject, spoofed_domain, round(auth_fail_share, 3), auth_results,
url_hosts, attachments, status, label, operation_id FROM campaigns`,
		`ca threats 6 4 ['boys.example','other.example'] Vote or else ca/1 boys.example 0.833 6 ['video.example'] 5 open threats `)
	checkStates(t, db)
	check(t, db, "SELECT hour, reports, recipients FROM campaign_timeline ORDER BY hour",
		"2026-10-20 08:00:00 4 4\n2026-10-20 09:00:00 2 1")
	check(t, db, "SELECT kind, sum(reports), count() FROM campaign_infrastructure WHERE kind IN ('asn', 'country', 'helo', 'mailer') GROUP BY kind ORDER BY kind",
		"asn 6 2\ncountry 6 2\nhelo 6 1\nmailer 6 1")
	check(t, db, "SELECT kind, sum(reports), count(), max(sha256), max(ssdeep) FROM campaign_payloads GROUP BY kind ORDER BY kind",
		"attachment 5 1 aa 3:p:q\nhost 5 1  \nurl 5 5  ")
	check(t, db, "SELECT count(), uniqExact(report_id), any(key), any(value), any(score), any(weight) FROM campaign_evidence", "5 5 text text of ca 0.5 3")
	check(t, db, "SELECT event, campaign_id, label FROM campaign_lineage ORDER BY seq", "created ca \nlabelled ca threats")
	if _, err := db.Resolve(t.Context(), "cnone"); !errors.Is(err, store.ErrNoCampaign) {
		t.Errorf("Resolve of no campaign: %v, want ErrNoCampaign", err)
	}
}

// testPlaces: merges, chains, splits and moves leave each report in one place.
func testPlaces(t *testing.T, url string) {
	db, l := Open(t, url), life()
	insert(t, db, l, 0, len(l.Events))
	check(t, db, "SELECT campaign_id, count() FROM reports GROUP BY campaign_id ORDER BY campaign_id", " 1\ncc 13\ncd 2")
	check(t, db, "SELECT campaign_id, reports, status, merged_into, operation_id FROM campaigns ORDER BY campaign_id",
		"ca 0 merged cc \ncb 0 merged cc \ncc 13 drifted  o1\ncd 2 idle  ")
	check(t, db, "SELECT name FROM campaigns WHERE campaign_id = 'cb'", "threats")
	check(t, db, "SELECT campaign_id, value FROM campaign_evidence WHERE report_id IN ('"+ID("late").String()+"', '"+ID("cb/0").String()+"') ORDER BY value",
		"cc late text\ncc video.example")
	check(t, db, "SELECT day, campaign_id, change FROM daily_summary WHERE change = 'merged' ORDER BY ALL", "2026-10-20 cb merged\n2026-10-21 ca merged")
	check(t, db, "SELECT event FROM campaign_lineage ORDER BY seq DESC LIMIT 1", "event-99")
	for _, c := range [][2]string{{"ca", "cc"}, {"cb", "cc"}, {"clate", "cc"}, {"cc", "cc"}, {"cd", "cd"}} {
		if got, err := db.Resolve(t.Context(), c[0]); got != c[1] || err != nil {
			t.Errorf("Resolve(%s) = %s, %v; want %s", c[0], got, err, c[1])
		}
	}
	places, err := db.Places(t.Context(), []cluster.ReportID{ID("lone"), ID("ca/0"), ID("late"), ID("not stored")})
	if err != nil {
		t.Fatal(err)
	}
	at := func(p store.Place, name string, offset int64) store.Place {
		p.Subject, p.From, p.Offset = "Vote or else "+name, "info@boys.example", offset
		return p
	}
	want := map[cluster.ReportID]store.Place{
		ID("lone"): at(store.Place{ID: "clone", ReportedAt: Start}, "lone", 0),
		ID("ca/0"): at(store.Place{Campaign: "cd", ID: "cd", ReportedAt: Start}, "ca/0", 1),
		ID("late"): at(store.Place{Campaign: "cc", ID: "cc", ReportedAt: Start, Matched: ID("exemplar"), Score: 1.25}, "late", 16),
	}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("Places (-want +got):\n%s", diff)
	}
	// The report that joined with the lowest score is the weakest link: what
	// opened a campaign that was merged joined by the merge.
	check(t, db, "SELECT report_id, campaign_id, matched_report_id, score, content, prior, evidence FROM campaign_joins ORDER BY score DESC, reported_at DESC LIMIT 2",
		ID("cb/0").String()+" cc "+ID("exemplar").String()+" 1.5 4 -2.5 [('url','video.example',1,4)]\n"+
			ID("late").String()+" cc "+ID("exemplar").String()+" 1.25 4 -2.75 [('text','late text',1,4)]")
	check(t, db, "SELECT count(), min(score) FROM campaign_joins WHERE campaign_id = 'cc' AND score < 1", "10 0.5")
	check(t, db, "SELECT other_id, score, content FROM campaign_lineage WHERE event = 'merged' ORDER BY seq", "cb 1.5 4\nclate 1.25 4\nca 0 0")
}

// testDays: each word of daily_summary.
func testDays(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	mail := func(day, n int, first bool) {
		l.Now = Start.AddDate(0, 0, day)
		for i := range n {
			name := l.Now.Format("0102") + "/" + string(rune('a'+i))
			if first && i == 0 {
				l.Open(name, "ca")
				l.Add(cluster.EventCreated, &record.Event{Campaign: "ca"})
				continue
			}
			l.Assign(name, "ca")
		}
	}
	mail(0, 3, true)
	mail(1, 9, false)
	mail(2, 10, false)
	mail(3, 4, false)
	mail(13, 1, false)
	insert(t, db, l, 0, len(l.Events))
	const query = "SELECT day, change, reports, reports_before, recipients FROM daily_summary WHERE day <= '2026-11-02' AND change != 'merged' ORDER BY day"
	want := `
2026-10-20 new 3 0 3
2026-10-21 grew 9 3 9
2026-10-22 steady 10 9 10
2026-10-23 faded 4 10 4
2026-10-24 faded 0 4 0
2026-11-02 revived 1 0 1`
	check(t, db, query, want)
	CheckDays(t, db)
	// Its tombstones hide the rows also from a day that is asked for alone.
	l.Add(cluster.EventCreated, &record.Event{Campaign: "cb"})
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cb", Other: "ca"})
	insert(t, db, l, 0, len(l.Events))
	check(t, db, "SELECT count() FROM daily_summary WHERE campaign_id = 'ca' AND change != 'merged'", "0")
	check(t, db, query, want)
	CheckDays(t, db)
}

// CheckDays wants of daily_summary that each day which is asked for alone, which
// reads of the rows what may be of that day, says the same as all days together.
func CheckDays(t *testing.T, db *store.DB) {
	t.Helper()
	const query = "SELECT * FROM daily_summary"
	var apart []string
	for _, day := range strings.Fields(Table(t, db, "SELECT DISTINCT day FROM daily_summary ORDER BY day")) {
		apart = append(apart, Read(t, db, query+" WHERE day = '"+day+"' ORDER BY ALL"))
	}
	if diff := cmp.Diff(Read(t, db, query+" ORDER BY ALL"), strings.Join(apart, "")); diff != "" {
		t.Errorf("days together and each alone (-together +alone):\n%s", diff)
	}
}

// testTargets: lift against the reports of the same days and against a baseline,
// with the interval and p-value that the formulas give.
func testTargets(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	in := func(region string) func(*record.Row) {
		return func(r *record.Row) { r.Attrs = map[string]string{"region": region} }
	}
	l.Mail("ca", 8, in("FL"))
	l.Assign("ca/8", "ca", in("AK"))
	l.Assign("ca/9", "ca", in("AK"), func(r *record.Row) { r.Recipient = "" })
	l.Mail("cb", 10, in("AK"))
	l.Now = l.Now.AddDate(0, 0, 5)
	l.Mail("cc", 30, in("AK"))
	insert(t, db, l, 0, len(l.Events))
	const query = "SELECT value, reports, recipients, share, baseline_share, lift, lift_low, lift_high, p_value FROM campaign_targets WHERE campaign_id = 'ca' AND dimension = 'region' ORDER BY value"
	checkTargets(t, db, query, []target{{"AK", 2, 10, 12, 20}, {"FL", 8, 10, 8, 20}})
	if err := db.ReplaceBaseline(t.Context(), []store.Segment{{Dimension: "region", Value: "FL", Count: 100}, {Dimension: "region", Value: "TX", Count: 900}}); err != nil {
		t.Fatal(err)
	}
	checkTargets(t, db, query, []target{{"AK", 2, 10, 0, 1000}, {"FL", 8, 10, 100, 1000}})
	check(t, db, "SELECT countIf(baseline_share = 0) FROM campaign_targets WHERE dimension = 'recipient_domain'", "0")
	if err := db.ReplaceBaseline(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	checkTargets(t, db, query, []target{{"AK", 2, 10, 12, 20}, {"FL", 8, 10, 8, 20}})
}

// target is x1 of n1 recipients in the campaign, x0 of n0 in the baseline.
type target struct {
	value          string
	x1, n1, x0, n0 float64
}

func checkTargets(t *testing.T, db *store.DB, query string, want []target) {
	t.Helper()
	var got []struct {
		Value         string  `ch:"value"`
		Reports       uint64  `ch:"reports"`
		Recipients    uint64  `ch:"recipients"`
		Share         float64 `ch:"share"`
		BaselineShare float64 `ch:"baseline_share"`
		Lift          float64 `ch:"lift"`
		LiftLow       float64 `ch:"lift_low"`
		LiftHigh      float64 `ch:"lift_high"`
		PValue        float64 `ch:"p_value"`
		Dimension     string  `ch:"dimension"`
	}
	if err := db.Select(t.Context(), &got, query); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d targets, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		half := 0.0
		if w.x0 == 0 {
			half = 0.5
		}
		lift := (w.x1 + half) / (w.n1 + 2*half) / ((w.x0 + half) / (w.n0 + 2*half))
		se := math.Sqrt(1/(w.x1+half) - 1/(w.n1+2*half) + 1/(w.x0+half) - 1/(w.n0+2*half))
		gTest := 0.0
		for _, c := range [][3]float64{
			{w.x1, w.n1, w.x1 + w.x0}, {w.n1 - w.x1, w.n1, w.n1 + w.n0 - w.x1 - w.x0},
			{w.x0, w.n0, w.x1 + w.x0}, {w.n0 - w.x0, w.n0, w.n1 + w.n0 - w.x1 - w.x0},
		} {
			if c[0] > 0 {
				gTest += 2 * c[0] * math.Log(c[0]*(w.n1+w.n0)/(c[1]*c[2]))
			}
		}
		g := got[i]
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"recipients", float64(g.Recipients), w.x1}, {"share", g.Share, w.x1 / w.n1}, {"baseline_share", g.BaselineShare, w.x0 / w.n0},
			{"lift", g.Lift, lift}, {"lift_low", g.LiftLow, lift * math.Exp(-1.959964*se)}, {"lift_high", g.LiftHigh, lift * math.Exp(1.959964*se)},
			{"p_value", g.PValue, math.Erfc(math.Sqrt(gTest / 2))},
		} {
			if math.Abs(c.got-c.want) > 1e-6*max(1, c.want) {
				t.Errorf("%s of %s = %v, want %v", c.name, w.value, c.got, c.want)
			}
		}
	}
}

// testErase: a person goes, from later repeats too, and the counts stay.
func testErase(t *testing.T, url string) {
	db, l := Open(t, url), life()
	victim := Row("ca/1", l.Now).Recipient
	l.Assign("again", "cc", func(r *record.Row) { r.Recipient = victim })
	l.Assign("reporter", "cd", func(r *record.Row) { r.Reporter = victim })
	insert(t, db, l, 0, len(l.Events))
	figures := func() map[string]string {
		s := Snapshot(t, db)
		delete(s, "reports")
		return s
	}
	want := figures()
	if n, err := db.Erase(t.Context(), victim); n != 3 || err != nil {
		t.Fatalf("Erase = %d, %v; want 3", n, err)
	}
	gone := func(when string) {
		t.Helper()
		check(t, db, "SELECT count() FROM report_rows WHERE recipient = '"+victim+"' OR reporter = '"+victim+"'", "0")
		check(t, db, "SELECT recipient, personal, name FROM reports WHERE report_id = '"+ID("ca/1").String()+"'", " [] ")
		check(t, db, "SELECT count() FROM reports WHERE personal = [] OR recipient = ''", "2")
		if diff := cmp.Diff(want, figures()); diff != "" {
			t.Errorf("%s (-before +after):\n%s", when, diff)
		}
	}
	gone("after Erase")
	insert(t, db, l, 0, len(l.Events))
	gone("after a repeat")
	if n, err := db.Erase(t.Context(), "nobody"); n != 0 || err != nil {
		t.Errorf("Erase of nobody = %d, %v", n, err)
	}
	aside := func(want uint64) {
		t.Helper()
		if n, err := db.SetAside(t.Context()); n != want || err != nil {
			t.Errorf("SetAside = %d, %v; want %d", n, err, want)
		}
	}
	aside(0)
	for _, sql := range []string{"OPTIMIZE TABLE shoal.erased_rows FINAL", "ALTER TABLE shoal.erased_rows DETACH PARTITION ID 'all'"} {
		if err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	aside(1)
}

// testQuery: analysts read and do not write.
func testQuery(t *testing.T, url string) {
	db, l := Open(t, url), NewLog()
	l.Mail("ca", 2)
	insert(t, db, l, 0, len(l.Events))
	check(t, db, "SELECT campaign_id, reports FROM campaigns", "ca 2")
	for _, sql := range []string{
		"INSERT INTO shoal.baseline_rows VALUES (1, 'a', 'b', 1)", "DROP TABLE shoal.report_rows", "SELEC", "SELECT 1 FROM no_such_table",
	} {
		if err := db.Query(t.Context(), new(strings.Builder), "TSV", sql); err == nil {
			t.Errorf("Query(%s) succeeded", sql)
		}
	}
	check(t, db, "SELECT count() FROM reports", "2")
}
