package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// clustererFlags are those of `shoal clusterer`.
type clustererFlags struct {
	snapshots     string
	every         time.Duration
	local, global bool
}

func (a *app) clustererCommand() *cobra.Command {
	s, cmd := a.serviceCommand("clusterer", "Cluster: topic features in, topic events out")
	var f clustererFlags
	cmd.Long = `Group the reports of topic features, in their order, into campaigns. One works at
a time; others stand by and take over.

It starts from its last snapshot, and follows what was published since then (without
a snapshot, all that was published). So a new version, or one that was killed, never
says otherwise what was said before; what it would decide otherwise it decides from
then on, and event "retuned" in the lineage says since when.

Where one cannot follow the traffic, several local ones sift it for a global one:

  shoal migrate --locals 16 ...     once: the topics of the local clusterers
  shoal worker --to-locals ...      writes to them rather than to features
  shoal clusterer --local ...       as many as you like, up to 16: each takes a share
                                    of the reports and writes them to features, with
                                    what it found out: a near copy of that one, alone,
                                    or news
  shoal clusterer --global ...      one, with others standing by: reads features, looks
                                    at the news, owns the ids, writes events

Everything else stays as it is, and one can go from one clusterer to several and back.
deploy/clusterers.md says when, how large, and where the limits are.`
	cmd.Example = `  shoal clusterer --kafka broker:9092 --snapshots /var/lib/shoal/snapshots
  shoal clusterer --local --kafka broker:9092 --snapshots /var/lib/shoal/snapshots --metrics :9100`
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if f.local && f.global {
			return usagef("a clusterer is --local or --global, or neither")
		}
		return s.run(cmd.Context(), func(ctx context.Context) error {
			if f.snapshots == "" {
				f.snapshots = s.data.snapshots()
			}
			if f.local {
				return s.locals(ctx, &f)
			}
			s.stages(s.road().clusterer(f.snapshots, f.every, f.global))
			return nil
		})
	}
	fs := cmd.Flags()
	fs.StringVar(&f.snapshots, "snapshots", "", "`DIR` of snapshots (default DIR/snapshots of --data)")
	fs.BoolVar(&f.local, "local", false, "take a share of the reports and sift it for a global clusterer")
	fs.BoolVar(&f.global, "global", false, "believe what local clusterers found out")
	registerSnapshotEvery(fs, &f.every)
	return cmd
}

func registerSnapshotEvery(fs *pflag.FlagSet, every *time.Duration) {
	fs.DurationVar(every, "snapshot-every", 5*time.Minute, "keep the clusterer's state every `TIME`: what came after it is followed again when it was killed")
}
