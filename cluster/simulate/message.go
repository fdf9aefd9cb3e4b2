package simulate

import (
	"fmt"
	"iter"
	"time"
)

// Message is one reported message and what is known of it.
type Message struct {
	// Raw is the message in wire form (RFC 5322).
	Raw []byte
	// Campaign is its label, "-" if it belongs with no other.
	Campaign string
	// Family is the crew that sent it, "-" for none.
	Family string
	Kind   Kind
	// Class is the mutation under which it is counted, Classes all of them.
	Class   Class
	Classes Set
	// Text is what a reader of an abusive message sees, "" where that is a picture
	// or a file alone.
	Text string
	// Recipient is the address that received it, Mailbox its number from 0,
	// Region and List what is known of the person.
	Recipient    string
	Mailbox      uint32
	Region, List string
	ReportedAt   time.Time
}

// Messages yields cfg.Reports messages in order of time. A stream that is read
// twice gives the same twice.
func Messages(cfg Config) (iter.Seq[Message], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	return func(yield func(Message) bool) {
		g := newGenerator(cfg)
		for s := range g.plan.slots() {
			if !yield(g.message(s)) {
				return
			}
		}
	}, nil
}

// generator makes what a plan asks for. It remembers the campaigns under way.
type generator struct {
	cfg     Config
	plan    *plan
	running map[uint64]*campaign
}

func newGenerator(cfg Config) *generator {
	return &generator{cfg: cfg, plan: newPlan(cfg), running: map[uint64]*campaign{}}
}

// maxRunning bounds the campaigns that are remembered; others are built again.
const maxRunning = 1 << 14

func (g *generator) message(s slot) Message {
	at := time.UnixMilli(s.time).UTC()
	switch {
	case s.stream == nil:
		return g.single(s.i, at)
	case s.stream.ham:
		return g.newsletter(s.stream, s.i, at)
	}
	c := g.running[s.stream.id]
	if c == nil {
		if len(g.running) >= maxRunning {
			clear(g.running)
		}
		c = g.campaign(s.stream.id, g.class(s.stream.id), false)
		g.running[s.stream.id] = c
	}
	if s.i+1 == int(s.stream.size) {
		delete(g.running, s.stream.id)
	}
	return g.copyOf(c, s.i, false, at)
}

// class is the primary mutation of a campaign.
func (g *generator) class(id uint64) Class {
	return pick(newRNG(g.cfg.Seed, ofClass, id), g.cfg.classes())
}

// single makes the i-th report of the background.
func (g *generator) single(i int, at time.Time) Message {
	if g.plan.isAlone(i) {
		class := pick(newRNG(g.cfg.Seed, ofClass+1<<32, uint64(i)), g.cfg.classes())
		m := g.copyOf(g.campaign(uint64(i), class, true), 0, true, at)
		m.Campaign, m.Family, m.Kind = "-", "-", KindSingle
		m.Class, m.Classes = Alone, m.Classes|SetOf(Alone)
		return m
	}
	switch x := newRNG(g.cfg.Seed, ofClass+2<<32, uint64(i)).IntN(55); {
	case x < 20:
		return g.post(i, at)
	case x < 40:
		return g.receipt(i, at)
	}
	return g.letter(i, at)
}

// crews is how many crews there are; each sends some four campaigns.
func (g *generator) crews() int { return g.plan.campaigns/20 + 1 }

// paddings is how many texts are stolen: each serves several campaigns.
func (g *generator) paddings() int { return min(400, g.plan.campaigns/20+8) }

// newsletters is how many there are.
func (g *generator) newsletters() int { return len(g.plan.streams)/30 + 3 }
