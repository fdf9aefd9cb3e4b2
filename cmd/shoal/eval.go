package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/pipeline/intake"
)

// evalOptions are the flags of shoal eval.
type evalOptions struct {
	local  *local
	cfg    cluster.Config
	worst  int
	folds  int
	orders int
	fit    string
	with   []string
	diff   bool
	report string
}

func (a *app) evalCommand() *cobra.Command {
	o := evalOptions{local: &local{app: a}, cfg: cluster.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "eval DIR",
		Short: "Cluster DIR/messages and score the result against DIR/labels.tsv",
		Long: `Cluster DIR/messages and score the campaigns against DIR/labels.tsv: B-cubed and
pairwise precision, recall and F1, in all, for each corpus and for each class of
difficulty.

DIR/labels.tsv has lines of corpus, path and campaign ("-" for none), separated
by tabs. DIR/meta.tsv (columns path, kind, family, and perhaps classes) and
DIR/campaigns.tsv (columns campaign, min_jaccard4_to_medoid) are read where they
are: lenient figures leave out pairs of different campaigns of one family, and
legitimate mail (kind ham) is counted by itself. Where no classes are given they
are derived from the messages: "go doc ./cluster/score" has the rules.

With --folds N the weights of the comparison are learned anew N times, each time
without one part of the campaign families, and each part is scored under the
weights that have not seen it: what to expect on other mail.
With --fit FILE weights are learned from all of DIR and written as Go source.
Both learn from the folders of --learn-with as well, which are never scored.

With --threshold-diff what --join and --merge would change is listed, campaign by
campaign. DIR may then be any PATH of mail as well, without labels and scores.

With --report PREFIX the quality report is written: PREFIX.md with all figures
(held-out ones with --folds, the spread with --orders), PREFIX.svg with the curve
over the join threshold, and PREFIX-errors.md with the worst errors and their
evidence. The last holds names, hosts and labels of the mail; the others do not.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.eval(cmd.Context(), args[0], o) },
	}
	fl := cmd.Flags()
	fl.IntVar(&o.local.jobs, "jobs", defaultJobs(), "messages to extract at the same time")
	fl.Float64Var(&o.cfg.Join, "join", o.cfg.Join, "score in nats from which a report joins a campaign")
	fl.Float64Var(&o.cfg.Merge, "merge", o.cfg.Merge, "score in nats from which exemplars of two campaigns agree")
	fl.IntVar(&o.worst, "worst", 0, "list the `N` worst mixed clusters and split campaigns")
	fl.IntVar(&o.folds, "folds", 0, "score with weights learned without the part that is scored, in `N` parts")
	fl.IntVar(&o.orders, "orders", 0, "score the same messages in `N` orders of arrival")
	fl.StringArrayVar(&o.with, "learn-with", nil, "another labelled folder `DIR` to learn from; may be given again")
	fl.StringVar(&o.fit, "fit", "", "learn weights from all of DIR and write them to `FILE`")
	fl.BoolVar(&o.diff, "threshold-diff", false, "list which campaigns --join and --merge would merge or split")
	fl.StringVar(&o.report, "report", "", "write the quality report to `PREFIX`.md, .svg and -errors.md")
	return cmd
}

func (a *app) eval(ctx context.Context, dir string, o evalOptions) error {
	if o.diff {
		return a.evalDiff(ctx, dir, o)
	}
	g, items, tally, err := o.read(ctx, dir)
	if err != nil {
		return err
	}
	switch t := newTrainer(o.cfg, g, items); {
	case o.report != "":
		err = a.report(ctx, o, t, g)
	case o.fit != "" || o.folds > 1:
		err = a.learn(ctx, o, t)
	case o.orders > 0:
		err = a.evalOrders(t, o.orders)
	default:
		answer(items, g)
		err = a.printScore(items, o.worst)
	}
	if err != nil {
		return err
	}
	return a.account(tally)
}

// read groups the messages of a labelled folder and reads its labels.
func (o *evalOptions) read(ctx context.Context, dir string) (*grouping, []score.Item, intake.Tally, error) {
	items, err := readTruth(dir)
	if err != nil {
		return nil, nil, intake.Tally{}, err
	}
	g, tally, err := o.local.group(ctx, []string{filepath.Join(dir, "messages")}, cluster.NewEngine(o.cfg))
	if err != nil {
		return nil, nil, tally, err
	}
	classify(items, g.log)
	return g, items, tally, nil
}

// learn finds weights, to keep them or to score them.
func (a *app) learn(ctx context.Context, o evalOptions, t *trainer) error {
	if err := o.learnWith(ctx, t); err != nil {
		return err
	}
	if o.fit != "" {
		return a.fitWeights(o, t)
	}
	return a.evalFolds(o, t)
}

// learnWith reads the other folders to learn from.
func (o *evalOptions) learnWith(ctx context.Context, t *trainer) error {
	for _, dir := range o.with {
		g, items, _, err := o.read(ctx, dir)
		if err != nil {
			return err
		}
		t.with = append(t.with, newTrainer(o.cfg, g, items))
	}
	return nil
}
