package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) clustererCommand() *cobra.Command {
	s, cmd := a.serviceCommand("clusterer", "Cluster: topic features in, topic events out")
	var snapshots string
	cmd.Long = `Group the reports of topic features, in their order, into campaigns. One works at
a time; others stand by and take over. Without a snapshot it replays the topic.`
	cmd.Example = "  shoal clusterer --kafka broker:9092 --snapshots /var/lib/shoal/snapshots"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), func(context.Context) error {
			if snapshots == "" {
				snapshots = s.data.snapshots()
			}
			s.stage(s.road().clusterer(snapshots))
			return nil
		})
	}
	cmd.Flags().StringVar(&snapshots, "snapshots", "", "`DIR` of snapshots (default DIR/snapshots of --data)")
	return cmd
}
