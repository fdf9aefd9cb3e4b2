CREATE OR REPLACE VIEW shoal.campaign_drift{{.OnCluster}}
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

CREATE OR REPLACE VIEW shoal.campaign_lineage{{.OnCluster}}
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
