package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"shoal/cluster"
	"shoal/cluster/score"
)

// quality is what a report says of one labelled folder.
type quality struct {
	name   string
	worst  int
	items  []score.Item
	held   []score.Item // judged under weights that have not seen them, if any
	spread spread       // over orders, if any
	folds  int
	curve  []curvePoint
	t      *trainer
}

// worstListed is how many errors a report shows if --worst does not say.
const worstListed = 10

// report measures everything and writes the report's files.
func (a *app) report(ctx context.Context, o evalOptions, t *trainer, g *grouping) error {
	answer(t.items, g)
	q := quality{name: filepath.Base(o.report), worst: o.worst, items: t.items, folds: o.folds, t: t}
	if q.worst == 0 {
		q.worst = worstListed
	}
	var folds []*cluster.Weights
	if o.folds > 1 {
		if err := o.learnWith(ctx, t); err != nil {
			return err
		}
		var err error
		if folds, err = t.foldWeights(o.folds); err != nil {
			return err
		}
		q.held = t.heldOut(o.cfg, folds)
	}
	if o.orders > 0 {
		q.spread = t.orders(o.orders)
	}
	q.curve = t.curve(folds)
	svg, err := drawCurve(q.curve, o.cfg.Join)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		suffix  string
		content []byte
	}{{".md", q.figures()}, {".svg", svg}, {"-errors.md", q.errors()}} {
		write := func(w io.Writer) error {
			_, err := w.Write(f.content)
			return err
		}
		if err := a.toFile(o.report+f.suffix, write); err != nil {
			return err
		}
	}
	return nil
}

// figures is the part of the report that holds nothing of the mail.
func (q *quality) figures() []byte {
	var b bytes.Buffer
	r := score.Score(q.items)
	fmt.Fprintf(&b, "# %s\n\n%d messages, %d campaigns; %d found.\n\n", q.name, r.Messages, r.Campaigns, r.Clusters)
	fmt.Fprint(&b, "| weights | precision | recall | F1 | strict precision | strict F1 | hard recall | legitimate with abuse | legitimate in any cluster |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	writeResult(&b, "as shipped", r)
	if q.held != nil {
		writeResult(&b, fmt.Sprintf("learned without what is scored, %d parts", q.folds), score.Score(q.held))
	}
	if n := len(q.spread.lenient); n > 0 {
		fmt.Fprintf(&b, "\nOver %d orders of arrival: F1 %s, strict F1 %s; legitimate in any cluster: %d at most.\n",
			n, across(q.spread.lenient), across(q.spread.strict), q.spread.ham)
	}
	if !simulated(q.items) {
		q.writeGroups(&b, "Corpus", byCorpus(q.items), byCorpus(q.held))
	}
	q.writeGroups(&b, "Class", score.ByClass(q.items), score.ByClass(q.held))
	q.writeCurve(&b)
	return b.Bytes()
}

// writeCurve shows the drawing, and every second point of it in figures.
func (q *quality) writeCurve(w io.Writer) {
	fmt.Fprintf(w, "\n![Precision and recall over the join threshold](%s.svg)\n\n", q.name)
	head, line := "| join, nats | precision | strict precision | recall | F1 |", "| --: | --: | --: | --: | --: |"
	if len(q.held) > 0 {
		head, line = head+" held-out precision | recall | F1 |", line+" --: | --: | --: |"
	}
	fmt.Fprintln(w, head+"\n"+line)
	for i := 0; i < len(q.curve); i += 2 {
		p := q.curve[i]
		mark := ""
		if p.join == q.t.cfg.Join {
			mark = " (in use)"
		}
		fmt.Fprintf(w, "| %.1f%s | %.3f | %.3f | %.3f | %.3f |", p.join, mark, p.Lenient.P, p.Strict.P, p.Lenient.R, p.Lenient.F1)
		if p.held != nil {
			fmt.Fprintf(w, " %.3f | %.3f | %.3f |", p.held.Lenient.P, p.held.Lenient.R, p.held.Lenient.F1)
		}
		fmt.Fprintln(w)
	}
}

func writeResult(w io.Writer, name string, r score.Result) {
	hard := "-"
	if r.Hard > 0 {
		hard = fmt.Sprintf("%.3f", r.HardRecall)
	}
	fmt.Fprintf(w, "| %s | %.4f | %.4f | %.4f | %.4f | %.4f | %s | %d of %d | %d |\n", name,
		r.Lenient.P, r.Lenient.R, r.Lenient.F1, r.Strict.P, r.Strict.F1, hard, r.HamWithAbuse, r.Ham, r.HamClustered)
}

// across says where sorted figures lie.
func across(f []float64) string {
	return fmt.Sprintf("%.4f to %.4f (median %.4f, spread %.4f)", f[0], f[len(f)-1], f[len(f)/2], f[len(f)-1]-f[0])
}

// simulated says whether the corpora are classes themselves, as in simulated
// traffic: then they need no table of their own.
func simulated(items []score.Item) bool {
	return !slices.ContainsFunc(items, func(it score.Item) bool { return !slices.Contains(it.Classes, it.Corpus) })
}

// writeGroups writes the figures of each group, with the held-out ones beside
// them where there are any.
func (q *quality) writeGroups(w io.Writer, title string, groups, held []score.Group) {
	head, line := "| messages | campaigns | precision | recall | F1 | strict F1 |", "| --- | --: | --: | --: | --: | --: | --: |"
	if len(held) > 0 {
		head, line = head+" held-out precision | recall | F1 |", line+" --: | --: | --: |"
	}
	fmt.Fprintf(w, "\n| %s %s\n%s\n", title, head, line)
	byKey := map[string]score.Group{}
	for _, g := range held {
		byKey[g.Key] = g
	}
	for _, g := range groups {
		fmt.Fprintf(w, "| %s | %d | %d | %.3f | %.3f | %.3f | %.3f |", g.Key, g.Messages, g.Campaigns, g.Lenient.P, g.Lenient.R, g.Lenient.F1, g.Strict.F1)
		if len(held) > 0 {
			h := byKey[g.Key].Lenient
			fmt.Fprintf(w, " %.3f | %.3f | %.3f |", h.P, h.R, h.F1)
		}
		fmt.Fprintln(w)
	}
}
