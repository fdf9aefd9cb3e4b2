package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) clustererCommand() *cobra.Command {
	s, cmd := a.serviceCommand("clusterer", "Cluster: topic features in, topic events out")
	var snapshots string
	var every time.Duration
	cmd.Long = `Group the reports of topic features, in their order, into campaigns. One works at
a time; others stand by and take over.

It starts from its last snapshot, and follows what was published since then (without
a snapshot, all that was published). So a new version, or one that was killed, never
says otherwise what was said before; what it would decide otherwise it decides from
then on, and event "retuned" in the lineage says since when.`
	cmd.Example = "  shoal clusterer --kafka broker:9092 --snapshots /var/lib/shoal/snapshots"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), func(context.Context) error {
			if snapshots == "" {
				snapshots = s.data.snapshots()
			}
			s.stage(s.road().clusterer(snapshots, every))
			return nil
		})
	}
	cmd.Flags().StringVar(&snapshots, "snapshots", "", "`DIR` of snapshots (default DIR/snapshots of --data)")
	registerSnapshotEvery(cmd.Flags(), &every)
	return cmd
}

func registerSnapshotEvery(fs *pflag.FlagSet, every *time.Duration) {
	fs.DurationVar(every, "snapshot-every", 5*time.Minute, "keep the clusterer's state every `TIME`: what came after it is followed again when it was killed")
}
