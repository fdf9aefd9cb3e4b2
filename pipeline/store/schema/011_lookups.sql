ALTER TABLE shoal.report_rows{{.OnCluster}}
    ADD INDEX IF NOT EXISTS url_hosts_seen url_hosts TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS urls_seen arrayMap(u -> cutQueryStringAndFragment(u), urls) TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS attachments_seen tupleElement(attachments, 'sha256') TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS source_ip_seen source_ip TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS from_address_seen from_address TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS from_domain_seen from_domain TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS subject_seen subject TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS phones_seen phones TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS wallets_seen wallets TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE shoal.report_rows{{.OnCluster}}
    MATERIALIZE INDEX url_hosts_seen,
    MATERIALIZE INDEX urls_seen,
    MATERIALIZE INDEX attachments_seen,
    MATERIALIZE INDEX source_ip_seen,
    MATERIALIZE INDEX from_address_seen,
    MATERIALIZE INDEX from_domain_seen,
    MATERIALIZE INDEX subject_seen,
    MATERIALIZE INDEX phones_seen,
    MATERIALIZE INDEX wallets_seen;

CREATE OR REPLACE VIEW shoal.campaign_states{{.OnCluster}}
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
