package main

import (
	"context"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

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
		Example: "  shoal campaigns\n  shoal campaigns --format json | jq '.[].campaign_id'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "table", "json"); err != nil {
				return err
			}
			return f.with(cmd.Context(), a, func(db *store.DB) error {
				return a.listCampaigns(cmd.Context(), db, format, limit)
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "`FORMAT`: table or json")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most so many")
	return cmd
}

func (a *app) listCampaigns(ctx context.Context, db *store.DB, format string, limit int) error {
	list, err := db.Campaigns(ctx, limit)
	if err != nil {
		return fmt.Errorf("list campaigns: %w", err)
	}
	if format == "json" {
		if list == nil {
			list = []store.Campaign{}
		}
		return a.writeJSON(list)
	}
	campaignTable(a.stdout, list)
	return nil
}

func campaignTable(w io.Writer, list []store.Campaign) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"campaign", "name", "reports", "recipients", "first seen", "last seen", "forged domain", "auth failed", "status"})
	for _, c := range list {
		t.AppendRow(table.Row{
			c.ID, c.Name, c.Reports, c.Recipients,
			c.FirstSeen.UTC().Format("2006-01-02 15:04"), c.LastSeen.UTC().Format("2006-01-02 15:04"),
			c.SpoofedDomain, fmt.Sprintf("%.0f%%", 100*c.AuthFailShare), c.Status,
		})
	}
	t.Render()
}
