package cluster

// drift says where a campaign stands with its alarm.
type drift struct {
	raised  bool // EventDrifted was said and nobody has settled it
	settled bool // an analyst says that it is one
}

func (e *Engine) settle(slot uint32, d *Decision) {}
