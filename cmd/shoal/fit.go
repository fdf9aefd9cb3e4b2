package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"

	"shoal/cluster"
	"shoal/cluster/learn"
	"shoal/cluster/score"
)

// fitRounds is how often weights are fitted to the comparisons that an engine
// with the last weights makes: which pairs are compared, and how rare values
// look, depends on the campaigns found.
const fitRounds = 4

// fitOrders is in how many orders of arrival each round makes them: which copy
// became an exemplar is an accident that weights should not learn.
const fitOrders = 8

// Pairs of two campaigns of one family count less as strangers, each kinWeight at
// most and a family's all together kinTotal: their labels are the doubtful ones,
// and one kit with many lures must not tell what, say, an image is worth.
const (
	kinWeight = 0.5
	kinTotal  = 110
)

// hamWeight is what a pair of two legitimate mails counts: joining those is worse
// than leaving a campaign in two pieces.
const hamWeight = 4

// fitWeights learns from all labelled reports and writes the table.
func (a *app) fitWeights(o evalOptions, t *trainer) error {
	w, err := t.fit(all)
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.fit, w.GoSource(), 0o644); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	fmt.Fprintf(a.stdout, "wrote %s: build shoal again to use the weights\n", o.fit)
	return nil
}

// evalFolds scores each part under weights that were learned without it.
func (a *app) evalFolds(o evalOptions, t *trainer) error {
	var sum score.Result
	for k := range o.folds {
		part := func(it score.Item) bool { return fold(it, o.folds) == k }
		w, err := t.fit(func(it score.Item) bool { return !part(it) })
		if err != nil {
			return err
		}
		cfg := o.cfg
		cfg.Weights = w
		answer(t.items, t.group(cfg))
		for _, gr := range score.By(t.items, func(it score.Item) string { return fmt.Sprint(part(it)) }) {
			if gr.Key == "true" {
				fmt.Fprintf(a.stdout, "part %d: messages %d lenient %v strict %v\n", k+1, gr.Messages, gr.Lenient, gr.Strict)
				pool(&sum, gr.Result)
			}
		}
	}
	fmt.Fprintf(a.stdout, "all:    messages %d lenient %v strict %v hard recall %.4f ham in any cluster %d, with abuse %d\n",
		sum.Messages, sum.Lenient, sum.Strict, sum.HardRecall, sum.HamClustered, sum.HamWithAbuse)
	return nil
}

// pool adds the result of one part to the mean over all.
func pool(sum *score.Result, r score.Result) {
	mean := func(a float64, n int, b float64, m int) float64 {
		if n+m == 0 {
			return 0
		}
		return (a*float64(n) + b*float64(m)) / float64(n+m)
	}
	for _, f := range []struct{ to, from *score.Figures }{{&sum.Strict, &r.Strict}, {&sum.Lenient, &r.Lenient}} {
		f.to.P = mean(f.to.P, sum.Messages, f.from.P, r.Messages)
		f.to.R = mean(f.to.R, sum.Messages, f.from.R, r.Messages)
		f.to.F1 = 2 * f.to.P * f.to.R / (f.to.P + f.to.R)
	}
	sum.HardRecall = mean(sum.HardRecall, sum.Hard, r.HardRecall, r.Hard)
	sum.Hard += r.Hard
	sum.Messages += r.Messages
	sum.HamClustered += r.HamClustered
	sum.HamWithAbuse += r.HamWithAbuse
}

// trainer fits weights on labelled reports.
type trainer struct {
	cfg   cluster.Config
	log   []localReport
	items []score.Item
	truth map[cluster.ReportID]score.Item
	size  map[string]int // messages of each campaign
	with  []*trainer     // others that lend their samples
}

func newTrainer(cfg cluster.Config, g *grouping, items []score.Item) *trainer {
	t := &trainer{cfg: cfg, log: g.log, items: items, truth: map[cluster.ReportID]score.Item{}, size: map[string]int{}}
	byName := map[string]score.Item{}
	for _, it := range items {
		byName[filepath.Base(it.Name)] = it
		t.size[it.Truth]++
	}
	for _, r := range g.log {
		if it, ok := byName[filepath.Base(r.name)]; ok {
			t.truth[r.features.Report] = it
		}
	}
	return t
}

// group runs the reports through an engine under other settings.
func (t *trainer) group(cfg cluster.Config) *grouping {
	g := newGrouping(cluster.NewEngine(cfg))
	for _, r := range t.log {
		g.take(r)
	}
	return g
}

// fit returns weights from the pairs of which use approves of both sides.
func (t *trainer) fit(use func(score.Item) bool) (*cluster.Weights, error) {
	var w *cluster.Weights
	cfg := t.cfg
	cfg.Weights = blank()
	var samples []learn.Sample
	for range fitRounds {
		samples = append(samples, t.samplesInOrders(cfg, use)...)
		for _, other := range t.with {
			samples = append(samples, other.samplesInOrders(cfg, all)...)
		}
		var err error
		if w, err = learn.Fit(samples, learn.DefaultOptions()); err != nil {
			return nil, err
		}
		cfg.Weights = w
	}
	return w, nil
}

func all(score.Item) bool { return true }

// blank weights join nothing.
func blank() *cluster.Weights {
	fields := cluster.Fields()
	zero := make([][]float64, len(fields))
	for i, f := range fields {
		zero[i] = make([]float64, f.Levels+1)
	}
	w, err := cluster.NewWeights(-10, zero)
	if err != nil {
		panic(err) // the shape comes from cluster itself
	}
	return w
}

// samplesInOrders are those of all orders of arrival, together as heavy as those of one.
func (t *trainer) samplesInOrders(cfg cluster.Config, use func(score.Item) bool) []learn.Sample {
	samples := t.samples(cfg, use)
	for shuffled := range t.shuffled(fitOrders-1, 1) { // others than eval --orders judges by
		samples = append(samples, shuffled.samples(cfg, use)...)
	}
	for i := range samples {
		samples[i].Weight /= fitOrders
	}
	return samples
}

// samples are the comparisons that an engine makes over the log.
func (t *trainer) samples(cfg cluster.Config, use func(score.Item) bool) []learn.Sample {
	var samples []learn.Sample
	kin := map[string][]int{} // samples of each family
	e := cluster.NewEngine(cfg)
	e.Observe = func(c cluster.Comparison) {
		a, okA := t.truth[c.Report]
		b, okB := t.truth[c.Exemplar]
		if okA && okB && use(a) && use(b) {
			s := t.sample(a, b, c.Levels)
			if !s.Same && a.Family != "-" && a.Family == b.Family {
				kin[a.Family] = append(kin[a.Family], len(samples))
			}
			samples = append(samples, s)
		}
	}
	for i, r := range t.log {
		e.Step(cluster.Entry{Offset: int64(i), Features: r.features})
	}
	for _, of := range kin {
		for _, i := range of {
			samples[i].Weight = min(kinWeight, kinTotal/float64(len(of)))
		}
	}
	return samples
}

func (t *trainer) sample(a, b score.Item, levels []int8) learn.Sample {
	s := learn.Sample{Levels: levels, Same: a.Truth != "-" && a.Truth == b.Truth, Weight: 1}
	switch {
	case s.Same: // a large campaign speaks often, but it is one campaign
		s.Weight = 4 / math.Sqrt(float64(t.size[a.Truth]))
	case a.Kind == score.Ham && b.Kind == score.Ham:
		s.Weight = hamWeight
	}
	return s
}

// fold assigns an item to one of n parts; campaigns of one family go together, so
// that no fold is judged by weights that have seen its kind.
func fold(it score.Item, n int) int {
	name := it.Family
	if name == "-" || name == "" {
		name = it.Name
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int(h.Sum32()>>3) % n
}
