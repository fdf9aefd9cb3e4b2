package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/pipeline/intake"
)

// evalDiff lists what other thresholds would do to the campaigns of a folder,
// which may have no labels: those who run shoal have none.
func (a *app) evalDiff(ctx context.Context, dir string, o evalOptions) error {
	now := cluster.DefaultConfig()
	if o.report != "" || o.fit != "" || o.folds > 0 || o.orders > 0 {
		return usagef("--threshold-diff stands alone: no --report, --fit, --folds or --orders with it")
	}
	if o.cfg.Join == now.Join && o.cfg.Merge == now.Merge {
		return usagef("--threshold-diff: give the thresholds to try, --join (now %v) or --merge (now %v)", now.Join, now.Merge)
	}
	d := thresholdDiff{from: now, to: o.cfg}
	if _, err := os.Stat(filepath.Join(dir, "labels.tsv")); err == nil {
		d.labelled = true
	}
	tally, err := d.group(ctx, dir, o.local)
	if err != nil {
		return err
	}
	if err := d.write(a.stdout); err != nil {
		return err
	}
	return a.account(tally)
}

// group groups the mail under both settings; it is extracted once.
func (d *thresholdDiff) group(ctx context.Context, path string, l *local) (intake.Tally, error) {
	if d.labelled {
		items, err := readTruth(path)
		if err != nil {
			return intake.Tally{}, err
		}
		d.before, d.after = items, slices.Clone(items)
		path = filepath.Join(path, "messages")
	}
	g, tally, err := l.group(ctx, []string{path}, cluster.NewEngine(d.from))
	if err != nil {
		return tally, err
	}
	other := newTrainer(d.to, g, nil).group(d.to)
	if d.labelled {
		answer(d.before, g)
		answer(d.after, other)
	} else {
		d.before, d.after = unlabelled(g), unlabelled(other)
	}
	d.subjects = map[string]string{}
	for _, r := range g.log {
		d.subjects[d.key(r.name)] = r.subject
	}
	return tally, nil
}

// key is the name by which a message is found: labels name the file only.
func (d *thresholdDiff) key(name string) string {
	if d.labelled {
		return filepath.Base(name)
	}
	return name
}

// unlabelled are the items of mail that nobody has judged, with their answers.
func unlabelled(g *grouping) []score.Item {
	items := make([]score.Item, len(g.names))
	for i, id := range g.campaigns() {
		items[i] = score.Item{Name: g.names[i], Got: id}
	}
	return items
}

// thresholdDiff is what a change of thresholds does to campaigns.
type thresholdDiff struct {
	labelled      bool
	from, to      cluster.Config
	before, after []score.Item
	subjects      map[string]string // to know a campaign again
}

// kindNames says in a word what happens to a campaign.
var kindNames = map[score.ChangeKind]string{
	score.Splits: "split", score.Merges: "merged", score.Regroups: "regrouped",
}

func (d *thresholdDiff) write(to io.Writer) error {
	w := bufio.NewWriter(to)
	after := make([]string, len(d.after))
	for i := range d.after {
		after[i] = d.after[i].Got
	}
	changes := score.Diff(d.before, after)
	d.writeTotals(w, changes)
	for _, c := range changes {
		d.writeChange(w, c)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func (d *thresholdDiff) writeTotals(w io.Writer, changes []score.Change) {
	kinds, messages := map[score.ChangeKind]int{}, 0
	for _, c := range changes {
		kinds[c.Kind]++
		messages += c.Messages
	}
	old, now := score.Score(d.before), score.Score(d.after)
	fmt.Fprintf(w, "join %v -> %v, merge %v -> %v\n", d.from.Join, d.to.Join, d.from.Merge, d.to.Merge)
	fmt.Fprintf(w, "campaigns %d -> %d, messages alone %d -> %d of %d\n",
		old.Clusters, now.Clusters, alone(d.before), alone(d.after), old.Messages)
	if d.labelled {
		fmt.Fprintf(w, "lenient %v -> %v\nstrict  %v -> %v\n", old.Lenient, now.Lenient, old.Strict, now.Strict)
	}
	fmt.Fprintf(w, "changed: %d messages in %d places (%d split, %d merged, %d regrouped)\n",
		messages, len(changes), kinds[score.Splits], kinds[score.Merges], kinds[score.Regroups])
}

func alone(items []score.Item) (n int) {
	for _, it := range items {
		if it.Got == score.Alone || it.Got == "" {
			n++
		}
	}
	return n
}

func (d *thresholdDiff) writeChange(w io.Writer, c score.Change) {
	fmt.Fprintf(w, "\n%s: %d messages", kindNames[c.Kind], c.Messages)
	if d.labelled {
		fmt.Fprintf(w, "; pairs right %+d, of one family %+d, wrong %+d", c.Right, c.Kin, c.Wrong)
	}
	fmt.Fprintln(w)
	for _, side := range []struct {
		name  string
		parts []score.Part
	}{{"before", c.Before}, {"after", c.After}} {
		for i, p := range side.parts {
			if i == maxParts {
				fmt.Fprintf(w, "  %-6s and %d more\n", "", len(side.parts)-i)
				break
			}
			fmt.Fprintf(w, "  %-6s %5d %-13s such as %s %s\n", side.name, p.Messages, partName(p), p.Example, d.subject(p.Example))
			side.name = ""
		}
	}
}

// maxSubject bounds what is shown of a subject, in characters.
const maxSubject = 60

// subject quotes the subject of a message, shortened: it comes from a stranger and
// goes to a terminal.
func (d *thresholdDiff) subject(name string) string {
	s := []rune(d.subjects[d.key(name)])
	if len(s) > maxSubject {
		s = append(s[:maxSubject-1], '…')
	}
	return strconv.Quote(string(s))
}

// maxParts bounds the parts that are listed of one change.
const maxParts = 12

func partName(p score.Part) string {
	if p.Name == score.Alone {
		return "alone"
	}
	return p.Name
}
