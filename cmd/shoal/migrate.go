package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"shoal/pipeline/kafka"
	"shoal/pipeline/store"
)

func (a *app) migrateCommand() *cobra.Command {
	var f storeFlags
	var k kafkaFlags
	var files tableFlags
	topics := kafka.DefaultTopics()
	var dry bool
	var cluster string
	cmd := &cobra.Command{
		Use:     "migrate",
		GroupID: groupTool,
		Short:   "Create or upgrade the tables, and create the topics",
		Long: `Create or upgrade the tables of the ClickHouse of --clickhouse, and, where --kafka
is given, create the topics that are not there. It can be repeated. Tables of
"shoal run" are upgraded by itself.

--cluster makes the tables on a ClickHouse cluster, replicated and spread over its
shards by campaign. The number of shards stays as it was then. Later migrations
and all other commands find it out themselves.

--dry-run prints the SQL that would be run.`,
		Example: `  shoal migrate --clickhouse clickhouse://shoal:secret@db:9000 --kafka broker:9092 --replication 3
  shoal migrate --clickhouse http://127.0.0.1:8123 --dry-run
  shoal migrate --clickhouse clickhouse://shoal:secret@db-0-0:9000 --cluster abuse`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.url == "" {
				return usagef("name the ClickHouse server with --clickhouse")
			}
			if err := a.migrate(cmd.Context(), &f, cluster, &files, dry); err != nil {
				return err
			}
			if !k.given() || dry {
				return nil
			}
			return a.makeTopics(cmd.Context(), &k, topics)
		},
	}
	fs := cmd.Flags()
	f.registerKept(fs)
	k.register(fs)
	files.registerStored(fs)
	fs.StringVar(&cluster, "cluster", "", "make the tables on the ClickHouse cluster of this `NAME`")
	fs.BoolVar(&dry, "dry-run", false, "print the SQL and do nothing")
	fs.IntVar(&topics.Partitions, "partitions", topics.Partitions, "partitions of topic reports: the most workers that can share it")
	fs.IntVar(&topics.Locals, "locals", 0, "partitions of each topic of local clusterers (shoal clusterer --local): the most of them that can share the reports; 0 makes no such topics")
	fs.IntVar(&topics.Replication, "replication", topics.Replication, "copies of each topic: 3 on a cluster")
	return cmd
}

func (a *app) migrate(ctx context.Context, f *storeFlags, cluster string, files *tableFlags, dry bool) error {
	cfg, err := f.config(f.url)
	if err != nil {
		return err
	}
	cfg.Cluster = cluster
	if err := cfg.Validate(); err != nil {
		return usageError{err}
	}
	t, err := files.load()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	done, err := db.Migrate(ctx, dry)
	if dry {
		for _, s := range done {
			fmt.Fprintf(a.stdout, "-- %d %s\n%s;\n\n", s.Version, s.Name, s.SQL)
		}
	}
	if err != nil {
		return err
	}
	if dry {
		return nil
	}
	a.say("%d statements run; the tables are up to date", len(done))
	return t.store(ctx, db)
}

func (a *app) makeTopics(ctx context.Context, k *kafkaFlags, topics kafka.Topics) error {
	client, err := k.client(a.log, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := client.EnsureTopics(ctx, topics); err != nil {
		return err
	}
	a.say("the topics are there")
	return nil
}
