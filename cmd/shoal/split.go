package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"shoal/cluster"
	"shoal/pipeline/store"
)

func (a *app) splitCommand() *cobra.Command {
	var like bool
	cmd := a.decisionCommand(&cobra.Command{
		Use:   "split ID REPORT...",
		Short: "Take reports out of a campaign into a new one",
		Example: "  shoal split ckn2qhpxdhawf 0123456789abcdef0123456789abcdef\n" +
			"  shoal split --like ckn2qhpxdhawf 0123456789abcdef0123456789abcdef",
		Args: cobra.MinimumNArgs(2),
	}, ofReports(cluster.DecisionSplit), func(ctx context.Context, db *store.DB, d cluster.Decision) ([]cluster.Decision, error) {
		if like {
			return splitLike(ctx, db, d)
		}
		return checkSplit(ctx, db, d)
	})
	cmd.Long += `

New mail goes where it agrees, so a split holds for what comes if the reports that
stand for a variant leave: those that "shoal campaign ID" proposes where a campaign
fell apart. --like takes along the reports that joined by agreeing with them.`
	cmd.Flags().BoolVar(&like, "like", false, "also the reports that joined by agreeing best with one of REPORT...")
	return cmd
}

// splitLike is a split that takes along what follows its reports.
func splitLike(ctx context.Context, db *store.DB, d cluster.Decision) ([]cluster.Decision, error) {
	all, err := checkSplit(ctx, db, d)
	if err != nil {
		return nil, err
	}
	return withFollowers(ctx, db, all[0])
}

// withFollowers adds to a split the reports that those named stand for.
func withFollowers(ctx context.Context, db *store.DB, d cluster.Decision) ([]cluster.Decision, error) {
	now, err := db.Resolve(ctx, string(d.Campaign))
	if err != nil {
		return nil, err
	}
	more, err := db.Followers(ctx, now, d.Reports)
	if err != nil {
		return nil, err
	}
	d.Reports = append(slices.Clip(d.Reports), more...)
	return []cluster.Decision{d}, nil
}
