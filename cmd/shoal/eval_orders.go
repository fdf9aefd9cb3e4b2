package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"shoal/cluster/score"
)

// spread is how much of a result is an accident of which copy came first.
type spread struct {
	strict, lenient []float64 // F1 in each order, ascending
	ham             int       // legitimate messages in any cluster, at most
}

// evalOrders scores the same reports in n orders of arrival.
func (a *app) evalOrders(t *trainer, n int) error {
	s := t.orders(n)
	for _, f := range []struct {
		name string
		f1   []float64
	}{{"strict", s.strict}, {"lenient", s.lenient}} {
		if _, err := fmt.Fprintf(a.stdout, "%-7s F1 over %d orders: least %.4f median %.4f most %.4f\n",
			f.name, n, f.f1[0], f.f1[n/2], f.f1[n-1]); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.stdout, "legitimate mail in any cluster: %d at most\n", s.ham)
	return err
}

// orders groups and scores the reports n times, each time in another order.
func (t *trainer) orders(n int) (s spread) {
	shuffled := *t
	shuffled.log, shuffled.items = slices.Clone(t.log), slices.Clone(t.items)
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 0))
		r.Shuffle(len(shuffled.log), func(i, j int) {
			shuffled.log[i], shuffled.log[j] = shuffled.log[j], shuffled.log[i]
		})
		answer(shuffled.items, shuffled.group(t.cfg))
		res := score.Score(shuffled.items)
		s.strict, s.lenient = append(s.strict, res.Strict.F1), append(s.lenient, res.Lenient.F1)
		s.ham = max(s.ham, res.HamClustered)
	}
	slices.Sort(s.strict)
	slices.Sort(s.lenient)
	return s
}
