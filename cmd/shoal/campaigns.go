package main

import (
	"github.com/spf13/cobra"

	"shoal/pipeline/publish"
	"shoal/pipeline/store"
)

func (a *app) campaignsCommand() *cobra.Command {
	var f readFlags
	var format string
	var limit int
	cmd := &cobra.Command{
		Use:     "campaigns",
		GroupID: groupAnalyst,
		Short:   "List the campaigns, largest first",
		Long: `List the campaigns, largest first: how large each is, whom it is aimed at and
whose identity it forges. Those that were merged into others are left out.`,
		Example: "  shoal campaigns\n  shoal campaigns --format json | jq -r '.[].campaign_id'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "table", "json"); err != nil {
				return err
			}
			return f.with(cmd.Context(), a, func(db *store.DB) error {
				list, err := publish.ListCampaigns(cmd.Context(), db, limit)
				if err != nil {
					return err
				}
				if format == "json" {
					return list.JSON(a.stdout)
				}
				return list.Table(a.stdout)
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "`FORMAT`: table or json")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many")
	return cmd
}
