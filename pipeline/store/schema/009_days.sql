ALTER TABLE shoal.report_rows{{.OnCluster}}
    ADD INDEX IF NOT EXISTS reported_at_span reported_at TYPE minmax GRANULARITY 1;

ALTER TABLE shoal.report_rows{{.OnCluster}}
    MATERIALIZE INDEX reported_at_span;

CREATE OR REPLACE VIEW shoal.daily_summary{{.OnCluster}}
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
