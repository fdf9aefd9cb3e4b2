-- 0 bootstrap
CREATE DATABASE IF NOT EXISTS shoal ON CLUSTER 'abuse';

-- 0 bootstrap
CREATE TABLE IF NOT EXISTS shoal.migrations ON CLUSTER 'abuse'
(
    version UInt32 COMMENT 'Number of the migration',
    name String COMMENT 'Its name',
    checksum String COMMENT 'SHA-256 of its file',
    applied_at DateTime DEFAULT now() COMMENT 'When its last statement had run'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/shoal/migrations', '{shard}-{replica}', applied_at)
ORDER BY version
SETTINGS replicated_deduplication_window = 0
COMMENT 'Migrations that were applied to this database';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.report_rows_local ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign that the report belongs to; empty while it stands alone' CODEC(ZSTD(1)),
    alone_id String COMMENT 'While the report stands alone: the id that its campaign will have; else empty' CODEC(ZSTD(1)),
    reported_at DateTime64(3, 'UTC') COMMENT 'When it was reported' CODEC(DoubleDelta, ZSTD(1)),
    report_id FixedString(16) COMMENT 'Report id, 16 bytes of a hash over message, recipient and reporter' CODEC(ZSTD(1)),
    version UInt64 COMMENT 'Seq of the event that put the report here' CODEC(T64, ZSTD(1)),
    is_deleted UInt8 COMMENT '1: the report has left this campaign' CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') COMMENT 'When topic reports took it' CODEC(DoubleDelta, ZSTD(1)),
    source LowCardinality(String) COMMENT 'Who reports: user, fbl, trap, abuse-box or another word',
    recipient String COMMENT 'Pseudonym of the mailbox that received the message; empty if unknown or erased' CODEC(ZSTD(1)),
    recipient_unit UInt64 COMMENT 'Counts as one recipient: a hash of the pseudonym, a random number once erased, 0 if unknown' CODEC(ZSTD(1)),
    recipient_domain LowCardinality(String) COMMENT 'Domain of the recipient',
    reporter String COMMENT 'Pseudonym of the reporter' CODEC(ZSTD(1)),
    attrs Map(LowCardinality(String), String) COMMENT 'Attributes of the recipient: region, list, ...' CODEC(ZSTD(1)),
    from_address String COMMENT 'From address' CODEC(ZSTD(1)),
    from_domain String COMMENT 'Domain of the From address' CODEC(ZSTD(1)),
    from_name String COMMENT 'From display name' CODEC(ZSTD(1)),
    reply_to String COMMENT 'Reply-To address' CODEC(ZSTD(1)),
    return_path_domain String COMMENT 'Domain of the envelope sender' CODEC(ZSTD(1)),
    subject String COMMENT 'Subject, decoded' CODEC(ZSTD(1)),
    message_id String COMMENT 'Message-ID' CODEC(ZSTD(1)),
    source_ip String COMMENT 'Address of the sending server' CODEC(ZSTD(1)),
    helo String COMMENT 'HELO name of the sending server' CODEC(ZSTD(1)),
    spf LowCardinality(String) COMMENT 'SPF result (RFC 8601), empty if none',
    dkim LowCardinality(String) COMMENT 'DKIM result (RFC 8601), empty if none',
    dmarc LowCardinality(String) COMMENT 'DMARC result (RFC 8601), empty if none',
    dkim_domain String COMMENT 'DKIM signing domain' CODEC(ZSTD(1)),
    mailer String COMMENT 'X-Mailer or User-Agent' CODEC(ZSTD(1)),
    header_fingerprint String COMMENT 'Fingerprint of the shape of the header block' CODEC(ZSTD(1)),
    language LowCardinality(String) COMMENT 'ISO 639-1 code of the text',
    body_ssdeep String COMMENT 'ssdeep digest of the normalised text' CODEC(ZSTD(1)),
    html_ssdeep String COMMENT 'ssdeep digest of the HTML skeleton' CODEC(ZSTD(1)),
    urls Array(String) COMMENT 'Links' CODEC(ZSTD(1)),
    url_hosts Array(String) COMMENT 'Hosts of the links' CODEC(ZSTD(1)),
    attachments Array(Tuple(name String, type String, size UInt64, sha256 String, ssdeep String)) COMMENT 'Attachments' CODEC(ZSTD(1)),
    defects Array(LowCardinality(String)) COMMENT 'What was wrong with the message' CODEC(ZSTD(1)),
    size UInt64 COMMENT 'Bytes of the raw message' CODEC(T64, ZSTD(1)),
    origins Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Field to where it came from: reported, derived, missing' CODEC(ZSTD(1)),
    name String COMMENT 'Where the message was found (path#N)' CODEC(ZSTD(1)),
    phones Array(String) COMMENT 'Phone numbers in the text' CODEC(ZSTD(1)),
    wallets Array(String) COMMENT 'Cryptocurrency addresses in the text' CODEC(ZSTD(1)),
    spoofed_domain String COMMENT 'From domain, where authentication failed for it' CODEC(ZSTD(1)),
    body String COMMENT 'Redacted text, only where it was asked for' CODEC(ZSTD(3)),
    personal Array(LowCardinality(String)) COMMENT 'What the message knows of its recipient: name, postal address, ...' CODEC(ZSTD(1)),
    evidence Array(Tuple(key LowCardinality(String), matched FixedString(16), value String, score Float32, weight Float32)) COMMENT 'Why the report joined' CODEC(ZSTD(1)),
    INDEX report_id_hex lower(hex(report_id)) TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/shoal/report_rows', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(received_at)
ORDER BY (campaign_id, alone_id, reported_at, report_id)
TTL toDateTime(received_at) + INTERVAL 400 DAY DELETE WHERE is_deleted = 0,
    toDateTime(received_at) + INTERVAL 460 DAY DELETE WHERE is_deleted = 1
SETTINGS replicated_deduplication_window = 0, index_granularity = 1024, min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1,
    fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'One row per report and campaign it was in; the newest version counts. Written by shoal writer, read through the views';

-- 1 tables
CREATE OR REPLACE TABLE shoal.report_rows ON CLUSTER 'abuse' AS shoal.report_rows_local
ENGINE = Distributed('abuse', 'shoal', 'report_rows_local')
COMMENT 'The rows of report_rows_local on all shards';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.campaign_rows ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign' CODEC(ZSTD(1)),
    property LowCardinality(String) COMMENT 'created, split, status, label, operation or survivor (all merges followed)',
    seq UInt64 COMMENT 'Seq of the event that set it' CODEC(T64, ZSTD(1)),
    at DateTime64(3, 'UTC') COMMENT 'Time of that event; of a survivor, of the first merge' CODEC(DoubleDelta, ZSTD(1)),
    value String COMMENT 'Value of the property' CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/shoal/campaign_rows', '{shard}-{replica}', seq)
ORDER BY (campaign_id, property)
SETTINGS replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'State of campaigns: one row per campaign and property, the highest seq counts';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.lineage_rows ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign' CODEC(ZSTD(1)),
    seq UInt64 COMMENT 'Seq of the event' CODEC(T64, ZSTD(1)),
    at DateTime64(3, 'UTC') COMMENT 'Time of the event' CODEC(DoubleDelta, ZSTD(1)),
    event LowCardinality(String) COMMENT 'created, merged, split, moved, labelled, pinned, tied, drifted, idled, revived, refused',
    other_id String COMMENT 'The other campaign, where there is one' CODEC(ZSTD(1)),
    report_id FixedString(16) COMMENT 'Report, where it is about one; else zeros' CODEC(ZSTD(1)),
    operation_id String COMMENT 'Operation of a tie' CODEC(ZSTD(1)),
    label String COMMENT 'Label of a labelling' CODEC(ZSTD(1)),
    actor String COMMENT 'Analyst; empty for the engine' CODEC(ZSTD(1)),
    note String COMMENT 'Note' CODEC(ZSTD(1)),
    evidence Array(Tuple(key LowCardinality(String), matched FixedString(16), value String, score Float32, weight Float32)) COMMENT 'Why' CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/shoal/lineage_rows', '{shard}-{replica}', seq)
ORDER BY (campaign_id, seq)
SETTINGS replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'The log of what happened to campaigns: every event but assignments and repeats';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.segment_days_local ON CLUSTER 'abuse'
(
    day Date COMMENT 'Day of reported_at' CODEC(ZSTD(1)),
    dimension LowCardinality(String) COMMENT 'recipient_domain or an attribute',
    whole UInt8 COMMENT '1: all values of the dimension together',
    value String COMMENT 'Value; empty where whole' CODEC(ZSTD(1)),
    recipients AggregateFunction(uniqCombined64(14), UInt64) COMMENT 'Distinct recipients' CODEC(ZSTD(1)),
    received SimpleAggregateFunction(max, Date) COMMENT 'Last day on which a report of it came in' CODEC(ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/shoal/segment_days', '{replica}')
ORDER BY (day, dimension, whole, value)
TTL received + INTERVAL 400 DAY
SETTINGS replicated_deduplication_window = 0
COMMENT 'Distinct recipients of all reports per day and segment: what lift is measured against without a baseline. A set, so that repeats change nothing';

-- 1 tables
CREATE OR REPLACE TABLE shoal.segment_days ON CLUSTER 'abuse' AS shoal.segment_days_local
ENGINE = Distributed('abuse', 'shoal', 'segment_days_local')
COMMENT 'The rows of segment_days_local on all shards';

-- 1 tables
CREATE MATERIALIZED VIEW IF NOT EXISTS shoal.segment_days_feed ON CLUSTER 'abuse' TO shoal.segment_days_local
(
    day Date COMMENT 'Day of reported_at',
    dimension String COMMENT 'recipient_domain or an attribute',
    whole UInt8 COMMENT '1: all values of the dimension together',
    value String COMMENT 'Value; empty where whole',
    recipients AggregateFunction(uniqCombined64(14), UInt64) COMMENT 'Distinct recipients',
    received Date COMMENT 'Last day on which a report of it came in'
)
AS SELECT toDate(reported_at) AS day, d.1 AS dimension, d.3 AS whole, d.2 AS value,
    uniqCombined64State(14)(if(recipient_unit = 0, sipHash64(report_id), recipient_unit)) AS recipients,
    max(toDate(received_at)) AS received
FROM shoal.report_rows_local
ARRAY JOIN arrayConcat(
    if(recipient_domain = '', [], [('recipient_domain', toString(recipient_domain), 0), ('recipient_domain', '', 1)]),
    arrayMap((k, v) -> (toString(k), v, 0), mapKeys(attrs), mapValues(attrs)),
    arrayMap(k -> (toString(k), '', 1), mapKeys(attrs))) AS d
WHERE is_deleted = 0 AND NOT (recipient = '' AND recipient_unit != 0)
GROUP BY day, dimension, whole, value
COMMENT 'Feeds segment_days with every row that enters report_rows';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.baseline_rows ON CLUSTER 'abuse'
(
    generation UInt64 COMMENT 'Number of the baseline; the highest counts',
    dimension LowCardinality(String) COMMENT 'recipient_domain or an attribute',
    value String COMMENT 'Value',
    count UInt64 COMMENT 'Members of the population with that value'
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/shoal/baseline_rows', '{shard}-{replica}')
ORDER BY (generation, dimension, value)
SETTINGS replicated_deduplication_window = 0
COMMENT 'The population that lift is measured against (--baseline); replaced as a whole';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.ip_networks ON CLUSTER 'abuse'
(
    prefix String COMMENT 'Network, such as 192.0.2.0/24',
    asn UInt32 COMMENT 'Autonomous system number',
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2 code',
    name String COMMENT 'Name of the network or its owner'
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/shoal/ip_networks', '{shard}-{replica}')
ORDER BY prefix
SETTINGS replicated_deduplication_window = 0
COMMENT 'Networks, filled by the operator; gives campaign_infrastructure its asn and country rows';

-- 1 tables
CREATE TABLE IF NOT EXISTS shoal.erased_rows ON CLUSTER 'abuse'
(
    pseudonym_hash FixedString(32) COMMENT 'SHA-256 of the pseudonym',
    unit UInt64 COMMENT 'Random number that counts in the place of the person',
    erased_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/shoal/erased_rows', '{shard}-{replica}', erased_at)
ORDER BY pseudonym_hash
TTL toDateTime(erased_at) + INTERVAL 400 DAY
SETTINGS replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Who asked to be forgotten: a row that comes again from the topics is stored without its pseudonym';

-- 1 tables
CREATE DICTIONARY IF NOT EXISTS shoal.ip_network ON CLUSTER 'abuse'
(
    prefix String,
    asn UInt32 DEFAULT 0,
    country String DEFAULT '',
    name String DEFAULT ''
)
PRIMARY KEY prefix
SOURCE(CLICKHOUSE(DB 'shoal' TABLE 'ip_networks'))
LAYOUT(IP_TRIE)
LIFETIME(MIN 30 MAX 60)
COMMENT 'Longest matching network of ip_networks for an address';

-- 1 tables
INSERT INTO shoal.migrations (version, name, checksum) VALUES (1, 'tables', 'e51c19de6ec2f19ed2ef2c5940464a34709341803442aa43ec13e47a4e7e4e57');

-- 2 views
CREATE OR REPLACE VIEW shoal.reports ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaigns ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaign_timeline ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaign_infrastructure ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaign_payloads ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaign_evidence ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaign_lineage ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.daily_summary ON CLUSTER 'abuse'
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

-- 2 views
CREATE OR REPLACE VIEW shoal.campaign_targets ON CLUSTER 'abuse'
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

-- 2 views
INSERT INTO shoal.migrations (version, name, checksum) VALUES (2, 'views', '8a243f18b16ed11ef5f6925cec3665ddd3b7635aa6df98b66870ff6fa3ca8fce');

-- 3 joins
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    ADD COLUMN IF NOT EXISTS log_offset Int64 DEFAULT -1 COMMENT 'Offset of the report in topic features; -1 where an older shoal stored it' CODEC(Delta, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS join_score Float32 DEFAULT nan COMMENT 'Score with which it joined, in nats; not a number where an older shoal stored it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS join_content Float32 DEFAULT nan COMMENT 'The part of join_score that content gave' CODEC(ZSTD(1));

-- 3 joins
CREATE OR REPLACE TABLE shoal.report_rows ON CLUSTER 'abuse' AS shoal.report_rows_local
ENGINE = Distributed('abuse', 'shoal', 'report_rows_local')
COMMENT 'The rows of report_rows_local on all shards';

-- 3 joins
ALTER TABLE shoal.lineage_rows ON CLUSTER 'abuse'
    ADD COLUMN IF NOT EXISTS score Float32 DEFAULT nan COMMENT 'Score of a merge by the engine, in nats; else 0' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS content Float32 DEFAULT nan COMMENT 'The part of score that content gave' CODEC(ZSTD(1));

-- 3 joins
CREATE OR REPLACE VIEW shoal.campaign_joins ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign that has the report now',
    report_id String COMMENT 'Report that joined; the one that opened the campaign has no row, nor has what an analyst put there without evidence',
    matched_report_id String COMMENT 'Report that it agreed with best: an exemplar of the campaign at that time',
    reported_at DateTime64(3, 'UTC') COMMENT 'When the report was reported',
    score Float32 COMMENT 'Natural logarithm of the odds that both are of one campaign, when it joined: prior and the weights in evidence added up. The lowest is the weakest link. Not a number where an older shoal stored the report',
    content Float32 COMMENT 'The part of score that comes from what the messages say and carry, rather than from who sent them with what',
    prior Float32 COMMENT 'The part of score that stands before any comparison',
    evidence Array(Tuple(key LowCardinality(String), value String, score Float32, weight Float32)) COMMENT 'What agreed, and with a negative weight what spoke against, heaviest first: the rows of campaign_evidence'
)
AS SELECT campaign_id, lower(hex(r.report_id)) AS report_id, lower(hex(r.evidence[1].matched)) AS matched_report_id, reported_at,
    join_score AS score, join_content AS content, toFloat32(join_score - arraySum(e -> e.weight, r.evidence)) AS prior,
    arrayMap(e -> (e.key, e.value, e.score, e.weight), r.evidence) AS evidence
FROM
(
    SELECT campaign_id, report_id, reported_at, join_score, join_content, evidence
    FROM shoal.report_rows FINAL
    WHERE campaign_id != '' AND notEmpty(evidence)
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
) AS r
COMMENT 'How each report came into its campaign: one row per report that joined, with the score that it joined with';

-- 3 joins
CREATE OR REPLACE VIEW shoal.campaign_lineage ON CLUSTER 'abuse'
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
    score Float32 COMMENT 'Score of a merge by the engine, in nats; else 0. Not a number where an older shoal stored it',
    content Float32 COMMENT 'The part of score that content gave',
    seq UInt64 COMMENT 'Number of the event: the order of the log'
)
AS SELECT at, event, campaign_id, other_id, if(l.report_id = toFixedString('', 16), '', lower(hex(l.report_id))) AS report_id,
    operation_id, label, actor, note,
    arrayMap(e -> (e.key, lower(hex(e.matched)), e.value, e.score, e.weight), l.evidence) AS evidence, score, content, seq
FROM shoal.lineage_rows AS l FINAL
COMMENT 'The log of what happened to campaigns';

-- 3 joins
INSERT INTO shoal.migrations (version, name, checksum) VALUES (3, 'joins', 'e954374a5c72c53f04b36f7e2deaddb5e4a58485dd4ebc0d6a1b0ea69e747d3d');

-- 4 drift
CREATE OR REPLACE VIEW shoal.campaign_drift ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign that fell apart and is not settled yet: it is counted on, and not grown',
    at DateTime64(3, 'UTC') COMMENT 'When the alarm was raised (time of the log)',
    report_id String COMMENT 'Report that should leave, by the proposed split; it stands for others (campaign_joins.matched_report_id)',
    matched_report_id String COMMENT 'The report nearest to it of those that stay',
    score Float32 COMMENT 'Natural logarithm of the odds that these two are of one campaign',
    evidence Array(Tuple(key LowCardinality(String), value String, score Float32, weight Float32)) COMMENT 'What agrees between these two, and with a negative weight what speaks against'
)
AS WITH alarms AS
(
    SELECT campaign_id, argMaxIf(at, seq, property = 'status') AS raised, argMaxIf(value, seq, property = 'status') AS status
    FROM shoal.campaign_rows
    GROUP BY campaign_id
    HAVING status = 'drifted' AND countIf(property = 'survivor') = 0
)
SELECT l.campaign_id AS campaign_id, l.at AS at, lower(hex(l.report_id)) AS report_id, lower(hex(l.evidence[1].matched)) AS matched_report_id,
    l.score AS score, arrayMap(e -> (e.key, e.value, e.score, e.weight), l.evidence) AS evidence
FROM
(
    SELECT campaign_id, at, report_id, evidence, score
    FROM shoal.lineage_rows FINAL
    WHERE event = 'drifted'
) AS l
INNER JOIN alarms AS a ON a.campaign_id = l.campaign_id AND a.raised = l.at
COMMENT 'Campaigns whose exemplars fell apart, with a proposed split: one row per report that should leave. A split, a merge or a pin settles it';

-- 4 drift
CREATE OR REPLACE VIEW shoal.campaign_lineage ON CLUSTER 'abuse'
(
    at DateTime64(3, 'UTC') COMMENT 'Time of the event in the log',
    event LowCardinality(String) COMMENT 'created, merged (other_id went into campaign_id), split (campaign_id came out of other_id), moved (report_id left other_id for campaign_id), labelled, pinned, tied, drifted (report_id should leave campaign_id, which fell apart), settled (an analyst decided on that), idled (left the index), revived (came back) or refused',
    campaign_id String COMMENT 'Campaign',
    other_id String COMMENT 'The other campaign, where there is one',
    report_id String COMMENT 'Report, where the event is about one; else empty',
    operation_id String COMMENT 'Operation of a tie',
    label String COMMENT 'Label of a labelling',
    actor String COMMENT 'Analyst who decided it; empty for the engine',
    note String COMMENT 'Why, in words',
    evidence Array(Tuple(key LowCardinality(String), matched_report_id String, value String, score Float32, weight Float32)) COMMENT 'Why, in figures',
    score Float32 COMMENT 'Score of a merge by the engine, or of a report that should leave against one that stays, in nats; else 0. Not a number where an older shoal stored it',
    content Float32 COMMENT 'The part of score that content gave',
    seq UInt64 COMMENT 'Number of the event: the order of the log'
)
AS SELECT at, event, campaign_id, other_id, if(l.report_id = toFixedString('', 16), '', lower(hex(l.report_id))) AS report_id,
    operation_id, label, actor, note,
    arrayMap(e -> (e.key, lower(hex(e.matched)), e.value, e.score, e.weight), l.evidence) AS evidence, score, content, seq
FROM shoal.lineage_rows AS l FINAL
COMMENT 'The log of what happened to campaigns';

-- 4 drift
INSERT INTO shoal.migrations (version, name, checksum) VALUES (4, 'drift', 'b7545ddb4e51cb88ff0a86661b8f66f1e5520e82bdd37b2532562208b82598b8');

-- 5 home
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    ADD COLUMN IF NOT EXISTS home String DEFAULT if(campaign_id = '', alone_id, campaign_id) COMMENT 'Campaign under which the report was first known: never changes. On a cluster it says which shard has the report' CODEC(ZSTD(1));

-- 5 home
CREATE OR REPLACE TABLE shoal.report_rows ON CLUSTER 'abuse' AS shoal.report_rows_local
ENGINE = Distributed('abuse', 'shoal', 'report_rows_local', cityHash64(home) % 4)
COMMENT 'The rows of report_rows_local on all shards';

-- 5 home
INSERT INTO shoal.migrations (version, name, checksum) VALUES (5, 'home', '2d09cb36d5f4a4c721334ca7a08b104f3136b0e09ea5aa298730c39abb9d1aa9');

-- 6 segments
CREATE MATERIALIZED VIEW IF NOT EXISTS shoal.segment_weeks_feed ON CLUSTER 'abuse' TO shoal.segment_days_local
(
    day Date COMMENT 'Monday of the week of reported_at',
    dimension String COMMENT 'recipient_domain or an attribute',
    whole UInt8 COMMENT '3: all values of the dimension together; else 2',
    value String COMMENT 'Value; empty where whole',
    recipients AggregateFunction(uniqCombined64(14), UInt64) COMMENT 'Distinct recipients',
    received Date COMMENT 'Last day on which a report of it came in'
)
AS SELECT toMonday(toDate(reported_at)) AS day, d.1 AS dimension, d.3 AS whole, d.2 AS value,
    uniqCombined64State(14)(if(recipient_unit = 0, sipHash64(report_id), recipient_unit)) AS recipients,
    max(toDate(received_at)) AS received
FROM shoal.report_rows_local
ARRAY JOIN arrayConcat(
    if(recipient_domain = '', [], [('recipient_domain', toString(recipient_domain), 2), ('recipient_domain', '', 3)]),
    arrayMap((k, v) -> (toString(k), v, 2), mapKeys(attrs), mapValues(attrs)),
    arrayMap(k -> (toString(k), '', 3), mapKeys(attrs))) AS d
WHERE is_deleted = 0 AND NOT (recipient = '' AND recipient_unit != 0)
GROUP BY day, dimension, whole, value
COMMENT 'Feeds segment_days with weeks, so that a campaign of many days needs fewer sets';

-- 6 segments
ALTER TABLE shoal.segment_days_local ON CLUSTER 'abuse'
    COMMENT COLUMN day 'Day of reported_at, or the Monday of its week',
    COMMENT COLUMN whole '1: all values of the dimension together. 2 more: the whole week that begins on day';

-- 6 segments
CREATE OR REPLACE TABLE shoal.segment_days ON CLUSTER 'abuse' AS shoal.segment_days_local
ENGINE = Distributed('abuse', 'shoal', 'segment_days_local')
COMMENT 'The rows of segment_days_local on all shards';

-- 6 segments
CREATE OR REPLACE VIEW shoal.campaign_segments ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign',
    dimension String COMMENT 'recipient_domain or the name of an attribute',
    value String COMMENT 'Value: a segment of the recipients',
    reports UInt64 COMMENT 'Reports whose recipient has the value',
    recipients UInt64 COMMENT 'Distinct recipients with the value; a report without known recipient counts as one',
    known UInt64 COMMENT 'Distinct recipients of the campaign for whom the dimension is known',
    baseline UInt64 COMMENT 'Members of the baseline with the value',
    baseline_known UInt64 COMMENT 'Members of the baseline for whom the dimension is known'
)
AS SELECT t.campaign_id AS campaign_id, t.dimension AS dimension, t.value.1 AS value, t.value.2 AS reports, t.value.3 AS recipients, t.total AS known,
    if(pt.total > 0, p.recipients, t.value.4) AS baseline, if(pt.total > 0, pt.total, t.same_days) AS baseline_known
FROM
(
    SELECT campaign_id, dimension, arrayJoin(groupArrayIf((value, n, u, x), whole = 0)) AS value, maxIf(u, whole = 1) AS total, maxIf(x, whole = 1) AS same_days
    FROM
    (
        SELECT k.campaign_id AS campaign_id, k.segment.1 AS dimension, k.segment.2 AS whole, k.segment.3 AS value,
            any(k.segment.4) AS n, any(k.segment.5) AS u, uniqCombined64Merge(14)(s.recipients) AS x
        FROM (SELECT day, toString(dimension) AS dimension, whole, value, recipients FROM shoal.segment_days) AS s
        RIGHT JOIN
        (
            SELECT campaign_id, segment, arrayJoin(arrayConcat(
                    arrayMap(w -> (w, 2), full), arrayMap(d -> (d, 0), arrayFilter(d -> NOT has(full, toMonday(d)), days)))) AS period,
                period.1 AS day, segment.1 AS dimension, segment.2 + period.2 AS whole, segment.3 AS value
            FROM
            (
                SELECT campaign_id, arrayJoin(groupArrayArray(segments)) AS segment, groupUniqArrayArray(days) AS days,
                    arrayFilter(w -> arrayCount(d -> toMonday(d) = w, days) = 7, arrayDistinct(arrayMap(d -> toMonday(d), days))) AS full
                FROM
                (
                    SELECT campaign_id, dimension, groupUniqArrayArray(ds) AS days,
                        arrayPushBack(groupArray((dimension, 0, value, n, finalizeAggregation(units))), (dimension, 1, '', toUInt64(0), uniqExactMerge(units))) AS segments
                    FROM
                    (
                        SELECT campaign_id, toString(k) AS dimension, v AS value, count() AS n, uniqExactState(unit) AS units, groupUniqArray(day) AS ds
                        FROM
                        (
                            SELECT campaign_id, toDate(reported_at) AS day, if(recipient_unit = 0, sipHash64(report_id), recipient_unit) AS unit,
                                recipient_domain, attrs
                            FROM shoal.report_rows FINAL
                            WHERE campaign_id != ''
                            SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
                        )
                        ARRAY JOIN arrayPushFront(mapKeys(attrs), 'recipient_domain') AS k, arrayPushFront(mapValues(attrs), toString(recipient_domain)) AS v
                        WHERE v != '' OR k != 'recipient_domain'
                        GROUP BY campaign_id, dimension, value
                    )
                    GROUP BY campaign_id, dimension
                )
                GROUP BY campaign_id
            )
        ) AS k ON s.day = k.day AND s.dimension = k.dimension AND s.whole = k.whole AND s.value = k.value
        GROUP BY campaign_id, dimension, whole, value
    )
    GROUP BY campaign_id, dimension
) AS t
LEFT JOIN
(
    SELECT toString(b.dimension) AS dimension, b.value AS value, sum(b.count) AS recipients
    FROM shoal.baseline_rows AS b
    WHERE b.generation = (SELECT max(generation) FROM shoal.baseline_rows)
    GROUP BY dimension, value
) AS p ON p.dimension = t.dimension AND p.value = t.value.1
LEFT JOIN
(
    SELECT toString(b.dimension) AS dimension, sum(b.count) AS total
    FROM shoal.baseline_rows AS b
    WHERE b.generation = (SELECT max(generation) FROM shoal.baseline_rows)
    GROUP BY dimension
) AS pt ON pt.dimension = t.dimension
COMMENT 'The counts behind campaign_targets';

-- 6 segments
CREATE OR REPLACE VIEW shoal.campaign_targets ON CLUSTER 'abuse'
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
AS SELECT campaign_id, dimension, value, reports, recipients,
    x1 / n1 AS share,
    if(n0 = 0, 0, x0 / n0) AS baseline_share,
    exp(log_lift) AS lift,
    exp(log_lift - 1.959964 * se) AS lift_low,
    exp(log_lift + 1.959964 * se) AS lift_high,
    if(n0 = 0, 1, erfc(sqrt(greatest(0, g)))) AS p_value
FROM
(
    SELECT campaign_id, dimension, value, reports, recipients,
        toFloat64(recipients) AS x1, toFloat64(known) AS n1, toFloat64(baseline) AS x0, toFloat64(baseline_known) AS n0, if(x0 = 0, 0.5, 0) AS half,
        log((x1 + half) * (n0 + 2 * half) / (n1 + 2 * half) / (x0 + half)) AS log_lift,
        sqrt(greatest(0, 1 / (x1 + half) - 1 / (n1 + 2 * half) + 1 / (x0 + half) - 1 / (n0 + 2 * half))) AS se,
        arraySum((x, sign) -> sign * x * log(greatest(x, 1e-300)),
            [x1, n1 - x1, x0, greatest(0, n0 - x0), n1 + n0, n1, n0, x1 + x0, greatest(0, n1 + n0 - x1 - x0)],
            [1, 1, 1, 1, 1, -1, -1, -1, -1]) AS g
    FROM shoal.campaign_segments
) AS s
COMMENT 'Whom a campaign is aimed at: every segment with its share among the recipients of the campaign, over its share in the baseline';

-- 6 segments
INSERT INTO shoal.migrations (version, name, checksum) VALUES (6, 'segments', '032255255adc7bd660627f5ccb0234dbf8a56a669f8dd4794807c0546d0e9c1b');

-- 7 fields
CREATE OR REPLACE VIEW shoal.reports ON CLUSTER 'abuse'
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

-- 7 fields
INSERT INTO shoal.migrations (version, name, checksum) VALUES (7, 'fields', '15fc7047392d7d8d79bb780f30d549cdefabdf0f1aadcbdf975bcb83e0b24574');

-- 8 codecs
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    MODIFY COLUMN campaign_id CODEC(LZ4),
    MODIFY COLUMN alone_id CODEC(LZ4),
    MODIFY COLUMN home CODEC(LZ4),
    MODIFY COLUMN reply_to CODEC(LZ4),
    MODIFY COLUMN from_address CODEC(LZ4),
    MODIFY COLUMN from_domain CODEC(LZ4),
    MODIFY COLUMN return_path_domain CODEC(LZ4),
    MODIFY COLUMN subject CODEC(LZ4),
    MODIFY COLUMN source_ip CODEC(LZ4),
    MODIFY COLUMN helo CODEC(LZ4),
    MODIFY COLUMN dkim_domain CODEC(LZ4),
    MODIFY COLUMN mailer CODEC(LZ4),
    MODIFY COLUMN attrs CODEC(LZ4),
    MODIFY COLUMN url_hosts CODEC(LZ4),
    MODIFY COLUMN attachments CODEC(LZ4),
    MODIFY COLUMN defects CODEC(LZ4),
    MODIFY COLUMN phones CODEC(LZ4),
    MODIFY COLUMN wallets CODEC(LZ4),
    MODIFY COLUMN spoofed_domain CODEC(LZ4),
    MODIFY COLUMN personal CODEC(LZ4),
    MODIFY COLUMN origins CODEC(LZ4);

-- 8 codecs
CREATE OR REPLACE TABLE shoal.report_rows ON CLUSTER 'abuse' AS shoal.report_rows_local
ENGINE = Distributed('abuse', 'shoal', 'report_rows_local', cityHash64(home) % 4)
COMMENT 'The rows of report_rows_local on all shards';

-- 8 codecs
INSERT INTO shoal.migrations (version, name, checksum) VALUES (8, 'codecs', 'c1dc1eba43a19ece941b2f755f3cb881131dff7e5a48dd737941d91212c9a2b4');

-- 9 days
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    ADD INDEX IF NOT EXISTS reported_at_span reported_at TYPE minmax GRANULARITY 1;

-- 9 days
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    MATERIALIZE INDEX reported_at_span;

-- 9 days
CREATE OR REPLACE VIEW shoal.daily_summary ON CLUSTER 'abuse'
(
    day Date COMMENT 'Day of reported_at (UTC)',
    campaign_id String COMMENT 'Campaign',
    change LowCardinality(String) COMMENT 'new: first day; revived: seen before, but not in the 7 days before; grew: 1.5 times the day before and 5 reports more, or beyond; faded: the reverse, or none after some; merged: went into another campaign that day; else steady',
    reports UInt64 COMMENT 'Reports on that day',
    reports_before UInt64 COMMENT 'Reports on the day before',
    recipients UInt64 COMMENT 'Distinct known recipients on that day'
)
AS SELECT d.day AS day, d.campaign_id AS campaign_id,
    multiIf(
        d.n = 0, 'faded',
        arrayMin(c.days) = d.day, 'new',
        NOT arrayExists(x -> x < d.day AND x >= d.day - 7, c.days), 'revived',
        d.n >= 1.5 * d.b AND d.n >= d.b + 5, 'grew',
        d.b >= 1.5 * d.n AND d.b >= d.n + 5, 'faded',
        'steady') AS change,
    d.n AS reports, d.b AS reports_before, d.u AS recipients
FROM
(
    SELECT campaign_id, groupUniqArray(toDate(reported_at)) AS days
    FROM shoal.report_rows FINAL
    WHERE campaign_id != ''
    GROUP BY campaign_id
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
) AS c
INNER JOIN
(
    SELECT campaign_id, day, sum(today) AS n, sum(before) AS b, max(units) AS u
    FROM
    (
        SELECT campaign_id, toDate(reported_at) AS day, count() AS today, 0 AS before, uniqExactIf(recipient_unit, recipient_unit != 0) AS units
        FROM shoal.report_rows FINAL
        WHERE campaign_id != ''
        GROUP BY campaign_id, day
        SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
        UNION ALL
        SELECT campaign_id, toDate(reported_at) + 1 AS day, 0 AS today, count() AS before, 0 AS units
        FROM shoal.report_rows FINAL
        WHERE campaign_id != ''
        GROUP BY campaign_id, day
        SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
    )
    GROUP BY campaign_id, day
    HAVING n > 0 OR day <= today()
) AS d ON d.campaign_id = c.campaign_id
UNION ALL
SELECT toDate(at) AS day, campaign_id, 'merged' AS change, 0 AS reports, 0 AS reports_before, 0 AS recipients
FROM shoal.campaign_rows FINAL
WHERE property = 'survivor' AND campaign_id IN (SELECT campaign_id FROM shoal.campaign_rows WHERE property IN ('created', 'split'))
COMMENT 'What changed from day to day: a row for each campaign with reports on the day or on the day before';

-- 9 days
CREATE OR REPLACE VIEW shoal.campaign_segments ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign',
    dimension String COMMENT 'recipient_domain or the name of an attribute',
    value String COMMENT 'Value: a segment of the recipients',
    reports UInt64 COMMENT 'Reports whose recipient has the value',
    recipients UInt64 COMMENT 'Distinct recipients with the value; a report without known recipient counts as one',
    known UInt64 COMMENT 'Distinct recipients of the campaign for whom the dimension is known',
    baseline UInt64 COMMENT 'Members of the baseline with the value',
    baseline_known UInt64 COMMENT 'Members of the baseline for whom the dimension is known'
)
AS SELECT t.campaign_id AS campaign_id, t.dimension AS dimension, t.value.1 AS value, t.value.2 AS reports, t.value.3 AS recipients, t.total AS known,
    if(pt.total > 0, p.recipients, t.value.4) AS baseline, if(pt.total > 0, pt.total, t.same_days) AS baseline_known
FROM
(
    SELECT campaign_id, dimension, arrayJoin(groupArrayIf((value, n, u, x), whole = 0)) AS value, maxIf(u, whole = 1) AS total, maxIf(x, whole = 1) AS same_days
    FROM
    (
        SELECT k.campaign_id AS campaign_id, k.segment.1 AS dimension, k.segment.2 AS whole, k.segment.3 AS value,
            any(k.segment.4) AS n, any(k.segment.5) AS u, uniqCombined64Merge(14)(s.recipients) AS x
        FROM (SELECT day, toString(dimension) AS dimension, whole, value, recipients FROM shoal.segment_days) AS s
        RIGHT JOIN
        (
            SELECT campaign_id, segment, arrayJoin(arrayConcat(
                    arrayMap(w -> (w, 2), full), arrayMap(d -> (d, 0), arrayFilter(d -> NOT has(full, toMonday(d)), days)))) AS period,
                period.1 AS day, segment.1 AS dimension, segment.2 + period.2 AS whole, segment.3 AS value
            FROM
            (
                SELECT campaign_id, arrayJoin(groupArrayArray(segments)) AS segment, groupUniqArrayArray(days) AS days,
                    arrayFilter(w -> arrayCount(d -> toMonday(d) = w, days) = 7, arrayDistinct(arrayMap(d -> toMonday(d), days))) AS full
                FROM
                (
                    SELECT campaign_id, dimension, groupUniqArrayArray(ds) AS days,
                        arrayPushBack(groupArray((dimension, 0, value, length(units), arrayUniq(units))), (dimension, 1, '', toUInt64(0), uniqExactArray(units))) AS segments
                    FROM
                    (
                        SELECT campaign_id, toString(k) AS dimension, v AS value, groupArray(unit) AS units, groupUniqArray(day) AS ds
                        FROM
                        (
                            SELECT campaign_id, toDate(reported_at) AS day, if(recipient_unit = 0, sipHash64(report_id), recipient_unit) AS unit,
                                recipient_domain, attrs
                            FROM shoal.report_rows FINAL
                            WHERE campaign_id != ''
                            SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
                        )
                        ARRAY JOIN arrayPushFront(mapKeys(attrs), 'recipient_domain') AS k, arrayPushFront(mapValues(attrs), toString(recipient_domain)) AS v
                        WHERE v != '' OR k != 'recipient_domain'
                        GROUP BY campaign_id, dimension, value
                    )
                    GROUP BY campaign_id, dimension
                )
                GROUP BY campaign_id
            )
        ) AS k ON s.day = k.day AND s.dimension = k.dimension AND s.whole = k.whole AND s.value = k.value
        GROUP BY campaign_id, dimension, whole, value
    )
    GROUP BY campaign_id, dimension
) AS t
LEFT JOIN
(
    SELECT toString(b.dimension) AS dimension, b.value AS value, sum(b.count) AS recipients
    FROM shoal.baseline_rows AS b
    WHERE b.generation = (SELECT max(generation) FROM shoal.baseline_rows)
    GROUP BY dimension, value
) AS p ON p.dimension = t.dimension AND p.value = t.value.1
LEFT JOIN
(
    SELECT toString(b.dimension) AS dimension, sum(b.count) AS total
    FROM shoal.baseline_rows AS b
    WHERE b.generation = (SELECT max(generation) FROM shoal.baseline_rows)
    GROUP BY dimension
) AS pt ON pt.dimension = t.dimension
COMMENT 'The counts behind campaign_targets';

-- 9 days
INSERT INTO shoal.migrations (version, name, checksum) VALUES (9, 'days', 'c73575e346fb1b51d6f5b276a5a191529dbe24300a21b615ba6485f39a22ac30');

-- 10 durable
ALTER TABLE shoal.segment_days_local ON CLUSTER 'abuse'
    MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

-- 10 durable
INSERT INTO shoal.migrations (version, name, checksum) VALUES (10, 'durable', '7a12103326626c5b205dca37a708af4de4f090222193117b46b65b0effdff261');

-- 11 lookups
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    ADD INDEX IF NOT EXISTS url_hosts_seen url_hosts TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS urls_seen arrayMap(u -> cutQueryStringAndFragment(u), urls) TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS attachments_seen tupleElement(attachments, 'sha256') TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS source_ip_seen source_ip TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS from_address_seen from_address TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS from_domain_seen from_domain TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS subject_seen subject TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS phones_seen phones TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS wallets_seen wallets TYPE bloom_filter(0.01) GRANULARITY 1;

-- 11 lookups
ALTER TABLE shoal.report_rows_local ON CLUSTER 'abuse'
    MATERIALIZE INDEX url_hosts_seen,
    MATERIALIZE INDEX urls_seen,
    MATERIALIZE INDEX attachments_seen,
    MATERIALIZE INDEX source_ip_seen,
    MATERIALIZE INDEX from_address_seen,
    MATERIALIZE INDEX from_domain_seen,
    MATERIALIZE INDEX subject_seen,
    MATERIALIZE INDEX phones_seen,
    MATERIALIZE INDEX wallets_seen;

-- 11 lookups
CREATE OR REPLACE VIEW shoal.campaign_states ON CLUSTER 'abuse'
(
    campaign_id String COMMENT 'Campaign',
    status LowCardinality(String) COMMENT 'open, idle (left the index), drifted (its exemplars fell apart: look at it) or merged',
    label String COMMENT 'Label given by an analyst',
    operation_id String COMMENT 'Operation that the campaign is tied to; empty if to none',
    merged_into String COMMENT 'For a merged campaign the one that has its reports now, all merges followed; else empty',
    created_at DateTime64(3, 'UTC') COMMENT 'When the second report made it a campaign (time of the log)'
)
AS SELECT campaign_id, multiIf(merged_into != '', 'merged', set_status = '', 'open', set_status) AS status, label, operation_id, merged_into, created_at
FROM
(
    SELECT campaign_id,
        argMaxIf(at, seq, property = 'created') AS created_at,
        argMaxIf(value, seq, property = 'status') AS set_status,
        argMaxIf(value, seq, property = 'label') AS label,
        argMaxIf(value, seq, property = 'operation') AS operation_id,
        argMaxIf(value, seq, property = 'survivor') AS merged_into
    FROM shoal.campaign_rows
    GROUP BY campaign_id
    HAVING countIf(property IN ('created', 'split')) > 0
) AS s
COMMENT 'The columns of campaigns that need no report: which campaigns have a label, a status or an operation is found here in a fraction of the time';

-- 11 lookups
INSERT INTO shoal.migrations (version, name, checksum) VALUES (11, 'lookups', '8fa73b680694f04316d0f4d1197aa7c76cc38fcca6583e1c1f2848ff6161e849');

