package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"shoal/pipeline/publish"
	"shoal/pipeline/store"
)

func (a *app) campaignCommand() *cobra.Command {
	var f readFlags
	var format string
	cmd := &cobra.Command{
		Use:     "campaign ID",
		GroupID: groupAnalyst,
		Short:   "Show one campaign in full",
		Long: `Show one campaign in full: when, how large, at whom it is aimed, whose identity it
forges, where it comes from, what it carries, what to block, and why its reports
belong together. An id that was merged away shows the survivor.`,
		Example: "  shoal campaign ckn2qhpxdhawf\n  shoal campaign ckn2qhpxdhawf --format json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "table", "json"); err != nil {
				return err
			}
			return f.campaign(cmd.Context(), a, args[0], func(c *publish.Campaign) error {
				if format == "json" {
					return c.JSON(a.stdout)
				}
				return c.Table(a.stdout)
			})
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "`FORMAT`: table or json")
	return cmd
}

// campaign loads one campaign in full and hands it to do.
func (f *readFlags) campaign(ctx context.Context, a *app, arg string, do func(*publish.Campaign) error) error {
	id, err := campaignID(arg)
	if err != nil {
		return err
	}
	return f.with(ctx, a, func(db *store.DB) error {
		c, err := publish.LoadCampaign(ctx, db, string(id))
		if errors.Is(err, publish.ErrNoCampaign) {
			return fmt.Errorf("%w: shoal campaigns lists them", err)
		}
		if err != nil {
			return err
		}
		return do(c)
	})
}
