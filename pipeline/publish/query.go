package publish

import "strings"

// The statements of a campaign. Each takes the condition that picks campaigns
// (campaign_id = 'c1'), so that one statement serves many campaigns and is shown
// for each of them alone.

func headSQL(where string) string {
	return `SELECT campaign_id, name, first_seen, last_seen, reports, recipients, recipient_domains, source_ips,
    top_subject, spoofed_domain, auth_fail_share, auth_results, status, label, operation_id, merged_into, created_at
FROM campaigns WHERE ` + where + `
ORDER BY campaign_id`
}

func timelineSQL(where string) string {
	return `SELECT campaign_id, hour, reports, recipients
FROM campaign_timeline WHERE ` + where + `
ORDER BY campaign_id, hour DESC LIMIT 1000 BY campaign_id`
}

// targetsSQL ranks segments by how much of the aim they explain: a county with
// one recipient may have a huge lift, and says little. The p-value must be small
// for the number of segments that were looked at (Bonferroni): among a hundred
// counties one is at 0.01 by chance.
func targetsSQL(where string) string {
	return `SELECT campaign_id, dimension, value, recipients, share, baseline_share, lift, lift_low, lift_high, p_value,
    count() OVER (PARTITION BY campaign_id) AS segments, p_value * segments < 0.01 AND lift > 1 AND recipients > 2 AS aimed
FROM campaign_targets WHERE ` + where + `
ORDER BY campaign_id, aimed DESC, share * log(lift_low) DESC, dimension, value LIMIT 8 BY campaign_id`
}

// facetsSQL counts the values of a report's columns. A subject or link that only
// one recipient got may name that person, and is left out. Columns with few values are
// counted together first: what is left to take apart is short, however many reports
// there are.
func facetsSQL(where string) string {
	return `SELECT campaign_id, kind, value, reports
FROM
(
    ` + strings.Join([]string{
		apartSQL(where, "spf, dkim, dmarc, source, language, personal",
			`arrayConcat([('spf', toString(spf)), ('dkim', toString(dkim)), ('dmarc', toString(dmarc)), ('reported_by', toString(source)), ('language', toString(language))],
        arrayMap(x -> ('personal', toString(x)), personal))`),
		apartSQL(where, "from_address, from_domain, from_name, reply_to",
			"[('from_address', from_address), ('from_domain', from_domain), ('from_name', from_name), ('reply_to', reply_to)]"),
		apartSQL(where, "phones, wallets, url_hosts",
			`arrayConcat(arrayMap(x -> ('phone', x), arrayDistinct(phones)), arrayMap(x -> ('wallet', x), arrayDistinct(wallets)),
        arrayMap(x -> ('host', x), arrayDistinct(url_hosts)))`),
		commonSQL(where, "subject", "subject"),
		commonSQL(where, "url", "arrayJoin(arrayDistinct(arrayMap(u -> cutQueryStringAndFragment(u), urls)))"),
	}, "\n    UNION ALL ") + `
)
WHERE value != ''
ORDER BY campaign_id, kind, reports DESC, value LIMIT 20 BY campaign_id, kind`
}

// apartSQL counts columns together and then each of the facets that they make.
func apartSQL(where, columns, facets string) string {
	return `SELECT campaign_id, facet.1 AS kind, facet.2 AS value, sum(n) AS reports
    FROM (SELECT campaign_id, ` + columns + `, count() AS n FROM reports WHERE ` + where + ` GROUP BY campaign_id, ` + columns + `)
    ARRAY JOIN ` + facets + ` AS facet
    GROUP BY campaign_id, kind, value`
}

// commonSQL counts the values of one kind that two recipients or more got.
func commonSQL(where, kind, value string) string {
	return `SELECT campaign_id, '` + kind + `' AS kind, ` + value + ` AS value, count() AS reports
    FROM reports WHERE ` + where + `
    GROUP BY campaign_id, value
    HAVING min(if(recipient = '', report_id, recipient)) != max(if(recipient = '', report_id, recipient))`
}

func infrastructureSQL(where string) string {
	return `SELECT campaign_id, toString(kind) AS kind, value, reports
FROM campaign_infrastructure WHERE ` + where + `
    AND kind IN ('asn', 'country', 'return_path_domain', 'mailer', 'header_fingerprint')
ORDER BY campaign_id, kind, reports DESC, value LIMIT 10 BY campaign_id, kind`
}

func serversSQL(where string) string {
	return `SELECT campaign_id, source_ip AS ip, arrayElement(topK(1)(helo), 1) AS helo, count() AS reports,
    min(reported_at) AS first_seen, max(reported_at) AS last_seen
FROM reports WHERE ` + where + ` AND source_ip != ''
GROUP BY campaign_id, source_ip
ORDER BY campaign_id, reports DESC, ip LIMIT 20 BY campaign_id`
}

func attachmentsSQL(where string) string {
	return `SELECT campaign_id, if(uniqExact(a.name) = count() AND count() > 1, '', arrayElement(topK(1)(a.name), 1)) AS name,
    arrayElement(topK(1)(a.type), 1) AS type, any(a.size) AS size, a.sha256 AS sha256, any(a.ssdeep) AS ssdeep, count() AS reports
FROM reports ARRAY JOIN attachments AS a
WHERE ` + where + `
GROUP BY campaign_id, sha256
ORDER BY campaign_id, reports DESC, sha256 LIMIT 20 BY campaign_id`
}

func siblingsSQL(where string) string {
	return `SELECT operation_id, campaign_id, name, reports, toString(status) AS status
FROM campaigns WHERE ` + inState(where) + ` AND ` + where + ` AND status != 'merged'
ORDER BY operation_id, reports DESC, campaign_id LIMIT 20 BY operation_id`
}

func mergedSQL(where string) string {
	return `SELECT merged_into, campaign_id
FROM campaign_states WHERE ` + where + `
ORDER BY merged_into, campaign_id LIMIT 50 BY merged_into`
}

// inState is the condition that a campaign's state meets another one: view campaigns
// would first work out the figures of all.
func inState(condition string) string {
	return "campaign_id IN (SELECT campaign_id FROM campaign_states WHERE " + condition + ")"
}

// lineageSQL lists what happened to a campaign. Two that are tied have an event each,
// of which one says it.
func lineageSQL(id string) string {
	return `SELECT at, toString(event) AS event, campaign_id, other_id, report_id, label, actor, note
FROM campaign_lineage WHERE campaign_id = ` + quote(id) + ` OR other_id = ` + quote(id) + `
ORDER BY seq
LIMIT 1 BY if(event = 'tied', arraySort([campaign_id, other_id]), [toString(seq)]), at
LIMIT 200`
}

// keysSQL counts a report once where a key agreed twice.
func keysSQL(id string) string {
	return `SELECT toString(e.1) AS key, countIf(n = 1) AS reports, avg(e.3) AS mean_score, avg(e.4) AS mean_weight
FROM campaign_joins ARRAY JOIN evidence AS e, arrayEnumerateUniq(arrayMap(x -> x.1, evidence)) AS n
WHERE campaign_id = ` + quote(id) + `
GROUP BY key ORDER BY reports DESC, key`
}

// weakestSQL gives the five reports that joined with the lowest score.
func weakestSQL(id string) string {
	return `SELECT report_id, matched_report_id, toFloat64(score) AS score, toFloat64(content) AS content, toFloat64(prior) AS prior,
    arrayMap(e -> toString(e.1), evidence) AS keys, arrayMap(e -> e.2, evidence) AS values,
    arrayMap(e -> toFloat64(e.3), evidence) AS scores, arrayMap(e -> toFloat64(e.4), evidence) AS weights
FROM campaign_joins WHERE campaign_id = ` + quote(id) + ` AND NOT isNaN(score)
ORDER BY score, report_id LIMIT 5`
}
