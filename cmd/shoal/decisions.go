package main

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"shoal/cluster"
)

func (a *app) labelCommand() *cobra.Command {
	return a.decisionCommand(&cobra.Command{
		Use:     "label ID TEXT",
		Short:   "Name a campaign",
		Example: "  shoal label ckn2qhpxdhawf 'voter threats, October 2020'",
		Args:    cobra.ExactArgs(2),
	}, func(args []string) (d cluster.Decision, err error) {
		d.Kind, d.Label = cluster.DecisionLabel, strings.TrimSpace(args[1])
		d.Campaign, err = campaignID(args[0])
		return d, err
	}, nil)
}

func (a *app) mergeCommand() *cobra.Command {
	return a.decisionCommand(&cobra.Command{
		Use:     "merge ID OTHER",
		Short:   "Make two campaigns one; the older id survives",
		Example: "  shoal merge ckn2qhpxdhawf cmr2coeea5hot --note 'same template'",
		Args:    cobra.ExactArgs(2),
	}, func(args []string) (d cluster.Decision, err error) {
		d.Kind = cluster.DecisionMerge
		if d.Campaign, err = campaignID(args[0]); err != nil {
			return d, err
		}
		d.Other, err = campaignID(args[1])
		return d, err
	}, nil)
}

func (a *app) pinCommand() *cobra.Command {
	return a.decisionCommand(&cobra.Command{
		Use:   "pin ID REPORT...",
		Short: "Tie reports to a campaign for good",
		Long: `Tie reports to a campaign for good. They are moved there where they are elsewhere,
and the machine merges the campaign into no other one any more. Of a campaign that
fell apart it says that it is one.

There is no command that takes a pin back, and no event says that one was: "shoal
split" or a pin elsewhere takes the reports away again, and "shoal merge" puts the
campaign into another, but what the machine leaves alone it leaves alone for good.`,
		Example: "  shoal pin ckn2qhpxdhawf 0123456789abcdef0123456789abcdef",
		Args:    cobra.MinimumNArgs(2),
	}, ofReports(cluster.DecisionPin), byHome)
}

// decisionCommand completes a command that puts a decision into the log.
func (a *app) decisionCommand(cmd *cobra.Command, parse func(args []string) (cluster.Decision, error), refine refine) *cobra.Command {
	var f decideFlags
	cmd.GroupID = groupAnalyst
	if cmd.Long == "" {
		cmd.Long = cmd.Short + "."
	}
	cmd.Long += `

The decision enters the ordered log and survives re-clustering. It needs the Kafka
of a live "shoal run" on --data, or of --kafka (then --clickhouse tells where to look
for the outcome).`
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		d, err := parse(args)
		if err != nil {
			return usageError{err}
		}
		return a.decide(cmd.Context(), &f, d, refine)
	}
	f.register(cmd.Flags())
	return cmd
}

// ofReports reads ID REPORT...
func ofReports(kind cluster.DecisionKind) func(args []string) (cluster.Decision, error) {
	return func(args []string) (cluster.Decision, error) {
		d := cluster.Decision{Kind: kind}
		var err error
		if d.Campaign, err = campaignID(args[0]); err != nil {
			return d, err
		}
		for _, s := range args[1:] {
			id, err := cluster.ParseReportID(s)
			if err != nil {
				return d, err
			}
			d.Reports = append(d.Reports, id)
		}
		return d, nil
	}
}

var campaignPattern = regexp.MustCompile(`^c[a-z2-7]{12}$`)

// campaignID checks the form of a campaign's id.
func campaignID(s string) (cluster.CampaignID, error) {
	if !campaignPattern.MatchString(s) {
		return "", usagef("%q is no campaign id: shoal campaigns lists them", s)
	}
	return cluster.CampaignID(s), nil
}
