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
// the event's seq as version, in one block. A row that a later event has put
// where it is stays (its version is higher), so a repeat does nothing.
func (db *DB) rekey(ctx context.Context, s step) error {
	if err := db.conn.Exec(ctx, rekeySQL(s)); err != nil {
		return fmt.Errorf("move rows of %d %s events: %w", len(s.events), s.kind, err)
	}
	return nil
}

func rekeySQL(s step) string {
	var sources, keys, targets, seqs []string
	for _, e := range s.events {
		source := sourceOf(s.kind, e)
		sources = append(sources, quote(source))
		key := quote(source)
		if s.kind == cluster.EventMoved {
			key = quote(source + hex.EncodeToString(e.GetReportId()))
		}
		keys = append(keys, key)
		targets = append(targets, quote(e.GetCampaign()))
		seqs = append(seqs, strconv.FormatUint(e.GetSeq(), 10))
	}
	in := "(" + strings.Join(distinct(sources), ",") + ")"
	where := "campaign_id = '' AND alone_id IN " + in
	key := "from_id"
	switch s.kind {
	case cluster.EventMerged:
		where = "campaign_id IN " + in + " OR " + where
	case cluster.EventMoved:
		where = "(campaign_id IN " + in + " OR " + where + ") AND report_id IN (" + reportList(s.events) + ")"
		key = "concat(from_id, lower(hex(report_id)))"
	}
	return rekeyStatement(rekeyParts{
		where: where, key: key, keepEvidence: s.kind != cluster.EventMoved,
		keys: strings.Join(keys, ","), targets: strings.Join(targets, ","), seqs: strings.Join(seqs, ","),
		lineage: "(" + strings.Join(distinct(targets), ",") + ")",
	})
}

type rekeyParts struct {
	where, key, keys, targets, seqs, lineage string
	keepEvidence                             bool
}

func rekeyStatement(p rekeyParts) string {
	rest := strings.Join(carriedColumns(), ", ")
	// A tombstone has the content of the row that it hides.
	stays := "dead = 1 OR empty(l.evidence)"
	if p.keepEvidence {
		stays += " OR notEmpty(r.evidence)"
	}
	return `INSERT INTO shoal.report_rows (campaign_id, alone_id, version, is_deleted, evidence, join_score, join_content, ` + rest + `)
SELECT if(dead = 1, r.campaign_id, r.target), if(dead = 1, r.alone_id, ''), r.seq, dead,
    if(` + stays + `, r.evidence, l.evidence), if(` + stays + `, r.join_score, l.score), if(` + stays + `, r.join_content, l.content), ` + rest + `
FROM
(
    SELECT *, if(campaign_id = '', alone_id, campaign_id) AS from_id,
        transform(` + p.key + `, [` + p.keys + `], [` + p.targets + `], '') AS target,
        transform(` + p.key + `, [` + p.keys + `], [` + p.seqs + `], 0) AS seq
    FROM shoal.report_rows FINAL
    WHERE ` + p.where + `
    SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_move_to_prewhere_if_final = 1
) AS r
ANY LEFT JOIN (SELECT seq, evidence, score, content FROM shoal.lineage_rows WHERE campaign_id IN ` + p.lineage + ` AND seq IN (` + p.seqs + `)) AS l ON r.seq = l.seq
ARRAY JOIN [0, 1] AS dead
WHERE r.version < r.seq AND r.target != ''`
}

// carriedColumns are the columns of report_rows that a move leaves as they are.
func carriedColumns() []string {
	var out []string
	for _, c := range reportColumns {
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
