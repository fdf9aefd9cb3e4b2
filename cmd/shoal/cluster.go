package main

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"shoal/cluster"
	"shoal/pipeline/intake"
)

func (a *app) clusterCommand() *cobra.Command {
	l := &local{app: a}
	var evidence bool
	cmd := &cobra.Command{
		Use:   "cluster PATH...",
		Short: "Group messages without any server and print path and campaign of each",
		Long: `Group messages without Kafka and ClickHouse. For every message one line is
printed, in input order: its path, a tab, and the id of its campaign, or "-"
where it stands alone.

PATH is a file or a folder, searched through: .eml, mbox, Maildir, feedback
reports (ARF), mails that carry the reported one, gzip of any of these; "-" is
standard input. The Nth message of a container is PATH#N.

With --evidence a third column holds JSON. Of a message that joined: the report it
agreed with, and value, score and weight (nats) of each key that spoke for or
against; prior and weights add up to the score. Of one that stands alone: what it
came nearest to, what agreed and what did not, the score that it lacked, and the
smallest changes that would have been enough (turns).`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.clusterPaths(cmd.Context(), l, args, evidence)
		},
	}
	cmd.Flags().BoolVar(&evidence, "evidence", false, "add JSON with why each message joined")
	cmd.Flags().IntVar(&l.jobs, "jobs", defaultJobs(), "messages to extract at the same time")
	return cmd
}

func (a *app) clusterPaths(ctx context.Context, l *local, paths []string, evidence bool) error {
	engine, near := cluster.NewEngine(cluster.DefaultConfig()), nearest{}
	if evidence {
		engine.Observe = near.observe
	}
	g, tally, err := l.group(ctx, paths, engine)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.stdout)
	ids := g.campaigns()
	for i, name := range g.names {
		fmt.Fprintf(w, "%s\t%s", name, ids[i])
		if evidence {
			fmt.Fprintf(w, "\t%s", g.evidence(i, ids[i], near))
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return a.account(tally)
}

// account tells what was skipped; the exit status shows it.
func (a *app) account(t intake.Tally) error {
	if t.Skips() == 0 {
		return nil
	}
	fmt.Fprintf(a.stderr, "shoal: %s\n", t)
	return errFailed
}

// grouping is the outcome of a local run.
type grouping struct {
	engine  *cluster.Engine
	log     []localReport
	at      map[cluster.ReportID]int // in log
	names   []string
	reports []cluster.ReportID
	first   map[cluster.ReportID]cluster.CampaignID
	why     map[cluster.ReportID]cluster.Event // that brought the report in
	opener  map[cluster.CampaignID]cluster.ReportID
}

func newGrouping(e *cluster.Engine) *grouping {
	return &grouping{
		engine: e, at: map[cluster.ReportID]int{},
		first:  map[cluster.ReportID]cluster.CampaignID{},
		why:    map[cluster.ReportID]cluster.Event{},
		opener: map[cluster.CampaignID]cluster.ReportID{},
	}
}

// group feeds all paths to an engine.
func (l *local) group(ctx context.Context, paths []string, e *cluster.Engine) (*grouping, intake.Tally, error) {
	l.now = time.Now()
	g := newGrouping(e)
	tally, err := l.features(ctx, paths, func(r localReport) error {
		g.take(r)
		return nil
	})
	return g, tally, err
}

func (g *grouping) take(r localReport) {
	if _, ok := g.at[r.features.Report]; !ok {
		g.at[r.features.Report] = len(g.log)
	}
	g.log = append(g.log, r)
	g.names = append(g.names, r.name)
	g.reports = append(g.reports, r.features.Report)
	for _, ev := range g.engine.Step(cluster.Entry{Offset: g.engine.Offset() + 1, Features: r.features}) {
		switch {
		case ev.Kind == cluster.EventAssigned:
			g.first[ev.Report] = ev.Campaign
			if g.why[ev.Report] = ev; len(ev.Evidence) == 0 {
				g.opener[ev.Campaign] = ev.Report
			}
		case ev.Kind == cluster.EventMerged: // the report that opened what went in joins late
			g.why[g.opener[ev.Other]] = ev
		}
	}
}

// campaigns gives the final campaign of each message, "-" for one alone.
func (g *grouping) campaigns() []string {
	size := map[cluster.CampaignID]int{}
	ids := make([]string, len(g.names))
	for _, r := range g.reports {
		size[g.engine.Resolve(g.first[r])]++
	}
	for i, r := range g.reports {
		ids[i] = "-"
		if id := g.engine.Resolve(g.first[r]); size[id] > 1 {
			ids[i] = string(id)
		}
	}
	return ids
}
