package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

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
}

func (a *app) evalCommand() *cobra.Command {
	o := evalOptions{local: &local{app: a}, cfg: cluster.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "eval DIR",
		Short: "Cluster DIR/messages and score the result against DIR/labels.tsv",
		Long: `Cluster DIR/messages and score the campaigns against DIR/labels.tsv: B-cubed and
pairwise precision, recall and F1, in all and for each corpus.

DIR/labels.tsv has lines of corpus, path and campaign ("-" for none), separated
by tabs. DIR/meta.tsv (columns path, kind, family) and DIR/campaigns.tsv
(columns campaign, min_jaccard4_to_medoid) are read where they are: lenient
figures leave out pairs of different campaigns of one family, and legitimate mail
(kind ham) is counted by itself.

With --folds N the weights of the comparison are learned anew N times, each time
without one part of the campaign families, and each part is scored under the
weights that have not seen it: what to expect on other mail.
With --fit FILE weights are learned from all of DIR and written as Go source.
Both learn from the folders of --learn-with as well, which are never scored.`,
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
	return cmd
}

func (a *app) eval(ctx context.Context, dir string, o evalOptions) error {
	g, items, tally, err := o.read(ctx, dir)
	if err != nil {
		return err
	}
	switch t := newTrainer(o.cfg, g, items); {
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
	return g, items, tally, err
}

// learn finds weights, to keep them or to score them.
func (a *app) learn(ctx context.Context, o evalOptions, t *trainer) error {
	for _, dir := range o.with {
		g, items, _, err := o.read(ctx, dir)
		if err != nil {
			return err
		}
		t.with = append(t.with, newTrainer(o.cfg, g, items))
	}
	if o.fit != "" {
		return a.fitWeights(o, t)
	}
	return a.evalFolds(o, t)
}

// readTruth reads the labels of a folder and what else is known of them.
func readTruth(dir string) ([]score.Item, error) {
	f, err := os.Open(filepath.Join(dir, "labels.tsv"))
	if err != nil {
		return nil, fmt.Errorf("%w: shoal eval wants a folder with messages/ and labels.tsv", err)
	}
	defer f.Close()
	items, err := score.ReadLabels(f)
	if err != nil {
		return nil, err
	}
	for name, read := range map[string]func([]score.Item, io.Reader) error{
		"meta.tsv": score.ReadMeta, "campaigns.tsv": score.ReadCampaigns,
	} {
		if err := readOptional(filepath.Join(dir, name), items, read); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func readOptional(path string, items []score.Item, read func([]score.Item, io.Reader) error) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return read(items, f)
}

// answer sets what the grouping says of each item.
func answer(items []score.Item, g *grouping) {
	got := map[string]string{}
	ids := g.campaigns()
	for i, name := range g.names {
		got[filepath.Base(name)] = ids[i]
	}
	for i := range items {
		items[i].Got = got[filepath.Base(items[i].Name)]
	}
}

func (a *app) printScore(items []score.Item, worst int) error {
	fmt.Fprint(a.stdout, score.Score(items))
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\ncorpus\tmessages\tlenient P\tR\tF1\tstrict P\tF1\t")
	for _, c := range score.By(items, func(it score.Item) string { return it.Corpus }) {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", c.Key, c.Messages,
			c.Lenient.P, c.Lenient.R, c.Lenient.F1, c.Strict.P, c.Strict.F1)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, f := range score.Worst(items, worst) {
		fmt.Fprintf(a.stdout, "\n%s %s: %d messages, costs %.4f (lenient %.4f)\n", f.Kind, f.Name, f.Messages, f.Loss, f.Lenient)
		for _, p := range f.Parts {
			fmt.Fprintf(a.stdout, "  %4d %s, such as %s\n", p.Messages, p.Name, p.Example)
		}
	}
	return nil
}
