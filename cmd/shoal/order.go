package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"shoal/cluster/score"
)

// evalOrders scores the same reports in n orders of arrival: how much of the
// result is an accident of which copy came first.
func (a *app) evalOrders(t *trainer, n int) error {
	var strict, lenient []float64
	ham := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 0))
		r.Shuffle(len(t.log), func(i, j int) { t.log[i], t.log[j] = t.log[j], t.log[i] })
		answer(t.items, t.group(t.cfg))
		res := score.Score(t.items)
		strict, lenient = append(strict, res.Strict.F1), append(lenient, res.Lenient.F1)
		ham = max(ham, res.HamClustered)
	}
	for _, f := range []struct {
		name string
		f1   []float64
	}{{"strict", strict}, {"lenient", lenient}} {
		slices.Sort(f.f1)
		if _, err := fmt.Fprintf(a.stdout, "%-7s F1 over %d orders: least %.4f median %.4f most %.4f\n",
			f.name, n, f.f1[0], f.f1[n/2], f.f1[n-1]); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.stdout, "legitimate mail in any cluster: %d at most\n", ham)
	return err
}
