// Package learn finds the weights of package cluster from labelled comparisons.
//
// It is a logistic regression over the levels of the fields, after Fellegi and
// Sunter (1969): each outcome of a comparison adds its own weight. Unlike
// their product of independent likelihoods the weights are fitted together, so
// that keys which say the same thing (a body digest and its shingles) share
// what it is worth. Two constraints make the result hold on mail that it has
// not seen: a better agreement never counts less, and only content may speak
// against.
//
// The package does no clustering and reads no files.
package learn

import (
	"math"

	"shoal/cluster"
)

// Sample is one comparison whose truth is known.
type Sample struct {
	// Levels as in [cluster.Comparison].
	Levels []int8
	Same   bool
	// Weight is how much it counts; 1 is usual.
	Weight float64
}

// Options of [Fit].
type Options struct {
	// Ridge is the strength of the penalty on squared distance from the priors,
	// in samples.
	Ridge float64
	// Rounds is the number of gradient steps.
	Rounds int
}

// DefaultOptions work from a few thousand samples on.
func DefaultOptions() Options { return Options{Ridge: 4, Rounds: 600} }

// Fit returns the weights that make the samples likeliest. It is deterministic.
func Fit(samples []Sample, opt Options) (*cluster.Weights, error) {
	m := newModel(cluster.Fields())

	samples = pooled(samples)
	for range opt.Rounds {
		m.step(samples, opt)
	}
	return m.weights()
}

// pooled counts equal comparisons as one: a large campaign makes the same ones again
// and again.
func pooled(samples []Sample) []Sample {
	type outcome struct {
		levels string
		same   bool
	}
	at := map[outcome]int{}
	var out []Sample
	var key []byte
	for _, s := range samples {
		key = key[:0]
		for _, l := range s.Levels {
			key = append(key, byte(l))
		}
		o := outcome{string(key), s.Same}
		i, ok := at[o]
		if !ok {
			i = len(out)
			at[o] = i
			out = append(out, Sample{Levels: s.Levels, Same: s.Same})
		}
		out[i].Weight += s.Weight
	}
	return out
}

// model holds one step for each level: the weight of level l is the sum of the
// steps from 1 to l where the field is monotone, and the step itself where not.
// Disagreement, level 0, stands by itself: that both sides have a phone number
// at all must not count against those that have the same one.
type model struct {
	fields []cluster.Field
	bias   float64
	steps  [][]float64
	// Adagrad's sums of squared gradients.
	biasSum float64
	sums    [][]float64
}

func newModel(fields []cluster.Field) *model {
	m := &model{fields: fields, bias: -4}
	for _, f := range fields {
		steps := make([]float64, f.Levels+1)
		for l := range steps {
			steps[l] = prior(f, l)
		}
		m.steps = append(m.steps, steps)
		m.sums = append(m.sums, make([]float64, f.Levels+1))
	}
	return m
}

// prior is the step of a level before any sample: the field's, evenly spread.
func prior(f cluster.Field, l int) float64 {
	if l == 0 || !f.Monotone {
		return 0
	}
	return f.Prior / float64(f.Levels)
}

func (m *model) table() [][]float64 {
	out := make([][]float64, len(m.fields))
	for i, f := range m.fields {
		out[i] = append([]float64(nil), m.steps[i]...)
		if f.Monotone {
			for l := 2; l < len(out[i]); l++ {
				out[i][l] += out[i][l-1]
			}
		}
	}
	return out
}

func (m *model) weights() (*cluster.Weights, error) {
	return cluster.NewWeights(m.bias, m.table())
}

// step moves the weights once along the gradient of the log-likelihood, each by
// its own rate (Adagrad), and back into the constraints.
func (m *model) step(samples []Sample, opt Options) {
	table := m.table()
	grad := make([][]float64, len(m.fields))
	for i := range grad {
		grad[i] = make([]float64, len(table[i]))
	}
	biasGrad := 0.0
	for i := range samples {
		s := &samples[i]
		z := m.bias
		for f, l := range s.Levels {
			if l >= 0 {
				z += table[f][l]
			}
		}
		g := s.Weight * (truth(s.Same) - 1/(1+math.Exp(-z)))
		biasGrad += g
		for f, l := range s.Levels {
			if l >= 0 {
				grad[f][l] += g
			}
		}
	}
	m.move(&m.bias, &m.biasSum, biasGrad)
	for f := range grad {
		m.stepField(f, grad[f], opt)
	}
}

func truth(same bool) float64 {
	if same {
		return 1
	}
	return 0
}

func (m *model) stepField(f int, grad []float64, opt Options) {
	fd := m.fields[f]
	if fd.Monotone { // a step above 0 counts for its level and all above
		for l := len(grad) - 2; l > 0; l-- {
			grad[l] += grad[l+1]
		}
	}
	for l := range grad {
		x := &m.steps[f][l]
		m.move(x, &m.sums[f][l], grad[l]-opt.Ridge*(*x-prior(fd, l)))
		switch {
		case !fd.Monotone: // only ever speaks against
			*x = min(*x, 0)
		case l > 0:
			*x = max(*x, 0)
		case fd.Veto:
			*x = min(*x, 0)
		default:
			*x = 0
		}
	}
}

// rate is Adagrad's.
const rate = 0.3

func (m *model) move(x, sum *float64, g float64) {
	*sum += g * g
	if *sum > 0 {
		*x += rate * g / math.Sqrt(*sum)
	}
}
