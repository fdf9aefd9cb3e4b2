package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrOtherLayout is returned by [DB.Migrate] where the tables are there, and not
// on the cluster that was named.
var ErrOtherLayout = errors.New("the tables are laid out otherwise")

// layout says where the rows are; see the package comment.
type layout struct {
	// cluster is its name in the servers' remote_servers, "" for one server.
	cluster string
	// slots is the sum of the shards' weights when the tables were made.
	slots uint64
}

// onCluster is the clause of statements that every server carries out.
func (l layout) onCluster() string {
	if l.cluster == "" {
		return ""
	}
	return " ON CLUSTER " + quote(l.cluster)
}

// local is the name of the table that has a server's own rows.
func (l layout) local(table string) string {
	if l.cluster != "" && sharded[table] {
		return table + localSuffix
	}
	return table
}

// writing gives the context of the writer's statements. An insert does not look
// for rows of one key to replace, which takes half of its time: a batch has none.
//
// On a cluster each statement must see what the one before it wrote, whichever
// replica it reads: so an insert waits for most replicas of its shard, and one
// that lags behind answers a read with an error, upon which the writer tries again.
func (l layout) writing(ctx context.Context) context.Context {
	settings := clickhouse.Settings{"optimize_on_insert": 0}
	if l.cluster != "" {
		settings["distributed_foreground_insert"] = 1
		settings["insert_quorum"] = "auto"
		settings["insert_quorum_parallel"] = 0
		settings["select_sequential_consistency"] = 1
		settings["load_balancing"] = "in_order"
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings))
}

// layout looks, once, at how the tables are laid out.
func (db *DB) layout(ctx context.Context) (layout, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.laid != nil {
		return *db.laid, nil
	}
	tables, err := selectRows[struct {
		Engine string `ch:"engine_full"`
	}](ctx, db, "SELECT engine_full FROM system.tables WHERE database = 'shoal' AND name = 'report_rows'")
	if err != nil {
		return layout{}, fmt.Errorf("look at layout: %w", err)
	}
	if len(tables) == 0 {
		return layout{}, nil
	}
	l := parseLayout(tables[0].Engine)
	db.laid = &l
	return l, nil
}

var distributedEngine = regexp.MustCompile(`^Distributed\('([^']+)', 'shoal', 'report_rows_local'(?:, cityHash64\(home\) % (\d+))?\)`)

// parseLayout reads what distributed wrote.
func parseLayout(engine string) layout {
	m := distributedEngine.FindStringSubmatch(engine)
	if m == nil {
		return layout{}
	}
	slots, _ := strconv.ParseUint(m[2], 10, 64) // without a key yet: none
	return layout{cluster: m[1], slots: slots}
}

// wanted is the layout that a migration makes, or keeps where there is a schema:
// tables of a cluster stay on it, also where none is named.
func (db *DB) wanted(ctx context.Context, schema bool) (layout, error) {
	l, err := db.layout(ctx)
	if err != nil {
		return layout{}, err
	}
	if name := db.cfg.Cluster; name != "" && name != l.cluster {
		if l.cluster != "" {
			return layout{}, fmt.Errorf("%w: on cluster %q, not %q", ErrOtherLayout, l.cluster, name)
		}
		if schema {
			return layout{}, fmt.Errorf("%w: on this server alone, not on cluster %q", ErrOtherLayout, name)
		}
		l.cluster = name
	}
	if l.cluster != "" && l.slots == 0 {
		l.slots, err = db.slots(ctx, l.cluster)
	}
	return l, err
}

// slots adds up the weights of a cluster's shards.
func (db *DB) slots(ctx context.Context, cluster string) (uint64, error) {
	rows, err := selectRows[struct {
		Cluster string `ch:"cluster"`
		Slots   uint64 `ch:"slots"`
	}](ctx, db, `SELECT cluster, toUInt64(sum(weight)) AS slots
FROM (SELECT cluster, shard_num, max(shard_weight) AS weight FROM system.clusters GROUP BY cluster, shard_num)
GROUP BY cluster ORDER BY cluster`)
	if err != nil {
		return 0, fmt.Errorf("read clusters: %w", err)
	}
	var names []string
	for _, r := range rows {
		if r.Cluster == cluster && r.Slots > 0 {
			return r.Slots, nil
		}
		names = append(names, r.Cluster)
	}
	return 0, fmt.Errorf("the server knows no cluster %q, it knows %q", cluster, names)
}
