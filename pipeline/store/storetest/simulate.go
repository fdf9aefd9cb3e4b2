package storetest

import (
	"strconv"
	"strings"
	"testing"

	"shoal/pipeline/store"
)

// simulateStep is how many reports one statement makes: it bounds the memory.
const simulateStep = 500_000

// Simulate fills an empty store with n simulated reports, which the engine makes
// itself: invented, the same each time, without a message behind them. A quarter
// stand alone; the campaigns are of very different sizes and live for some days
// between August and November 2026. Each campaign has what its life leaves
// behind: a tombstone where its first report stood alone, an event, a property;
// one in a hundred has drifted.
func Simulate(t testing.TB, db *store.DB, n int) {
	t.Helper()
	for from := 0; from < n; from += simulateStep {
		run(t, db, strings.NewReplacer("{from}", strconv.Itoa(from), "{n}", strconv.Itoa(min(simulateStep, n-from)),
			"{campaigns}", strconv.Itoa(max(2, n/20))).Replace(simulateReports))
	}
	run(t, db, simulateTombstones)
	run(t, db, simulateProperties)
	run(t, db, simulateLineage)
}

func run(t testing.TB, db *store.DB, sql string) {
	t.Helper()
	if err := db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

const simulateReports = `INSERT INTO shoal.report_rows (campaign_id, alone_id, reported_at, report_id, version, is_deleted, received_at, source,
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

// The tombstone of a campaign's first report has only what sorts and hides it.
const simulateTombstones = `INSERT INTO shoal.report_rows (campaign_id, alone_id, reported_at, report_id, version, is_deleted, received_at)
SELECT '', r.campaign_id, r.first.1, r.first.2, r.seq, 1, r.first.3
FROM
(
    SELECT campaign_id, argMin((reported_at, report_id, received_at), version) AS first, min(version) AS seq
    FROM shoal.report_rows
    WHERE campaign_id != ''
    GROUP BY campaign_id
) AS r`

const simulateProperties = `INSERT INTO shoal.campaign_rows (campaign_id, property, seq, at, value)
SELECT r.campaign_id, p.1, r.seq + p.3, r.at, p.2
FROM (SELECT campaign_id, min(version) AS seq, min(reported_at) AS at FROM shoal.report_rows WHERE campaign_id != '' GROUP BY campaign_id) AS r
ARRAY JOIN if(sipHash64(r.campaign_id) % 100 = 0, [('created', '', 0), ('status', 'drifted', 1000000000000)], [('created', '', 0)]) AS p`

const simulateLineage = `INSERT INTO shoal.lineage_rows (campaign_id, seq, at, event, report_id, evidence)
SELECT campaign_id, seq, at, if(property = 'created', 'created', 'drifted'), reinterpretAsFixedString(sipHash128(campaign_id)),
    if(property = 'created', [], [tuple('text', toFixedString('', 16), 'words', 0.1, -2.)])
FROM shoal.campaign_rows WHERE property IN ('created', 'status')`
