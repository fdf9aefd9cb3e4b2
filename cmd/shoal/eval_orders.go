package main

import (
	"fmt"
	"iter"
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
	for shuffled := range t.shuffled(n, 0) {
		answer(shuffled.items, shuffled.group(t.cfg))
		res := score.Score(shuffled.items)
		s.strict, s.lenient = append(s.strict, res.Strict.F1), append(s.lenient, res.Lenient.F1)
		s.ham = max(s.ham, res.HamClustered)
	}
	slices.Sort(s.strict)
	slices.Sort(s.lenient)
	return s
}

// shuffled gives t n times with its reports in another order, of a sequence of orders
// that stream names. Each is valid until the next.
func (t *trainer) shuffled(n int, stream uint64) iter.Seq[*trainer] {
	return func(yield func(*trainer) bool) {
		s := *t
		s.log, s.items = slices.Clone(t.log), slices.Clone(t.items)
		for seed := range uint64(n) {
			r := rand.New(rand.NewPCG(seed, stream))
			r.Shuffle(len(s.log), func(i, j int) { s.log[i], s.log[j] = s.log[j], s.log[i] })
			if !yield(&s) {
				return
			}
		}
	}
}
