package store

import (
	"fmt"
	"regexp"
	"strings"
)

// localSuffix ends the name of a table that has the rows of one shard alone.
const localSuffix = "_local"

// sharded are the tables whose rows are spread over the shards: those of reports
// by the campaign that each was first known under, those of segments where the
// reports are that they are counted from. Every other table is whole on every
// server, so that a join with it stays there.
var sharded = map[string]bool{"report_rows": true, "segment_days": true}

// backfill begins what fills a table from rows that were there before it. A
// cluster has none: it came later.
const backfill = "INSERT INTO shoal.segment_days "

// homeSince is the migration from which report_rows has its sharding key.
const homeSince = 5

var (
	tableStatement = regexp.MustCompile(`^(CREATE TABLE IF NOT EXISTS|ALTER TABLE) shoal\.(\w+)`)
	shardedName    = regexp.MustCompile(`\bshoal\.(report_rows|segment_days)\b`)
	engineClause   = regexp.MustCompile(`\nENGINE = (\w*MergeTree)(?:\((.*)\))?\n`)
)

// spread turns a statement of migration version into what a cluster needs:
// replicated tables, and a Distributed one over each that is sharded.
func (l layout) spread(version int, sql string) []string {
	if l.cluster == "" {
		return []string{sql}
	}
	switch {
	case strings.HasPrefix(sql, "CREATE MATERIALIZED VIEW"):
		return []string{shardedName.ReplaceAllString(sql, "shoal.${1}"+localSuffix)}
	case strings.HasPrefix(sql, backfill):
		return nil
	}
	m := tableStatement.FindStringSubmatch(sql)
	if m == nil {
		return []string{sql}
	}
	verb, table := m[1], m[2]
	sql = strings.Replace(sql, "shoal."+table, "shoal."+l.local(table), 1)
	if verb != "ALTER TABLE" {
		sql = replicated(sql, table)
	}
	if !sharded[table] || verb == "ALTER TABLE" && !strings.Contains(sql, " COLUMN ") {
		return []string{sql} // the Distributed table has columns and no index
	}
	return []string{sql, l.distributed(version, table)}
}

// replicated makes the engine of a CREATE TABLE a replicated one. The path names
// the table and not its UUID, so that a table that is made on one server more is
// another copy of it. Blocks that were inserted before are not dropped: repeats
// are harmless by design, and one that was stored without having reached
// segment_days must reach it.
func replicated(sql, table string) string {
	path, replica := "all", "{shard}-{replica}"
	if sharded[table] {
		path, replica = "{shard}", "{replica}"
	}
	keeper := quote("/clickhouse/tables/"+path+"/shoal/"+table) + ", " + quote(replica)
	sql = engineClause.ReplaceAllStringFunc(sql, func(clause string) string {
		m := engineClause.FindStringSubmatch(clause)
		args := keeper
		if m[2] != "" {
			args += ", " + m[2]
		}
		return "\nENGINE = Replicated" + m[1] + "(" + args + ")\n"
	})
	const window = "\nSETTINGS replicated_deduplication_window = 0"
	if strings.Contains(sql, "\nSETTINGS ") {
		return strings.Replace(sql, "\nSETTINGS ", window+", ", 1)
	}
	return strings.Replace(sql, "\nCOMMENT ", window+"\nCOMMENT ", 1)
}

// distributed makes the table under whose name the rows of all shards are read
// and written. It holds none itself and is made anew when the columns change.
//
// Its key is taken modulo the slots that the cluster had at first. Were it not,
// then with one shard more a report's next version would go to another shard than
// its last, and FINAL, which works within a shard, would show both.
func (l layout) distributed(version int, table string) string {
	args := []string{quote(l.cluster), quote(database), quote(l.local(table))}
	if table == "report_rows" && version >= homeSince {
		args = append(args, fmt.Sprintf("cityHash64(home) %% %d", l.slots))
	}
	return fmt.Sprintf(`CREATE OR REPLACE TABLE shoal.%s%s AS shoal.%s
ENGINE = Distributed(%s)
COMMENT 'The rows of %s on all shards'`, table, l.onCluster(), l.local(table), strings.Join(args, ", "), l.local(table))
}
