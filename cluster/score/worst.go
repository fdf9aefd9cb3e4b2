package score

import (
	"cmp"
	"slices"
)

// FaultKind says what is wrong with a cluster or campaign.
type FaultKind string

// Kinds of fault.
const (
	Mixed FaultKind = "mixed" // a cluster of several campaigns: costs precision
	Split FaultKind = "split" // a campaign in several clusters: costs recall
)

// Fault is a mixed cluster or a split campaign.
type Fault struct {
	Kind FaultKind
	// Name is the cluster's or the campaign's.
	Name string
	// Messages it has.
	Messages int
	// Loss is what it takes from strict B-cubed precision (or recall), of 1;
	// Lenient from lenient precision. For a split campaign they are equal.
	Loss, Lenient float64
	// Parts are the campaigns of the cluster, or the clusters of the campaign,
	// largest first. Messages that stand alone are one part, named [Alone], the last.
	Parts []Part
}

// Part is a piece of a [Fault].
type Part struct {
	Name     string
	Messages int
	// Example is the name of its first message.
	Example string
}

// Worst lists the n faults that cost most strict precision or recall, worst first.
func Worst(items []Item, n int) []Fault {
	t := newTable(items)
	mixed := make(map[int32]*Fault)
	split := make(map[int32]*Fault)
	for i := range items {
		m, total := t.meet(i), float64(len(items))
		if m.both < m.cluster {
			f := fault(mixed, t.cluster.of[i], Mixed, items[i].Got)
			f.Loss += (1 - float64(m.both)/float64(m.cluster)) / total
			f.Lenient += (1 - float64(m.both)/float64(m.lenient)) / total
		}
		if m.both < m.campaign {
			f := fault(split, t.campaign.of[i], Split, items[i].Truth)
			f.Loss += (1 - float64(m.both)/float64(m.campaign)) / total
			f.Lenient = f.Loss
		}
	}
	faults := make([]*Fault, 0, len(mixed)+len(split))
	for _, byID := range []map[int32]*Fault{mixed, split} {
		for _, f := range byID {
			faults = append(faults, f)
		}
	}
	slices.SortFunc(faults, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(b.Loss, a.Loss), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	faults = faults[:min(max(n, 0), len(faults))]
	return withParts(items, t, mixed, split, faults)
}

func fault(all map[int32]*Fault, id int32, kind FaultKind, name string) *Fault {
	f := all[id]
	if f == nil {
		f = &Fault{Kind: kind, Name: name}
		all[id] = f
	}
	return f
}

// withParts fills the parts of the faults that are listed.
func withParts(items []Item, t *table, mixed, split map[int32]*Fault, listed []*Fault) []Fault {
	parts := make(map[*Fault]map[string]*Part, len(listed))
	for _, f := range listed {
		parts[f] = make(map[string]*Part)
	}
	for i := range items {
		it := &items[i]
		if f := mixed[t.cluster.of[i]]; parts[f] != nil {
			addPart(parts[f], it.Truth, it.Name)
		}
		if f := split[t.campaign.of[i]]; parts[f] != nil {
			addPart(parts[f], it.Got, it.Name)
		}
	}
	out := make([]Fault, len(listed))
	for i, f := range listed {
		for _, p := range parts[f] {
			f.Parts = append(f.Parts, *p)
			f.Messages += p.Messages
		}
		slices.SortFunc(f.Parts, comparePart)
		out[i] = *f
	}
	return out
}

func addPart(parts map[string]*Part, name, example string) {
	if none(name) {
		name = Alone
	}
	p := parts[name]
	if p == nil {
		p = &Part{Name: name, Example: example}
		parts[name] = p
	}
	p.Messages++
}

func comparePart(a, b Part) int {
	if (a.Name == Alone) != (b.Name == Alone) {
		if a.Name == Alone {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Name, b.Name))
}
