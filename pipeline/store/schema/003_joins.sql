ALTER TABLE shoal.report_rows{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS log_offset Int64 DEFAULT -1 COMMENT 'Offset of the report in topic features; -1 where an older shoal stored it' CODEC(Delta, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS join_score Float32 DEFAULT nan COMMENT 'Score with which it joined, in nats; not a number where an older shoal stored it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS join_content Float32 DEFAULT nan COMMENT 'The part of join_score that content gave' CODEC(ZSTD(1));

ALTER TABLE shoal.lineage_rows{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS score Float32 DEFAULT nan COMMENT 'Score of a merge by the engine, in nats; else 0' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS content Float32 DEFAULT nan COMMENT 'The part of score that content gave' CODEC(ZSTD(1));

CREATE OR REPLACE VIEW shoal.campaign_joins{{.OnCluster}}
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
    score Float32 COMMENT 'Score of a merge by the engine, in nats; else 0. Not a number where an older shoal stored it',
    content Float32 COMMENT 'The part of score that content gave',
    seq UInt64 COMMENT 'Number of the event: the order of the log'
)
AS SELECT at, event, campaign_id, other_id, if(l.report_id = toFixedString('', 16), '', lower(hex(l.report_id))) AS report_id,
    operation_id, label, actor, note,
    arrayMap(e -> (e.key, lower(hex(e.matched)), e.value, e.score, e.weight), l.evidence) AS evidence, score, content, seq
FROM shoal.lineage_rows AS l FINAL
COMMENT 'The log of what happened to campaigns';
