package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"shoal/pipeline/publish"
	"shoal/pipeline/store"
)

func (a *app) campaignCommand() *cobra.Command {
	var f whyFlags
	var format string
	var why bool
	cmd := &cobra.Command{
		Use:     "campaign ID [--why REPORT REPORT]",
		GroupID: groupAnalyst,
		Short:   "Show one campaign in full, or why two reports are in it",
		Long: `Show one campaign in full: when, how large, at whom it is aimed, whose identity it
forges, where it comes from, what it carries, what to block, why its reports
belong together, and which of them joined with the lowest score (its weakest
link). An id that was merged away shows the survivor.

With --why and two reports, of which one at least is in the campaign: what the two
agree in and in what not, with what weight, and what it would take to have them
join, or to part them. It compares what the log (topic features) has of them, so
it needs the Kafka of --kafka, or the folder of --data. Ids of reports are in view
reports.`,
		Example: `  shoal campaign ckn2qhpxdhawf
  shoal campaign ckn2qhpxdhawf --format json
  shoal campaign ckn2qhpxdhawf --why 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210`,
		Args: func(_ *cobra.Command, args []string) error {
			if want := map[bool]int{false: 1, true: 3}[why]; len(args) != want {
				return fmt.Errorf("want ID, or ID --why REPORT REPORT: got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "table", "json"); err != nil {
				return err
			}
			if why {
				w, err := f.why(cmd.Context(), a, args)
				if err != nil {
					return err
				}
				return a.shape(format, w)
			}
			return f.campaign(cmd.Context(), a, args[0], func(c *publish.Campaign) error { return a.shape(format, c) })
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "`FORMAT`: table or json")
	cmd.Flags().BoolVar(&why, "why", false, "explain two reports instead")
	return cmd
}

// shape prints what can be a table or JSON.
func (a *app) shape(format string, x interface {
	Table(w io.Writer) error
	JSON(w io.Writer) error
}) error {
	if format == "json" {
		return x.JSON(a.stdout)
	}
	return x.Table(a.stdout)
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
