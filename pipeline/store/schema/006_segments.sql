CREATE MATERIALIZED VIEW IF NOT EXISTS shoal.segment_weeks_feed{{.OnCluster}} TO shoal.segment_days
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
FROM shoal.report_rows
ARRAY JOIN arrayConcat(
    if(recipient_domain = '', [], [('recipient_domain', toString(recipient_domain), 2), ('recipient_domain', '', 3)]),
    arrayMap((k, v) -> (toString(k), v, 2), mapKeys(attrs), mapValues(attrs)),
    arrayMap(k -> (toString(k), '', 3), mapKeys(attrs))) AS d
WHERE is_deleted = 0 AND NOT (recipient = '' AND recipient_unit != 0)
GROUP BY day, dimension, whole, value
COMMENT 'Feeds segment_days with weeks, so that a campaign of many days needs fewer sets';

INSERT INTO shoal.segment_days (day, dimension, whole, value, recipients, received)
SELECT toMonday(day) AS day, dimension, whole + 2, value, uniqCombined64MergeState(14)(recipients), max(received)
FROM shoal.segment_days
WHERE whole < 2
GROUP BY day, dimension, whole, value;

ALTER TABLE shoal.segment_days{{.OnCluster}}
    COMMENT COLUMN day 'Day of reported_at, or the Monday of its week',
    COMMENT COLUMN whole '1: all values of the dimension together. 2 more: the whole week that begins on day';

CREATE OR REPLACE VIEW shoal.campaign_segments{{.OnCluster}}
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
