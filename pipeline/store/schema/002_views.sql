CREATE OR REPLACE VIEW shoal.reports{{.OnCluster}}
(
    report_id String COMMENT 'Report id, 32 hexadecimal digits: a hash of message, recipient and reporter',
    reported_at DateTime64(3, 'UTC') COMMENT 'When it was reported',
    received_at DateTime64(3, 'UTC') COMMENT 'When topic reports took it',
    source LowCardinality(String) COMMENT 'Who reports: user, fbl, trap, abuse-box or another word of the producer',
    recipient String COMMENT 'Keyed pseudonym of the mailbox that received the message; empty if unknown or erased',
    recipient_domain LowCardinality(String) COMMENT 'Domain of the recipient, in clear',
    reporter String COMMENT 'Keyed pseudonym of who reported it; empty if unknown or erased',
    attrs Map(LowCardinality(String), String) COMMENT 'Segment attributes of the recipient: region, list, ...',
    from_address String COMMENT 'Address of the From field',
    from_domain String COMMENT 'Domain of the From address',
    from_name String COMMENT 'Display name of the From field',
    reply_to String COMMENT 'Address of the Reply-To field',
    return_path_domain String COMMENT 'Domain of the envelope sender',
    subject String COMMENT 'Subject, decoded',
    message_id String COMMENT 'Message-ID',
    source_ip String COMMENT 'Address of the sending server: the first hop that is not trusted; empty if unknown',
    helo String COMMENT 'HELO name of the sending server',
    spf LowCardinality(String) COMMENT 'SPF result (RFC 8601), empty if none',
    dkim LowCardinality(String) COMMENT 'DKIM result (RFC 8601), empty if none',
    dmarc LowCardinality(String) COMMENT 'DMARC result (RFC 8601), empty if none',
    dkim_domain String COMMENT 'DKIM signing domain',
    mailer String COMMENT 'X-Mailer or User-Agent',
    header_fingerprint String COMMENT 'Fingerprint of the shape of the header block',
    language LowCardinality(String) COMMENT 'ISO 639-1 code of the text, empty if unknown',
    body_ssdeep String COMMENT 'ssdeep digest of the normalised text, empty if it is too short',
    html_ssdeep String COMMENT 'ssdeep digest of the HTML skeleton, empty without HTML',
    urls Array(String) COMMENT 'Links of the message',
    url_hosts Array(String) COMMENT 'Hosts of the links',
    attachments Array(Tuple(name String, type String, size UInt64, sha256 String, ssdeep String)) COMMENT 'Attachments: name, type, size, sha256, ssdeep',
    defects Array(LowCardinality(String)) COMMENT 'What was wrong with the message: short codes',
    size UInt64 COMMENT 'Bytes of the raw message',
    origins Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Field to where it came from: reported, derived or missing',
    name String COMMENT 'Where the message was found (path#N), empty if unknown',
    phones Array(String) COMMENT 'Phone numbers in the text',
    wallets Array(String) COMMENT 'Cryptocurrency addresses in the text',
    spoofed_domain String COMMENT 'From domain, where authentication failed for it; else empty',
    body String COMMENT 'Redacted text, only where the extractor was asked to keep it',
    personal Array(LowCardinality(String)) COMMENT 'What the message knows of its recipient: name, postal address, mail address, phone, password',
    campaign_id String COMMENT 'Campaign of the report; empty while it stands alone'
)
AS SELECT lower(hex(r.report_id)) AS report_id, reported_at, received_at, source, recipient, recipient_domain, reporter, attrs,
    from_address, from_domain, from_name, reply_to, return_path_domain, subject, message_id, source_ip, helo,
    spf, dkim, dmarc, dkim_domain, mailer, header_fingerprint, language, body_ssdeep, html_ssdeep,
    urls, url_hosts, attachments, defects, size, origins, name, phones, wallets, spoofed_domain, body, personal, campaign_id
FROM shoal.report_rows AS r FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
COMMENT 'One row per report. Start here for single messages';

CREATE OR REPLACE VIEW shoal.campaigns{{.OnCluster}}
(
    campaign_id String COMMENT 'Campaign id: never changes, never used again',
    name String COMMENT 'Label if an analyst gave one, else the top subject cut to 60 characters, else the id',
    first_seen DateTime64(3, 'UTC') COMMENT 'Earliest reported_at',
    last_seen DateTime64(3, 'UTC') COMMENT 'Latest reported_at',
    reports UInt64 COMMENT 'Reports',
    recipients UInt64 COMMENT 'Distinct known recipients, exact',
    recipient_domains UInt64 COMMENT 'Number of distinct recipient domains (campaign_targets lists them)',
    source_ips UInt64 COMMENT 'Number of distinct sending servers (campaign_infrastructure lists them)',
    from_domains Array(String) COMMENT 'From domains, most frequent first, at most 20',
    top_subject String COMMENT 'Most frequent subject',
    spoofed_domain String COMMENT 'From domain for which authentication failed most often; empty if for none',
    auth_fail_share Float64 COMMENT 'Of the reports with an SPF, DKIM or DMARC result: share where DMARC failed, or neither SPF nor DKIM passed; 0 without results',
    auth_results UInt64 COMMENT 'Reports with an SPF, DKIM or DMARC result',
    url_hosts Array(String) COMMENT 'Hosts of links, most frequent first, at most 20',
    attachments UInt64 COMMENT 'Reports with an attachment (campaign_payloads lists them)',
    status LowCardinality(String) COMMENT 'open, idle (left the index), drifted (its exemplars fell apart: look at it) or merged',
    label String COMMENT 'Label given by an analyst',
    operation_id String COMMENT 'Operation that the campaign is tied to; empty if to none',
    merged_into String COMMENT 'For a merged campaign the one that has its reports now, all merges followed; else empty',
    created_at DateTime64(3, 'UTC') COMMENT 'When the second report made it a campaign (time of the log)'
)
AS WITH
    state AS
    (
        SELECT campaign_id,
            argMaxIf(at, seq, property = 'created') AS created_at,
            argMaxIf(value, seq, property = 'status') AS status,
            argMaxIf(value, seq, property = 'label') AS label,
            argMaxIf(value, seq, property = 'operation') AS operation_id,
            argMaxIf(value, seq, property = 'survivor') AS merged_into
        FROM shoal.campaign_rows
        GROUP BY campaign_id
        HAVING countIf(property IN ('created', 'split')) > 0
    ),
    figures AS
    (
        SELECT campaign_id,
            min(reported_at) AS first_seen,
            max(reported_at) AS last_seen,
            count() AS reports,
            uniqExactIf(recipient_unit, recipient_unit != 0) AS recipients,
            uniqExactIf(recipient_domain, recipient_domain != '') AS recipient_domains,
            uniqExactIf(source_ip, source_ip != '') AS source_ips,
            sumMapIf([from_domain], [toUInt64(1)], from_domain != '') AS from_counts,
            sumMapIf([subject], [toUInt64(1)], subject != '') AS subject_counts,
            sumMapIf([spoofed_domain], [toUInt64(1)], spoofed_domain != '') AS spoofed_counts,
            sumMap(arrayDistinct(url_hosts), arrayResize([toUInt64(1)], length(arrayDistinct(url_hosts)), 1)) AS host_counts,
            countIf(spf != '' OR dkim != '' OR dmarc != '') AS auth_results,
            countIf((spf != '' OR dkim != '' OR dmarc != '') AND (dmarc = 'fail' OR (spf != 'pass' AND dkim != 'pass'))) AS auth_fails,
            countIf(notEmpty(attachments)) AS attachments
        FROM shoal.report_rows FINAL
        WHERE campaign_id != ''
        GROUP BY campaign_id
        SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
    )
SELECT s.campaign_id AS campaign_id,
    multiIf(s.label != '', s.label, top_subject != '', if(lengthUTF8(top_subject) > 60, concat(leftUTF8(top_subject, 59), '…'), top_subject), s.campaign_id) AS name,
    f.first_seen AS first_seen,
    f.last_seen AS last_seen,
    f.reports AS reports,
    f.recipients AS recipients,
    f.recipient_domains AS recipient_domains,
    f.source_ips AS source_ips,
    arrayMap(x -> x.2, arraySlice(arraySort(arrayZip(arrayMap(n -> -toInt64(n), f.from_counts.2), f.from_counts.1)), 1, 20)) AS from_domains,
    arrayMap(x -> x.2, arraySlice(arraySort(arrayZip(arrayMap(n -> -toInt64(n), f.subject_counts.2), f.subject_counts.1)), 1, 1))[1] AS top_subject,
    arrayMap(x -> x.2, arraySlice(arraySort(arrayZip(arrayMap(n -> -toInt64(n), f.spoofed_counts.2), f.spoofed_counts.1)), 1, 1))[1] AS spoofed_domain,
    if(f.auth_results = 0, 0, f.auth_fails / f.auth_results) AS auth_fail_share,
    f.auth_results AS auth_results,
    arrayMap(x -> x.2, arraySlice(arraySort(arrayZip(arrayMap(n -> -toInt64(n), f.host_counts.2), f.host_counts.1)), 1, 20)) AS url_hosts,
    f.attachments AS attachments,
    multiIf(s.merged_into != '', 'merged', s.status = '', 'open', s.status) AS status,
    s.label AS label,
    s.operation_id AS operation_id,
    s.merged_into AS merged_into,
    s.created_at AS created_at
FROM state AS s
LEFT JOIN figures AS f ON s.campaign_id = f.campaign_id
COMMENT 'One row per campaign: a mass mailing with two reports or more. A campaign that was merged away keeps a row with status merged, merged_into and zero counts';

CREATE OR REPLACE VIEW shoal.campaign_timeline{{.OnCluster}}
(
    campaign_id String COMMENT 'Campaign',
    hour DateTime('UTC') COMMENT 'Start of the hour of reported_at',
    reports UInt64 COMMENT 'Reports in that hour',
    recipients UInt64 COMMENT 'Distinct known recipients in that hour'
)
AS SELECT campaign_id, toDateTime(toStartOfHour(reported_at), 'UTC') AS hour, count() AS reports,
    uniqExactIf(recipient_unit, recipient_unit != 0) AS recipients
FROM shoal.report_rows FINAL
WHERE campaign_id != ''
GROUP BY campaign_id, hour
SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
COMMENT 'Reports of a campaign per hour';

CREATE OR REPLACE VIEW shoal.campaign_infrastructure{{.OnCluster}}
(
    campaign_id String COMMENT 'Campaign',
    kind String COMMENT 'ip, asn, country, helo, return_path_domain, dkim_domain, mailer or header_fingerprint; asn and country where table ip_networks knows the address',
    value String COMMENT 'Value',
    reports UInt64 COMMENT 'Reports with it',
    first_seen DateTime64(3, 'UTC') COMMENT 'Earliest reported_at with it',
    last_seen DateTime64(3, 'UTC') COMMENT 'Latest reported_at with it'
)
AS SELECT campaign_id, kv.1 AS kind, kv.2 AS value, sum(n) AS reports, min(first) AS first_seen, max(last) AS last_seen
FROM
(
    SELECT campaign_id, source_ip, helo, return_path_domain, dkim_domain, mailer, header_fingerprint,
        count() AS n, min(reported_at) AS first, max(reported_at) AS last,
        dictGetOrDefault('shoal.ip_network', ('asn', 'country'), toIPv6OrDefault(source_ip), (toUInt32(0), '')) AS net
    FROM shoal.report_rows FINAL
    WHERE campaign_id != ''
    GROUP BY campaign_id, source_ip, helo, return_path_domain, dkim_domain, mailer, header_fingerprint
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
)
ARRAY JOIN arrayFilter(x -> x.2 != '', [
    ('ip', source_ip), ('asn', if(net.1 = 0, '', concat('AS', toString(net.1)))), ('country', net.2), ('helo', helo),
    ('return_path_domain', return_path_domain), ('dkim_domain', dkim_domain), ('mailer', mailer),
    ('header_fingerprint', header_fingerprint)]) AS kv
GROUP BY campaign_id, kind, value
COMMENT 'What a campaign is sent from and with';

CREATE OR REPLACE VIEW shoal.campaign_payloads{{.OnCluster}}
(
    campaign_id String COMMENT 'Campaign',
    kind String COMMENT 'url, host or attachment',
    value String COMMENT 'Link, host, or file name of the attachment',
    sha256 String COMMENT 'SHA-256 of an attachment; else empty',
    ssdeep String COMMENT 'ssdeep digest of an attachment; else empty',
    reports UInt64 COMMENT 'Reports with it'
)
AS SELECT campaign_id, p.1 AS kind, p.2 AS value, p.3 AS sha256, p.4 AS ssdeep, count() AS reports
FROM
(
    SELECT campaign_id, urls, url_hosts, attachments
    FROM shoal.report_rows FINAL
    WHERE campaign_id != ''
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
)
ARRAY JOIN arrayConcat(
    arrayMap(x -> ('url', x, '', ''), arrayDistinct(urls)),
    arrayMap(x -> ('host', x, '', ''), arrayDistinct(url_hosts)),
    arrayDistinct(arrayMap(x -> ('attachment', x.name, x.sha256, x.ssdeep), attachments))) AS p
GROUP BY campaign_id, kind, value, sha256, ssdeep
COMMENT 'What a campaign carries: links, hosts, attachments';

CREATE OR REPLACE VIEW shoal.campaign_evidence{{.OnCluster}}
(
    report_id String COMMENT 'Report that joined',
    campaign_id String COMMENT 'Campaign that has it now',
    matched_report_id String COMMENT 'Report that it agreed with',
    key LowCardinality(String) COMMENT 'Kind of feature that agreed',
    value String COMMENT 'What agreed, for people',
    score Float32 COMMENT 'How far it agrees, 0 to 1',
    weight Float32 COMMENT 'What that adds: natural logarithm of the likelihood ratio; negative speaks against'
)
AS SELECT lower(hex(r.report_id)) AS report_id, campaign_id, lower(hex(e.matched)) AS matched_report_id, e.key AS key, e.value AS value, e.score AS score, e.weight AS weight
FROM
(
    SELECT campaign_id, report_id, evidence
    FROM shoal.report_rows FINAL
    WHERE campaign_id != ''
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
) AS r
ARRAY JOIN evidence AS e
COMMENT 'Why each report of a campaign joined it: one row per key that agreed or spoke against';

CREATE OR REPLACE VIEW shoal.campaign_lineage{{.OnCluster}}
(
    at DateTime64(3, 'UTC') COMMENT 'Time of the event in the log',
    event LowCardinality(String) COMMENT 'created, merged (other_id went into campaign_id), split (campaign_id came out of other_id), moved (report_id left other_id for campaign_id), labelled, pinned, tied, drifted, idled, revived or refused',
    campaign_id String COMMENT 'Campaign',
    other_id String COMMENT 'The other campaign, where there is one',
    report_id String COMMENT 'Report, where the event is about one; else empty',
    operation_id String COMMENT 'Operation of a tie',
    label String COMMENT 'Label of a labelling',
    actor String COMMENT 'Analyst who decided it; empty for the engine',
    note String COMMENT 'Why, in words',
    evidence Array(Tuple(key LowCardinality(String), matched_report_id String, value String, score Float32, weight Float32)) COMMENT 'Why, in figures',
    seq UInt64 COMMENT 'Number of the event: the order of the log'
)
AS SELECT at, event, campaign_id, other_id, if(l.report_id = toFixedString('', 16), '', lower(hex(l.report_id))) AS report_id,
    operation_id, label, actor, note,
    arrayMap(e -> (e.key, lower(hex(e.matched)), e.value, e.score, e.weight), l.evidence) AS evidence, seq
FROM shoal.lineage_rows AS l FINAL
COMMENT 'The log of what happened to campaigns';

CREATE OR REPLACE VIEW shoal.daily_summary{{.OnCluster}}
(
    day Date COMMENT 'Day of reported_at (UTC)',
    campaign_id String COMMENT 'Campaign',
    change LowCardinality(String) COMMENT 'new: first day; revived: seen before, but not in the 7 days before; grew: 1.5 times the day before and 5 reports more, or beyond; faded: the reverse, or none after some; merged: went into another campaign that day; else steady',
    reports UInt64 COMMENT 'Reports on that day',
    reports_before UInt64 COMMENT 'Reports on the day before',
    recipients UInt64 COMMENT 'Distinct known recipients on that day'
)
AS SELECT day, campaign_id,
    multiIf(
        today.1 = 0, 'faded',
        first = day, 'new',
        NOT arrayExists(x -> x.1 < day AND x.1 >= day - 7, days), 'revived',
        today.1 >= 1.5 * before.1 AND today.1 >= before.1 + 5, 'grew',
        before.1 >= 1.5 * today.1 AND before.1 >= today.1 + 5, 'faded',
        'steady') AS change,
    today.1 AS reports, before.1 AS reports_before, today.2 AS recipients
FROM
(
    SELECT campaign_id, days, day, arrayMin(days.1) AS first,
        arrayFirst(x -> x.1 = day, days) AS t, (t.2, t.3) AS today,
        arrayFirst(x -> x.1 = day - 1, days) AS b, (b.2, b.3) AS before
    FROM
    (
        SELECT campaign_id, groupArray((d, n, u)) AS days
        FROM
        (
            SELECT campaign_id, toDate(reported_at) AS d, count() AS n, uniqExactIf(recipient_unit, recipient_unit != 0) AS u
            FROM shoal.report_rows FINAL
            WHERE campaign_id != ''
            GROUP BY campaign_id, d
            SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
        )
        GROUP BY campaign_id
    )
    ARRAY JOIN arrayDistinct(arrayConcat(days.1, arrayFilter(d -> d <= today(), arrayMap(d -> d + 1, days.1)))) AS day
)
UNION ALL
SELECT toDate(at) AS day, campaign_id, 'merged' AS change, 0 AS reports, 0 AS reports_before, 0 AS recipients
FROM shoal.campaign_rows FINAL
WHERE property = 'survivor' AND campaign_id IN (SELECT campaign_id FROM shoal.campaign_rows WHERE property IN ('created', 'split'))
COMMENT 'What changed from day to day: a row for each campaign with reports on the day or on the day before';

CREATE OR REPLACE VIEW shoal.campaign_targets{{.OnCluster}}
(
    campaign_id String COMMENT 'Campaign',
    dimension String COMMENT 'recipient_domain or the name of an attribute',
    value String COMMENT 'Value: a segment of the recipients',
    reports UInt64 COMMENT 'Reports whose recipient has the value',
    recipients UInt64 COMMENT 'Distinct recipients with the value; a report without known recipient counts as one',
    share Float64 COMMENT 'recipients over all recipients of the campaign for whom the dimension is known',
    baseline_share Float64 COMMENT 'The same share in the baseline: table baseline_rows if it has the dimension, else all reports of the days on which the campaign was reported',
    lift Float64 COMMENT 'share over baseline_share; half a member is added to every count where one is zero',
    lift_low Float64 COMMENT 'Lower end of the 95 % interval of lift (Katz: ratio of two proportions on the log scale)',
    lift_high Float64 COMMENT 'Upper end of the 95 % interval of lift',
    p_value Float64 COMMENT 'Two-sided likelihood-ratio test (G-test, 1 degree of freedom) that the shares are equal; not corrected for the number of segments'
)
AS WITH
    keys AS
    (
        SELECT campaign_id, arrayJoin(segments) AS segment, arrayJoin(days) AS day,
            toString(segment.1) AS dimension, segment.2 AS whole, segment.3 AS value, segment.4 AS reports, segment.5 AS recipients
        FROM
        (
            SELECT campaign_id, groupArrayArray(segments) AS segments, groupUniqArrayArray(days) AS days
            FROM
            (
                SELECT campaign_id, dimension, groupUniqArrayArray(ds) AS days,
                    arrayPushBack(groupArray((dimension, 0, value, n, finalizeAggregation(units))), (dimension, 1, '', toUInt64(0), uniqExactMerge(units))) AS segments
                FROM
                (
                    SELECT campaign_id, d.1 AS dimension, d.2 AS value, count() AS n, uniqExactState(unit) AS units, groupUniqArray(day) AS ds
                    FROM
                    (
                        SELECT campaign_id, toDate(reported_at) AS day, if(recipient_unit = 0, sipHash64(report_id), recipient_unit) AS unit, recipient_domain, attrs
                        FROM shoal.report_rows FINAL
                        WHERE campaign_id != ''
                        SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
                    )
                    ARRAY JOIN arrayPushFront(arrayZip(mapKeys(attrs), mapValues(attrs)), (toLowCardinality('recipient_domain'), toString(recipient_domain))) AS d
                    WHERE d.2 != '' OR d.1 != 'recipient_domain'
                    GROUP BY campaign_id, dimension, value
                )
                GROUP BY campaign_id, dimension
            )
            GROUP BY campaign_id
        )
    ),
    targets AS
    (
        SELECT campaign_id, dimension, v.1 AS value, v.2 AS reports, v.3 AS recipients, v.4 AS same_days, total, same_days_total
        FROM
        (
            SELECT campaign_id, dimension, groupArrayIf((value, n, u, x), whole = 0) AS segments,
                maxIf(u, whole = 1) AS total, maxIf(x, whole = 1) AS same_days_total
            FROM
            (
                SELECT k.campaign_id AS campaign_id, k.dimension AS dimension, k.whole AS whole, k.value AS value,
                    any(k.reports) AS n, any(k.recipients) AS u, uniqCombined64Merge(14)(s.recipients) AS x
                FROM shoal.segment_days AS s
                RIGHT JOIN keys AS k ON s.day = k.day AND s.dimension = k.dimension AND s.whole = k.whole AND s.value = k.value
                GROUP BY campaign_id, dimension, whole, value
            )
            GROUP BY campaign_id, dimension
        )
        ARRAY JOIN segments AS v
    ),
    population AS
    (
        SELECT toString(b.dimension) AS dimension, b.value AS value, sum(b.count) AS recipients
        FROM shoal.baseline_rows AS b
        WHERE b.generation = (SELECT max(generation) FROM shoal.baseline_rows)
        GROUP BY dimension, value
    ),
    populations AS
    (
        SELECT toString(b.dimension) AS dimension, sum(b.count) AS total
        FROM shoal.baseline_rows AS b
        WHERE b.generation = (SELECT max(generation) FROM shoal.baseline_rows)
        GROUP BY dimension
    )
SELECT campaign_id, dimension, value, reports, toUInt64(recipients) AS recipients,
    s.recipients / n1 AS share,
    if(n0 = 0, 0, x0 / n0) AS baseline_share,
    exp(log_lift) AS lift,
    exp(log_lift - 1.959964 * se) AS lift_low,
    exp(log_lift + 1.959964 * se) AS lift_high,
    if(n0 = 0, 1, erfc(sqrt(greatest(0, g) / 2))) AS p_value
FROM
(
    SELECT campaign_id, dimension, value, reports, recipients, n1, x0, n0,
        log((recipients + half) / (n1 + 2 * half)) - log((x0 + half) / (n0 + 2 * half)) AS log_lift,
        sqrt(greatest(0, 1 / (recipients + half) - 1 / (n1 + 2 * half) + 1 / (x0 + half) - 1 / (n0 + 2 * half))) AS se,
        2 * (arraySum(x -> if(x <= 0, 0, x * log(x)), [recipients, n1 - recipients, x0, n0 - x0, n1 + n0])
            - arraySum(x -> if(x <= 0, 0, x * log(x)), [n1, n0, recipients + x0, n1 + n0 - recipients - x0])) AS g
    FROM
    (
        SELECT t.campaign_id AS campaign_id, t.dimension AS dimension, t.value AS value, t.reports AS reports,
            toFloat64(t.recipients) AS recipients, toFloat64(t.total) AS n1,
            toFloat64(if(pt.total > 0, p.recipients, t.same_days)) AS x0,
            toFloat64(if(pt.total > 0, pt.total, t.same_days_total)) AS n0,
            if(if(pt.total > 0, p.recipients, t.same_days) = 0, 0.5, 0) AS half
        FROM targets AS t
        LEFT JOIN population AS p ON p.dimension = t.dimension AND p.value = t.value
        LEFT JOIN populations AS pt ON pt.dimension = t.dimension
    )
) AS s
COMMENT 'Whom a campaign is aimed at: every segment with its share among the recipients of the campaign, over its share in the baseline';
