package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"shoal/cluster/score"
)

func (a *app) printScore(items []score.Item, worst int) error {
	fmt.Fprint(a.stdout, score.Score(items))
	if err := writeGroups(a.stdout, "corpus", byCorpus(items)); err != nil {
		return err
	}
	if err := writeGroups(a.stdout, "class", score.ByClass(items)); err != nil {
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

func byCorpus(items []score.Item) []score.Group {
	return score.By(items, func(it score.Item) string { return it.Corpus })
}

// writeGroups prints the figures of each group as a table.
func writeGroups(to io.Writer, of string, groups []score.Group) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s\tmessages\tcampaigns\tlenient P\tR\tF1\tstrict P\tF1\t\n", of)
	for _, g := range groups {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", g.Key, g.Messages, g.Campaigns,
			g.Lenient.P, g.Lenient.R, g.Lenient.F1, g.Strict.P, g.Strict.F1)
	}
	return w.Flush()
}
