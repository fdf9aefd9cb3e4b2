package cluster

// Weigh gives what each of [Fields] added to a comparison that the engine made, in
// nats. With the prior odds they add up to its score.
func (e *Engine) Weigh(c Comparison) []float64 {
	out := make([]float64, len(c.Levels))
	for f, l := range c.Levels {
		if l != absent {
			out[f] = float64(e.weights.fields[f][l])
		}
	}
	return out
}
