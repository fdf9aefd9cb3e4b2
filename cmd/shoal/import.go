package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

// brokerFlags find a broker: that of --kafka, or of a live `shoal run` on --data.
type brokerFlags struct {
	data  dataDir
	kafka kafkaFlags
}

func (f *brokerFlags) register(fs *pflag.FlagSet) {
	f.data.register(fs)
	f.kafka.register(fs)
}

func (f *brokerFlags) client(a *app) (*kafka.Client, error) {
	flags := f.kafka
	if !flags.given() {
		s, err := readState(f.data)
		if err != nil {
			return nil, fmt.Errorf("%w; or name a cluster with --kafka", err)
		}
		flags.brokers = s.brokers()
	}
	return flags.client(a.log, nil)
}

func (a *app) importCommand() *cobra.Command {
	var f brokerFlags
	var files tableFlags
	var source string
	var dead bool
	cmd := &cobra.Command{
		Use:     "import PATH...",
		GroupID: groupRun,
		Short:   "Publish messages to Kafka topic reports",
		Long: `Read the messages of PATHs and publish them to topic reports, of the Kafka of
--kafka or of a live "shoal run" on --data. It ends when Kafka has them. A
message that was imported before counts once.

With --dead what could not be used (topic reports.dead) is published again as it
was, for a new version to try; the next call goes on after them.`,
		Example: `  shoal import mail.mbox.gz reports/
  shoal import --kafka broker:9092 --attrs voters.csv --source abuse-box /var/mail/abuse
  shoal import --dead`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if dead != (len(args) == 0) {
				return usagef("give either PATHs or --dead")
			}
			client, err := f.client(a)
			if err != nil {
				return err
			}
			defer client.Close()
			if dead {
				return a.replayDead(cmd.Context(), client)
			}
			return a.importPaths(cmd.Context(), client, &files, source, args)
		},
	}
	f.register(cmd.Flags())
	files.registerAttrs(cmd.Flags())
	cmd.Flags().StringVar(&source, "source", "", "who reported the messages: `WORD` such as user, trap, abuse-box")
	cmd.Flags().BoolVar(&dead, "dead", false, "publish again what is in topic reports.dead")
	return cmd
}

func (a *app) importPaths(ctx context.Context, client *kafka.Client, files *tableFlags, source string, paths []string) error {
	t, err := files.load()
	if err != nil {
		return err
	}
	bar := a.progress("publishing", paths)
	im := &importer{
		sink: client.NewSink(pipeline.TopicReports), attrs: t.attrs, source: source,
		stdin: a.stdin, say: a.warn, log: a.log, progress: bar.add,
	}
	tally, err := im.run(ctx, paths)
	bar.done()
	say := a.say
	if tally.Skips() > 0 {
		say = a.warn
	}
	say("%s; %d reports published", tally, im.published.Load())
	switch {
	case err != nil:
		return fmt.Errorf("import: %w", err)
	case tally.Skips() > 0:
		return errFailed
	}
	return nil
}
