package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// rekey moves the rows of a step to their new campaigns: one INSERT SELECT
// writes each row at its new place and the tombstone at its old one, both with
// the event's seq as version. Where several events move a row each place that it
// passes gets its tombstone, with the seq of the event by which it left: as one
// statement for each event would. A row that a later event has put where it is
// stays (its version is higher), so a repeat does nothing.
func (db *DB) rekey(ctx context.Context, s step) error {
	if err := db.conn.Exec(ctx, rekeySQL(s)); err != nil {
		return fmt.Errorf("move rows of %d events: %w", len(s.events), err)
	}
	return nil
}

func rekeySQL(s step) string {
	if s.routes == nil {
		return singles(s.events).statement()
	}
	return wholes(s).statement()
}

// moves are the parts of a statement. Rows are chosen by where, and told apart by
// key, which is of the form of rowKey. Each key has its outcome, the rows to
// write as (campaign_id, alone_id, version, is_deleted), and the number of the
// event that says why, 0 for none.
type moves struct {
	where, key              string
	keys, outcomes, reasons []string
	// lineage are the campaigns whose events say why.
	lineage []string
	// keep: a reason that a row has already stays.
	keep bool
}

const rowKey = "concat(if(campaign_id = '', '-', '+'), from_id)"

func keyOf(p place) string {
	if p.campaign == "" {
		return "-" + p.alone
	}
	return "+" + p.campaign
}

func (m *moves) add(key, outcome string, reason uint64) {
	m.keys, m.outcomes = append(m.keys, quote(key)), append(m.outcomes, "["+outcome+"]")
	m.reasons = append(m.reasons, strconv.FormatUint(reason, 10))
}

// wholes moves whole campaigns.
func wholes(s step) *moves {
	m := &moves{key: rowKey, keep: true}
	var from []place
	for _, p := range s.routes {
		from = append(from, p.from)
		var out []string
		for _, l := range p.legs {
			out = append(out, outcome(l.from, l.seq, 1))
		}
		last := p.legs[len(p.legs)-1]
		m.add(keyOf(p.from), strings.Join(append(out, outcome(place{campaign: last.to}, last.seq, 0)), ","), p.evidence)
	}
	for _, e := range s.events {
		m.lineage = append(m.lineage, quote(e.GetCampaign()))
	}
	m.where = inPlaces(from)
	return m
}

// singles moves reports.
func singles(events []*record.Event) *moves {
	m := &moves{key: "concat(" + rowKey + ", lower(hex(report_id)))"}
	var all []place
	for _, e := range events {
		to := place{campaign: e.GetCampaign()}
		for _, from := range sources(cluster.EventMoved, e) {
			all = append(all, from)
			m.add(keyOf(from)+hex.EncodeToString(e.GetReportId()),
				outcome(from, e.GetSeq(), 1)+","+outcome(to, e.GetSeq(), 0), e.GetSeq())
		}
		m.lineage = append(m.lineage, quote(e.GetCampaign()))
	}
	m.where = "(" + inPlaces(all) + ") AND report_id IN (" + reportList(events) + ")"
	return m
}

func outcome(p place, version uint64, deleted int) string {
	return fmt.Sprintf("(%s,%s,%d,%d)", quote(p.campaign), quote(p.alone), version, deleted)
}

// inPlaces chooses rows by where they are.
func inPlaces(all []place) string {
	var campaigns, alone []string
	for _, p := range all {
		if p.campaign == "" {
			alone = append(alone, quote(p.alone))
		} else {
			campaigns = append(campaigns, quote(p.campaign))
		}
	}
	where := "campaign_id = '' AND alone_id IN (" + strings.Join(distinct(alone), ",") + ")"
	if len(campaigns) > 0 {
		where = "campaign_id IN (" + strings.Join(distinct(campaigns), ",") + ") OR " + where
	}
	return where
}

func (m *moves) statement() string {
	rest := strings.Join(carriedColumns(), ", ")
	// A tombstone has the content of the row that it hides: the reason only where
	// the row had got it before it came there.
	stays := "out.4 = 1 AND out.3 <= r.reason OR empty(l.evidence)"
	if m.keep {
		stays += " OR notEmpty(r.evidence)"
	}
	return `INSERT INTO shoal.report_rows (campaign_id, alone_id, version, is_deleted, evidence, join_score, join_content, ` + rest + `)
SELECT out.1, out.2, out.3, out.4,
    if(` + stays + `, r.evidence, l.evidence), if(` + stays + `, r.join_score, l.score), if(` + stays + `, r.join_content, l.content), ` + rest + `
FROM
(
    SELECT *, if(campaign_id = '', alone_id, campaign_id) AS from_id,
        transform(` + m.key + `, [` + strings.Join(m.keys, ",") + `], range(1, ` + strconv.Itoa(len(m.keys)+1) + `), 0) AS way,
        [` + strings.Join(m.outcomes, ",") + `][way] AS outcomes, [` + strings.Join(m.reasons, ",") + `][way] AS reason
    FROM shoal.report_rows FINAL
    WHERE ` + m.where + `
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
) AS r
ANY LEFT JOIN
(
    SELECT seq, evidence, score, content FROM shoal.lineage_rows
    WHERE campaign_id IN (` + strings.Join(distinct(m.lineage), ",") + `) AND seq IN (` + strings.Join(distinct(m.reasons), ",") + `)
) AS l ON r.reason = l.seq
ARRAY JOIN r.outcomes AS out
WHERE out.3 > r.version`
}

// carriedColumns are the columns of report_rows that a move leaves as they are.
func carriedColumns() []string {
	var out []string
	for _, c := range names(reportColumns) {
		if !slices.Contains(placeColumns, c) {
			out = append(out, c)
		}
	}
	return out
}

var placeColumns = []string{"campaign_id", "alone_id", "version", "is_deleted", "evidence", "join_score", "join_content"}

func reportList(events []*record.Event) string {
	var b strings.Builder
	for i, e := range events {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("unhex('" + hex.EncodeToString(e.GetReportId()) + "')")
	}
	return b.String()
}

func distinct(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

var quoter = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`)

// quote makes a ClickHouse string literal.
func quote(s string) string { return "'" + quoter.Replace(s) + "'" }
