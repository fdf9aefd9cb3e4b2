package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/cluster/score"
)

const corpus = "../../testdata"

// shoal runs a command line and returns what it printed.
func shoal(t *testing.T, status int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	none := func(string) string { return "" }
	if got := run(context.Background(), append(args, "-q"), none, strings.NewReader(""), &stdout, &stderr); got != status {
		t.Fatalf("shoal %q: status %d, want %d\n%s", args, got, status, stderr.String())
	}
	return stdout.String()
}

// evaluated are the corpus and its answers with a join threshold that is wrong
// enough to leave errors.
func evaluated(t *testing.T, join float64) *trainer {
	t.Helper()
	o := evalOptions{local: &local{app: &app{quiet: true}, jobs: 2}, cfg: cluster.DefaultConfig()}
	o.cfg.Join = join
	g, items, _, err := o.read(context.Background(), corpus)
	if err != nil {
		t.Fatal(err)
	}
	tr := newTrainer(o.cfg, g, items)
	answer(tr.items, g)
	return tr
}

// naive gives B-cubed over some items by its definition, pair by pair.
func naive(items []score.Item, judged func(score.Item) bool) (p, r float64) {
	mates := func(a, b string) bool { return a == b && a != score.Alone && a != "" }
	n := 0.0
	for i := range items {
		if !judged(items[i]) {
			continue
		}
		clustered, campaign, both := 0.0, 0.0, 0.0
		for j := range items {
			with := i == j || mates(items[i].Got, items[j].Got)
			same := i == j || mates(items[i].Truth, items[j].Truth)
			kin := !same && mates(items[i].Family, items[j].Family)
			if with && !kin {
				clustered++
			}
			if same {
				campaign++
			}
			if with && same {
				both++
			}
		}
		n++
		p += both / clustered
		r += both / campaign
	}
	return p / n, r / n
}

func f1(p, r float64) float64 { return 2 * p * r / (p + r) }

var cells = regexp.MustCompile(` *\| *`)

// rowOf gives the cells of the table row of a report that has a name.
func rowOf(t *testing.T, report, name string) []string {
	t.Helper()
	for line := range strings.Lines(report) {
		if c := cells.Split(strings.TrimSpace(line), -1); len(c) > 2 && c[1] == name {
			return c[2:]
		}
	}
	t.Fatalf("the report has no row %q:\n%s", name, report)
	return nil
}

// TestReport compares the figures that a report shows with figures counted pair by
// pair, and looks at its other files.
func TestReport(t *testing.T) {
	const join = 4.5
	prefix := filepath.Join(t.TempDir(), "figures")
	shoal(t, 0, "eval", corpus, "--report", prefix, "--join", fmt.Sprint(join), "--orders", "2")
	report := readFile(t, prefix+".md")
	items := evaluated(t, join).items

	p, r := naive(items, all)
	if r == 1 {
		t.Fatal("everything is right: the test would see no wrong figure")
	}
	want := []string{fmt.Sprintf("%.4f", p), fmt.Sprintf("%.4f", r), fmt.Sprintf("%.4f", f1(p, r))}
	if diff := cmp.Diff(want, rowOf(t, report, "as shipped")[:3]); diff != "" {
		t.Errorf("figures in all (-want +got):\n%s", diff)
	}
	for _, g := range score.ByClass(items) {
		of := func(it score.Item) bool { return slices.Contains(it.Classes, g.Key) }
		p, r := naive(items, of)
		want := []string{fmt.Sprintf("%.3f", p), fmt.Sprintf("%.3f", r), fmt.Sprintf("%.3f", f1(p, r))}
		if diff := cmp.Diff(want, rowOf(t, report, g.Key)[2:5]); diff != "" {
			t.Errorf("figures of class %s (-want +got):\n%s", g.Key, diff)
		}
	}
	inUse := rowOf(t, report, fmt.Sprintf("%.1f (in use)", join))
	if want := fmt.Sprintf("%.3f", r); inUse[2] != want {
		t.Errorf("recall of the curve at the threshold in use is %s, want %s", inUse[2], want)
	}
	if svg := readFile(t, prefix+".svg"); !strings.HasPrefix(svg, "<svg") || !strings.Contains(svg, "join threshold") {
		t.Errorf("the curve is no drawing: %.100s", svg)
	}
	if errors := readFile(t, prefix+"-errors.md"); !strings.Contains(errors, "campaign in pieces: `casino-image`") {
		t.Errorf("the errors do not show the campaign in pieces:\n%s", errors)
	}
}

// TestReportTellsNothing: the figures can be published, so no label, name or
// subject of the mail may be in them.
func TestReportTellsNothing(t *testing.T) {
	tr := evaluated(t, 4.5)
	q := quality{name: "figures", items: tr.items, curve: tr.curve(nil), t: tr}
	report := string(q.figures())
	for _, it := range tr.items {
		for _, s := range []string{filepath.Base(it.Name), it.Truth, it.Got} {
			if len(s) > 1 && strings.Contains(report, s) {
				t.Fatalf("the report says %q", s)
			}
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestInspect: what is shown as the reason of an error is one, and its evidence
// adds up.
func TestInspect(t *testing.T) {
	tr := evaluated(t, -6)
	tr.cfg.Content = -6
	answer(tr.items, tr.group(tr.cfg))
	mixed := checkLinks(t, tr, score.Mixed)
	tr.cfg = cluster.DefaultConfig()
	tr.cfg.Join = 4.5
	answer(tr.items, tr.group(tr.cfg))
	split := checkLinks(t, tr, score.Split)
	if mixed == 0 || split == 0 {
		t.Errorf("%d reasons of mixed clusters, %d of split campaigns: want some of both", mixed, split)
	}
}

func checkLinks(t *testing.T, tr *trainer, kind score.FaultKind) (n int) {
	t.Helper()
	in := tr.inspect()
	prior := math.NaN()
	for _, f := range score.Worst(tr.items, len(tr.items)) {
		if f.Kind != kind {
			continue
		}
		for _, l := range in.links(f) {
			n++
			same := l.a.Truth == l.b.Truth && l.a.Truth != score.Alone
			together := l.a.Got == l.b.Got && l.a.Got != score.Alone
			if same == (kind == score.Mixed) || together != (kind == score.Mixed) {
				t.Errorf("%s %s: %s of %s in %s and %s of %s in %s", kind, f.Name, l.a.Name, l.a.Truth, l.a.Got, l.b.Name, l.b.Truth, l.b.Got)
			}
			rest := l.score
			for _, e := range l.evidence {
				rest -= e.weight
			}
			if math.IsNaN(prior) {
				prior = rest
			}
			if math.Abs(rest-prior) > 1e-3 {
				t.Errorf("%s %s: score %v less its evidence is %v, elsewhere %v", kind, f.Name, l.score, rest, prior)
			}
		}
	}
	return n
}

// TestHeldOut: each message is judged once, in the grouping whose weights have not
// seen it, and groupings do not meet.
func TestHeldOut(t *testing.T) {
	const parts = 2
	tr := evaluated(t, cluster.DefaultConfig().Join)
	weights, err := tr.foldWeights(parts)
	if err != nil {
		t.Fatal(err)
	}
	held := tr.heldOut(tr.cfg, weights)
	if len(held) != parts*len(tr.items) {
		t.Fatalf("%d items, want %d", len(held), parts*len(tr.items))
	}
	judged := map[string]int{}
	for i, it := range held {
		part := fmt.Sprint(i / len(tr.items))
		for _, s := range []string{it.Truth, it.Got} {
			if s != score.Alone && !strings.HasPrefix(s, part+"/") {
				t.Fatalf("item of part %s belongs to %q", part, s)
			}
		}
		if !it.Context {
			judged[it.Name]++
		}
		if it.Context == (fold(tr.items[i%len(tr.items)], parts) == i/len(tr.items)) {
			t.Errorf("%s: judged %v in part %s", it.Name, !it.Context, part)
		}
	}
	if len(judged) != len(tr.items) || score.Score(held).Messages != len(tr.items) {
		t.Errorf("%d messages judged, want %d", len(judged), len(tr.items))
	}
}

func TestCode(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "`plain`", "a`b|c": "`a'b¦c`", "a\nb\x1b": "`a b `", "": "(empty)", "\r\n": "(empty)",
	} {
		if got := code(text); got != want {
			t.Errorf("code(%q) = %s, want %s", text, got, want)
		}
	}
}
