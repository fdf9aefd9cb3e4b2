package store

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"shoal/cluster"
)

// Kept says that a report is stored.
type Kept struct {
	ID cluster.ReportID
	// ReceivedAt in Unix milliseconds, as [ReceivedMS] gives it.
	ReceivedAt int64
	// Offset of the report in topic features, -1 where an older shoal stored it.
	Offset int64
}

// ReceivedMS is the time that is stored of a report which came in at ms.
func ReceivedMS(ms int64) int64 { return storedTime(min(ms, maxReceivedMS), 0).UnixMilli() }

type keptRow struct {
	Report   string `ch:"report"`
	Received int64  `ch:"received"`
	Offset   int64  `ch:"log_offset"`
}

const keptSQL = `SELECT hex(report_id) AS report, toUnixTimestamp64Milli(received_at) AS received, log_offset
FROM shoal.report_rows FINAL
WHERE `

const keptSettings = " SETTINGS do_not_merge_across_partitions_select_final = 1"

// EachKept calls take with every stored report that was received at from or later
// and before to, in no order: once for each place that it is in, which is one.
func (db *DB) EachKept(ctx context.Context, from, to int64, take func(Kept) error) error {
	where := fmt.Sprintf("received_at >= fromUnixTimestamp64Milli(toInt64(%d), 'UTC') AND received_at < fromUnixTimestamp64Milli(toInt64(%d), 'UTC')",
		max(from, minTimeMS), min(to, maxTimeMS+1))
	if err := db.eachKept(ctx, where, take); err != nil {
		return fmt.Errorf("read stored reports: %w", err)
	}
	return nil
}

// KeptOf calls take with those of reports that are stored, whenever they were
// received.
func (db *DB) KeptOf(ctx context.Context, reports []cluster.ReportID, take func(Kept) error) error {
	const most = 5000 // of one statement
	for len(reports) > 0 {
		n := min(most, len(reports))
		ids := make([]string, n)
		for i, r := range reports[:n] {
			ids[i] = "unhex('" + r.String() + "')"
		}
		if err := db.eachKept(ctx, "report_id IN ("+strings.Join(ids, ", ")+")", take); err != nil {
			return fmt.Errorf("look up %d reports: %w", n, err)
		}
		reports = reports[n:]
	}
	return nil
}

func (db *DB) eachKept(ctx context.Context, where string, take func(Kept) error) error {
	rows, err := db.conn.Query(ctx, keptSQL+where+keptSettings)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r keptRow
		if err := rows.ScanStruct(&r); err != nil {
			return err
		}
		id, err := cluster.ParseReportID(strings.ToLower(r.Report))
		if err != nil {
			return err
		}
		if err := take(Kept{ID: id, ReceivedAt: r.Received, Offset: r.Offset}); err != nil {
			return err
		}
	}
	return rows.Err()
}

var ttlDays = regexp.MustCompile(`received_at\) \+ toIntervalDay\((\d+)\) WHERE is_deleted = 0`)

// KeepsFor says how long the table of reports keeps a row after it was received.
func (db *DB) KeepsFor(ctx context.Context) (time.Duration, error) {
	l, err := db.layout(ctx)
	if err != nil {
		return 0, err
	}
	tables, err := selectRows[struct {
		Query string `ch:"create_table_query"`
	}](ctx, db, "SELECT create_table_query FROM system.tables WHERE database = 'shoal' AND name = "+quote(l.local("report_rows")))
	if err != nil {
		return 0, fmt.Errorf("read retention: %w", err)
	}
	for _, t := range tables {
		if m := ttlDays.FindStringSubmatch(t.Query); m != nil {
			days, err := strconv.Atoi(m[1])
			return time.Duration(days) * 24 * time.Hour, err
		}
	}
	return 0, fmt.Errorf("read retention: report_rows has none")
}
