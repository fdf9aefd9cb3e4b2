CREATE TABLE IF NOT EXISTS shoal.report_rows{{.OnCluster}}
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
ENGINE = {{.Replacing "version, is_deleted"}}
PARTITION BY toYYYYMM(received_at)
ORDER BY (campaign_id, alone_id, reported_at, report_id)
TTL toDateTime(received_at) + INTERVAL {{.TTLDays}} DAY DELETE WHERE is_deleted = 0,
    toDateTime(received_at) + INTERVAL {{.TombstoneDays}} DAY DELETE WHERE is_deleted = 1
SETTINGS index_granularity = 1024, min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1,
    fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'One row per report and campaign it was in; the newest version counts. Written by shoal writer, read through the views';

CREATE TABLE IF NOT EXISTS shoal.campaign_rows{{.OnCluster}}
(
    campaign_id String COMMENT 'Campaign' CODEC(ZSTD(1)),
    property LowCardinality(String) COMMENT 'created, split, status, label, operation or survivor (all merges followed)',
    seq UInt64 COMMENT 'Seq of the event that set it' CODEC(T64, ZSTD(1)),
    at DateTime64(3, 'UTC') COMMENT 'Time of that event; of a survivor, of the first merge' CODEC(DoubleDelta, ZSTD(1)),
    value String COMMENT 'Value of the property' CODEC(ZSTD(1))
)
ENGINE = {{.Replacing "seq"}}
ORDER BY (campaign_id, property)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'State of campaigns: one row per campaign and property, the highest seq counts';

CREATE TABLE IF NOT EXISTS shoal.lineage_rows{{.OnCluster}}
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
ENGINE = {{.Replacing "seq"}}
ORDER BY (campaign_id, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'The log of what happened to campaigns: every event but assignments and repeats';

CREATE TABLE IF NOT EXISTS shoal.segment_days{{.OnCluster}}
(
    day Date COMMENT 'Day of reported_at' CODEC(ZSTD(1)),
    dimension LowCardinality(String) COMMENT 'recipient_domain or an attribute',
    whole UInt8 COMMENT '1: all values of the dimension together',
    value String COMMENT 'Value; empty where whole' CODEC(ZSTD(1)),
    recipients AggregateFunction(uniqCombined64(14), UInt64) COMMENT 'Distinct recipients' CODEC(ZSTD(1)),
    received SimpleAggregateFunction(max, Date) COMMENT 'Last day on which a report of it came in' CODEC(ZSTD(1))
)
ENGINE = {{.Aggregating}}
ORDER BY (day, dimension, whole, value)
TTL received + INTERVAL {{.TTLDays}} DAY
COMMENT 'Distinct recipients of all reports per day and segment: what lift is measured against without a baseline. A set, so that repeats change nothing';

CREATE MATERIALIZED VIEW IF NOT EXISTS shoal.segment_days_feed{{.OnCluster}} TO shoal.segment_days
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
FROM shoal.report_rows
ARRAY JOIN arrayConcat(
    if(recipient_domain = '', [], [('recipient_domain', toString(recipient_domain), 0), ('recipient_domain', '', 1)]),
    arrayMap((k, v) -> (toString(k), v, 0), mapKeys(attrs), mapValues(attrs)),
    arrayMap(k -> (toString(k), '', 1), mapKeys(attrs))) AS d
WHERE is_deleted = 0 AND NOT (recipient = '' AND recipient_unit != 0)
GROUP BY day, dimension, whole, value
COMMENT 'Feeds segment_days with every row that enters report_rows';

CREATE TABLE IF NOT EXISTS shoal.baseline_rows{{.OnCluster}}
(
    generation UInt64 COMMENT 'Number of the baseline; the highest counts',
    dimension LowCardinality(String) COMMENT 'recipient_domain or an attribute',
    value String COMMENT 'Value',
    count UInt64 COMMENT 'Members of the population with that value'
)
ENGINE = {{.Plain}}
ORDER BY (generation, dimension, value)
COMMENT 'The population that lift is measured against (--baseline); replaced as a whole';

CREATE TABLE IF NOT EXISTS shoal.ip_networks{{.OnCluster}}
(
    prefix String COMMENT 'Network, such as 192.0.2.0/24',
    asn UInt32 COMMENT 'Autonomous system number',
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2 code',
    name String COMMENT 'Name of the network or its owner'
)
ENGINE = {{.Plain}}
ORDER BY prefix
COMMENT 'Networks, filled by the operator; gives campaign_infrastructure its asn and country rows';

CREATE TABLE IF NOT EXISTS shoal.erased_rows{{.OnCluster}}
(
    pseudonym_hash FixedString(32) COMMENT 'SHA-256 of the pseudonym',
    unit UInt64 COMMENT 'Random number that counts in the place of the person',
    erased_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = {{.Replacing "erased_at"}}
ORDER BY pseudonym_hash
TTL toDateTime(erased_at) + INTERVAL {{.TTLDays}} DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Who asked to be forgotten: a row that comes again from the topics is stored without its pseudonym';

CREATE DICTIONARY IF NOT EXISTS shoal.ip_network{{.OnCluster}}
(
    prefix String,
    asn UInt32 DEFAULT 0,
    country String DEFAULT '',
    name String DEFAULT ''
)
PRIMARY KEY prefix
SOURCE(CLICKHOUSE({{.DictionaryUser}}DB 'shoal' TABLE 'ip_networks'))
LAYOUT(IP_TRIE)
LIFETIME(MIN 30 MAX 60)
COMMENT 'Longest matching network of ip_networks for an address';
