package main

import (
	"context"

	"github.com/spf13/cobra"

	"shoal/pipeline"
)

func (a *app) workerCommand() *cobra.Command {
	s, cmd := a.serviceCommand("worker", "Extract: topic reports in, topic features out")
	var files tableFlags
	var f extractFlags
	var key string
	var toLocals bool
	cmd.Long = `Extract what can be compared, and the row that is stored, from the messages of
topic reports. Any number of workers share the topic's partitions.

Recipients leave it as pseudonyms under the key. All workers must have the same
key: with another a recipient gets another pseudonym.`
	cmd.Example = "  shoal worker --kafka broker:9092 --key /etc/shoal/key --metrics :9100"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), func(ctx context.Context) error {
			if key == "" {
				key = s.data.key()
			}
			secret, err := ensureKey(key)
			if err != nil {
				return err
			}
			cfg, err := f.config(secret)
			if err != nil {
				return err
			}
			t, err := files.load()
			if err != nil {
				return err
			}
			x, err := extraction(cfg, t.attrs)
			if err != nil {
				return err
			}
			if toLocals {
				if err := s.has(ctx, pipeline.TopicRound(0)); err != nil {
					return err
				}
			}
			s.stages(s.road().worker(x, f.parallel, toLocals))
			return nil
		})
	}
	files.registerAttrs(cmd.Flags())
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&key, "key", "", "`FILE` with the key of pseudonyms, made if there is none (default DIR/key of --data)")
	cmd.Flags().BoolVar(&toLocals, "to-locals", false, "write to the topic of local clusterers (shoal clusterer --local) rather than to features")
	return cmd
}
