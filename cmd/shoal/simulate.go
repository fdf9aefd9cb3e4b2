package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"shoal/cluster/simulate"
)

// simulateOptions are the flags of shoal simulate.
type simulateOptions struct {
	cfg     simulate.Config
	out     string
	format  string
	gzip    bool
	perFile int
	classes []string
	start   string
}

func (a *app) simulateCommand() *cobra.Command {
	o := simulateOptions{cfg: simulate.Default(10_000, 1)}
	cmd := &cobra.Command{
		Use:   "simulate --reports N --seed S --out DIR",
		Short: "Write labelled traffic: campaigns in all mutations, abuse alone, legitimate mail",
		Long: `Write simulated traffic to DIR: the same seed gives the same bytes.

DIR/messages/    the messages, in order of time
DIR/labels.tsv   class of mutation, path, campaign ("-" for none), confidence
DIR/meta.tsv     path, kind (campaign, single, ham), campaign, family, all classes, time
DIR/campaigns.tsv  campaign, family, reports, first, last, class, and how little the
                 least similar copy resembles the first (word 4-shingles)
DIR/attrs.csv    recipient, region, list: for --attrs of other commands

Everything is invented; names and addresses are reserved ones, so that no mail can
be sent to them. "shoal eval DIR" scores the clustering, for each class.
Sizes and lives of campaigns are those of real traffic. People report a share of
the mails they get (--rate); by default it is such that some 400 campaigns occur.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.simulate(cmd.Context(), o) },
	}
	fl := cmd.Flags()
	fl.StringVar(&o.out, "out", "", "`DIR` to write to; made if it is not there, and to be empty")
	fl.IntVar(&o.cfg.Reports, "reports", o.cfg.Reports, "messages to write")
	fl.Uint64Var(&o.cfg.Seed, "seed", o.cfg.Seed, "`SEED` of all chance")
	fl.DurationVar(&o.cfg.Span, "span", o.cfg.Span, "time over which campaigns begin")
	fl.StringVar(&o.start, "start", o.cfg.Start.Format(time.DateOnly), "`DAY` on which the first ones begin")
	fl.Float64Var(&o.cfg.Rate, "rate", o.cfg.Rate, "share of a campaign's mails that is reported, 0 to choose it")
	fl.Float64Var(&o.cfg.Share.Campaign, "campaigns", o.cfg.Share.Campaign, "share of campaigns among the messages")
	fl.Float64Var(&o.cfg.Share.Alone, "alone", o.cfg.Share.Alone, "share of abuse of which there is one copy")
	fl.Float64Var(&o.cfg.Share.Legitimate, "legitimate", o.cfg.Share.Legitimate, "share of legitimate mail")
	fl.StringSliceVar(&o.classes, "classes", nil, "only these `CLASSES` of mutation: "+classNames())
	fl.BoolVar(&o.cfg.Plain, "plain", false, "one class of mutation for each campaign, never a second on top")
	fl.StringVar(&o.format, "format", "mbox", "mbox or eml")
	fl.BoolVar(&o.gzip, "gzip", false, "compress mbox files")
	fl.IntVar(&o.perFile, "per-file", 5000, "messages in each mbox file")
	return cmd
}

func classNames() string {
	names := make([]string, 0, len(simulate.Mutations()))
	for _, c := range simulate.Mutations() {
		names = append(names, c.String())
	}
	return strings.Join(names, ", ")
}

// config checks what flags say.
func (o *simulateOptions) config() (simulate.Config, error) {
	cfg := o.cfg
	if o.out == "" {
		return cfg, usagef("--out is required")
	}
	if err := oneOf("format", o.format, "mbox", "eml"); err != nil {
		return cfg, err
	}
	if o.gzip && o.format != "mbox" {
		return cfg, usagef("--gzip: for --format mbox only")
	}
	if o.perFile < 1 {
		return cfg, usagef("--per-file %d: want at least 1", o.perFile)
	}
	start, err := time.Parse(time.DateOnly, o.start)
	if err != nil {
		return cfg, usagef("--start: %w", err)
	}
	cfg.Start = start
	for _, name := range o.classes {
		c, ok := simulate.ParseClass(name)
		if !ok || !slices.Contains(simulate.Mutations(), c) {
			return cfg, usagef("--classes %s: want %s", name, classNames())
		}
		cfg.Classes = append(cfg.Classes, c)
	}
	if err := cfg.Validate(); err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

func (a *app) simulate(ctx context.Context, o simulateOptions) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	messages, err := simulate.Messages(cfg)
	if err != nil {
		return err
	}
	out, err := newTraffic(o)
	if err != nil {
		return err
	}
	bar := &progress{}
	if a.terminal() {
		bar.bar = progressbar.NewOptions(cfg.Reports, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription("messages"),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	defer bar.done()
	for m := range messages {
		if err := ctx.Err(); err != nil {
			out.abandon()
			return err
		}
		if err := out.add(&m); err != nil {
			out.abandon()
			return fmt.Errorf("write %s: %w", o.out, err)
		}
		bar.add(1)
	}
	if err := out.finish(); err != nil {
		return fmt.Errorf("write %s: %w", o.out, err)
	}
	a.say("%d messages of %d campaigns in %s", cfg.Reports, len(out.campaigns), o.out)
	return nil
}
