package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

// BenchmarkInsert stores batches of new reports: a fifth of them alone, the rest
// in campaigns of about forty.
func BenchmarkInsert(b *testing.B) {
	for _, size := range []int{500, 5000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			db := storetest.Open(b, "http+unix://"+embeddedtest.ClickHouse(b).Socket)
			l := storetest.NewLog()
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				from := len(l.Events)
				for i := range size / 50 {
					l.Mail(fmt.Sprintf("c%d-%d", n, i), 40)
				}
				for i := range size / 5 {
					l.Open(fmt.Sprintf("alone%d-%d", n, i), fmt.Sprintf("a%d-%d", n, i))
				}
				b.StartTimer()
				if err := db.Insert(b.Context(), l.Batch(from, len(l.Events))); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkViews reads each view for one campaign, and what lists a day, over
// SHOAL_BENCH_REPORTS simulated reports (default a million), which the engine
// makes itself.
func BenchmarkViews(b *testing.B) {
	reports := 1_000_000
	if s := os.Getenv("SHOAL_BENCH_REPORTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		reports = n
	}
	e := embeddedtest.ClickHouse(b)
	db := storetest.Open(b, "http+unix://"+e.Socket)
	fill(b, db, reports)
	if err := db.Exec(b.Context(), "OPTIMIZE TABLE shoal.report_rows FINAL"); err != nil { // what an hour without inserts does
		b.Fatal(err)
	}
	large := storetest.Table(b, db, "SELECT campaign_id FROM campaigns ORDER BY reports DESC LIMIT 1")
	small := storetest.Table(b, db, "SELECT campaign_id FROM campaigns WHERE reports BETWEEN 50 AND 200 ORDER BY campaign_id LIMIT 1")
	for _, c := range []struct{ name, id string }{{"large", large}, {"small", small}} {
		for _, v := range storetest.Views {
			b.Run(v+"/"+c.name, func(b *testing.B) {
				query(b, e, "SELECT * FROM shoal."+v+" WHERE campaign_id = '"+c.id+"' FORMAT Null")
			})
		}
	}
	report := storetest.Table(b, db, "SELECT report_id FROM reports WHERE campaign_id = '"+small+"' LIMIT 1")
	for _, c := range []struct{ name, sql string }{
		{"report", "SELECT * FROM shoal.reports WHERE report_id = '" + report + "' FORMAT Null"},
		{"day", "SELECT * FROM shoal.daily_summary WHERE day = '2026-09-15' FORMAT Null"},
		{"weakest", "SELECT report_id, matched_report_id, score, evidence FROM shoal.campaign_joins WHERE campaign_id = '" + large + "' ORDER BY score, report_id LIMIT 5 FORMAT Null"},
		{"place", "SELECT campaign_id, log_offset, evidence[1].matched FROM shoal.report_rows FINAL PREWHERE lower(hex(report_id)) IN ('" + report + "') FORMAT Null"},
		{"ranking", "SELECT campaign_id, reports, last_seen FROM shoal.campaigns ORDER BY reports DESC LIMIT 50 FORMAT Null"},
	} {
		b.Run(c.name, func(b *testing.B) { query(b, e, c.sql) })
	}
}

// query runs sql over plain HTTP and reports what the engine says it read.
func query(b *testing.B, e *embeddedtest.Engine, sql string) {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
		return e.Dial(ctx, addr)
	}}}
	defer client.CloseIdleConnections()
	var summary struct {
		Rows  string `json:"read_rows"`
		Bytes string `json:"read_bytes"`
	}
	for b.Loop() {
		resp, err := client.Post("http://engine/?"+url.Values{"wait_end_of_query": {"1"}}.Encode(), "text/plain", strings.NewReader(sql))
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatalf("%s: %s %v", resp.Status, body, err)
		}
		// The summary is an extra of the server: without it there are no figures.
		_ = json.Unmarshal([]byte(resp.Header.Get("X-ClickHouse-Summary")), &summary)
	}
	rows, _ := strconv.ParseFloat(summary.Rows, 64)
	bytes, _ := strconv.ParseFloat(summary.Bytes, 64)
	b.ReportMetric(rows, "rows-read/op")
	b.ReportMetric(bytes/1e6, "MB-read/op")
}

// fill makes n simulated reports inside the engine: a quarter alone, campaigns
// of very different sizes that live for some days.
func fill(b *testing.B, db *store.DB, n int) {
	b.Helper()
	const step = 500_000
	for from := 0; from < n; from += step {
		sql := strings.NewReplacer("{from}", strconv.Itoa(from), "{n}", strconv.Itoa(min(step, n-from)), "{campaigns}", strconv.Itoa(n/20)).Replace(fillSQL)
		if err := db.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	err := db.Exec(b.Context(), `INSERT INTO shoal.campaign_rows
SELECT campaign_id, 'created', min(version), min(reported_at), '' FROM shoal.report_rows WHERE campaign_id != '' GROUP BY campaign_id`)
	if err != nil {
		b.Fatal(err)
	}
}

const fillSQL = `INSERT INTO shoal.report_rows (campaign_id, alone_id, reported_at, report_id, version, is_deleted, received_at, source,
    recipient, recipient_unit, recipient_domain, attrs, from_address, from_domain, subject, message_id, source_ip, helo, spf, dkim, dmarc,
    return_path_domain, mailer, header_fingerprint, language, body_ssdeep, urls, url_hosts, attachments, size, spoofed_domain, personal, evidence, join_score, join_content)
WITH
    number AS n, sipHash64(n) AS h, sipHash64(n, 9) % 100 < 25 AS alone,
    toUInt64(exp((sipHash64(n, 1) % 1000000) / 1000000 * log({campaigns}))) AS c, sipHash64(c, 7) AS hc, h % 5000000 AS person,
    concat('d', toString(hc % 20000), '.example') AS domain, reinterpretAsFixedString(sipHash128(c)) AS exemplar,
    toUInt32(if(alone, sipHash64(n, 3) % 8640000, least(8640000, hc % 8640000 + toUInt64(-log((sipHash64(n, 4) % 999999 + 1) / 1000000) * 86400 * 1.5)))) AS second,
    toDateTime64('2026-08-01 00:00:00', 3, 'UTC') + second AS t
SELECT if(alone, '', concat('c', lower(substring(base32Encode(exemplar), 1, 12)))),
    if(alone, concat('c', lower(substring(base32Encode(reinterpretAsFixedString(sipHash128(n, 'a'))), 1, 12))), ''),
    t, reinterpretAsFixedString(sipHash128(n)), n + 1, 0, t + 60, ['user', 'fbl', 'trap'][1 + h % 3],
    lower(hex(sipHash128(person))), sipHash64(person), concat('mail', toString(toUInt32(exp(person / 5000000 * log(500)))), '.example'),
    map('region', concat('R', toString(if(c % 3 = 0, hc % 5, h % 50))), 'list', ['a', 'b', 'c', 'd'][1 + if(c % 5 = 0, 0, h % 4)]),
    concat('info@', domain), domain, concat('Subject ', toString(if(c % 4 = 0, h % 100000, hc % 10)), ' of ', toString(c)), concat('<', hex(h), '@x.example>'),
    concat('198.51.', toString(hc % 100), '.', toString((hc + h % 7) % 250)), concat('mx', toString(hc % 1000), '.example'),
    ['pass', 'fail', 'none'][1 + hc % 3], ['pass', 'none'][1 + hc % 2], ['pass', 'fail', 'none'][1 + hc % 3],
    domain, concat('Mailer ', toString(hc % 50)), hex(hc % 5000), 'en', concat('96:', hex(sipHash128(hc)), hex(sipHash128(n)), ':', hex(h)),
    [concat('https://h', toString(hc % 30000), '.example/a/', hex(h))], [concat('h', toString(hc % 30000), '.example')],
    if(c % 6 = 0, [tuple('invoice.pdf', 'application/pdf', 1000 + h % 1000, lower(hex(exemplar)), '3:abc:def')], []),
    20000 + h % 10000, if(hc % 3 = 1, domain, ''), ['name'],
    if(alone, [], [tuple('text', exemplar, concat('words of ', toString(c)), 0.9, 5.5), tuple('subject', exemplar, 'subject', 0.8, 2.5)]),
    sipHash64(n, 5) % 1000 / 100, 8
FROM numbers({from}, {n})`
