package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"shoal/pipeline/store"
)

func (a *app) sqlCommand() *cobra.Command {
	var f readFlags
	var format string
	cmd := &cobra.Command{
		Use:     "sql QUERY",
		GroupID: groupAnalyst,
		Short:   "Run a read-only query",
		Long: `Run one query that reads, and print its answer. Views are named without their
database: reports, campaigns, campaign_timeline, campaign_targets,
campaign_infrastructure, campaign_payloads, campaign_evidence, campaign_joins,
campaign_lineage, daily_summary. "-" as QUERY reads it from standard input.`,
		Example: `  shoal sql 'SELECT name, reports, recipients FROM campaigns ORDER BY reports DESC'
  shoal sql --format CSVWithNames 'SELECT * FROM campaign_targets' > targets.csv
  shoal sql "SELECT name, comment FROM system.columns WHERE database = 'shoal' AND table = 'reports'"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := args[0]
			if query == "-" {
				b, err := io.ReadAll(io.LimitReader(a.stdin, 1<<20))
				if err != nil {
					return fmt.Errorf("read query: %w", err)
				}
				query = string(b)
			}
			if strings.TrimSpace(query) == "" {
				return usagef("the query is empty")
			}
			return f.with(cmd.Context(), a, func(db *store.DB) error {
				w := bufio.NewWriter(a.stdout)
				return errors.Join(db.Query(cmd.Context(), w, format, query), w.Flush())
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "PrettyCompact", "`FORMAT` of ClickHouse's, such as TSV, CSVWithNames, JSONEachRow")
	return cmd
}
