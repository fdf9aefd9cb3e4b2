package cluster

import (
	"math"
	"slices"
)

// tieClass is one kind of circumstance that two campaigns of one operation share.
type tieClass uint8

const (
	tieNone           tieClass = iota
	tieIdentity                // whom the mail claims to come from
	tieInfrastructure          // the servers it comes from and leads to
	tieContact                 // how the victim is to answer or pay
	tieKit                     // the program that made it
	numTieClasses
)

// tieClasses says which values tie campaigns.
var tieClasses = [64]tieClass{
	KeySenderAddress: tieIdentity, KeySenderName: tieIdentity, KeyReplyTo: tieIdentity,
	KeySourceIP: tieInfrastructure, KeyHELO: tieInfrastructure, KeyReturnPath: tieInfrastructure, KeyHost: tieInfrastructure,
	KeyPhone: tieContact, KeyWallet: tieContact, KeyContact: tieContact,
	KeyHeader: tieKit, KeyMessageID: tieKit, KeyBoundary: tieKit, KeyMailer: tieKit, KeyURLPath: tieKit,
}

// Two campaigns are tied when rare values of two classes agree, one of these a
// server or a way to answer: a name alone is anybody's to use, and a kit is sold
// to many. tieWeight is what they must be worth together, in nats: the sum over
// the classes of the negative logarithm of how many clusters have the value.
const (
	tieWeight = 9.0
	tieRarity = 4
	// tiesPerValue bounds the campaigns remembered under one value.
	tiesPerValue = 8
)

// tie looks for campaigns that share rare circumstances with the exemplars of a
// group from the given slot on, and remembers them for others to find.
func (e *Engine) tie(slot uint32, exemplars []uint32, now int64) {
	if !e.groups[slot].created {
		return
	}
	id := e.groups[slot].id
	var near []CampaignID
	for _, x := range exemplars {
		for _, v := range e.exemplars[x].values {
			if tieClasses[unpackKey(v)] == tieNone || e.freq.rarity(v) < tieRarity {
				continue
			}
			for _, other := range e.ties[v] {
				if !slices.Contains(near, other) {
					near = append(near, other)
				}
			}
			e.remember(v, id)
		}
	}
	for _, other := range near {
		e.tryTie(slot, other, now)
	}
}

func (e *Engine) remember(v uint64, id CampaignID) {
	if ids := e.ties[v]; len(ids) < tiesPerValue && !slices.Contains(ids, id) {
		e.ties[v] = append(ids, id)
	}
}

// forget takes a group's exemplars that leave memory out of the ties. A report that
// stood alone is in none.
func (e *Engine) forget(slot uint32, exemplars []uint32) {
	g := &e.groups[slot]
	if !g.created {
		return
	}
	for _, x := range exemplars {
		for _, v := range e.exemplars[x].values {
			if tieClasses[unpackKey(v)] == tieNone {
				continue
			}
			ids, ok := e.ties[v]
			if !ok {
				continue
			}
			if ids = slices.DeleteFunc(ids, func(id CampaignID) bool { return id == g.id }); len(ids) == 0 {
				delete(e.ties, v)
			} else {
				e.ties[v] = ids
			}
		}
	}
}

// tryTie makes two campaigns one operation if what they share is worth it.
func (e *Engine) tryTie(slot uint32, with CampaignID, now int64) {
	other, ok := e.find(with)
	if !ok || other == slot || e.groups[other].idle != 0 || e.sameOperation(slot, other) {
		return
	}
	evidence, ok := e.common(slot, other)
	if !ok {
		return
	}
	a, b := slot, other
	if e.older(b, a) {
		a, b = b, a
	}
	if !e.may(EventTied, e.fellows(b)[0], e.groups[a].id) {
		return
	}
	operation := e.operationOf(a)
	for _, id := range e.fellows(b) {
		e.enterOperation(id, operation)
		e.emit(Event{
			Kind: EventTied, Time: now, Campaign: id, Other: e.groups[a].id,
			Operation: operation, Evidence: evidence,
		})
	}
	if _, ok := e.operation[e.groups[a].id]; !ok {
		e.enterOperation(e.groups[a].id, operation)
		e.emit(Event{
			Kind: EventTied, Time: now, Campaign: e.groups[a].id, Other: e.groups[b].id,
			Operation: operation, Evidence: evidence,
		})
	}
}

// enterOperation puts a campaign into an operation, out of the one it was in.
func (e *Engine) enterOperation(id CampaignID, operation string) {
	e.leaveOperation(id)
	e.operation[id] = operation
	ids := e.members[operation]
	i, _ := slices.BinarySearch(ids, id)
	e.members[operation] = slices.Insert(ids, i, id)
}

func (e *Engine) leaveOperation(id CampaignID) {
	operation, ok := e.operation[id]
	if !ok {
		return
	}
	delete(e.operation, id)
	ids := slices.DeleteFunc(e.members[operation], func(x CampaignID) bool { return x == id })
	if e.members[operation] = ids; len(ids) == 0 {
		delete(e.members, operation)
	}
}

func (e *Engine) sameOperation(a, b uint32) bool {
	x, ok := e.operation[e.groups[a].id]
	return ok && x == e.operation[e.groups[b].id]
}

// operationOf is the operation of a campaign, named after it if it has none yet.
func (e *Engine) operationOf(slot uint32) string {
	id := e.groups[slot].id
	if op, ok := e.operation[id]; ok {
		return op
	}
	return "o" + string(id[1:])
}

// fellows are the campaigns of a group's operation, in the order of their ids; or
// the group alone.
func (e *Engine) fellows(slot uint32) []CampaignID {
	id := e.groups[slot].id
	if op, ok := e.operation[id]; ok {
		return slices.Clone(e.members[op])
	}
	return []CampaignID{id}
}

// common weighs the rare values that exemplars of both groups have: for each
// class the rarest counts, if a third of either side's exemplars share values of
// that class. One server that two campaigns passed through once ties nothing.
func (e *Engine) common(a, b uint32) ([]Evidence, bool) {
	best, ofA := e.shared(a, b)
	_, ofB := e.shared(b, a)
	for class := range best {
		if 3*ofA[class] < len(e.groups[a].exemplars) || 3*ofB[class] < len(e.groups[b].exemplars) {
			best[class] = Evidence{}
		}
	}
	return tied(best)
}

// shared gives, for each class, the rarest value of a's exemplars that b has too,
// and how many of a's exemplars have such a value.
func (e *Engine) shared(a, b uint32) (best [numTieClasses]Evidence, exemplars [numTieClasses]int) {
	theirs := map[uint64]ReportID{}
	for _, x := range e.groups[b].exemplars {
		for _, v := range e.exemplars[x].values {
			theirs[v] = e.exemplars[x].report
		}
	}
	for _, x := range e.groups[a].exemplars {
		var has [numTieClasses]int
		for _, v := range e.exemplars[x].values {
			class := tieClasses[unpackKey(v)]
			matched, ok := theirs[v]
			if class == tieNone || !ok || e.freq.rarity(v) < tieRarity {
				continue
			}
			has[class] = 1
			if w := e.surprise(v); w > best[class].Weight {
				best[class] = Evidence{Key: unpackKey(v), Matched: matched, Score: 1, Weight: w}
			}
		}
		for class, n := range has {
			exemplars[class] += n
		}
	}
	return best, exemplars
}

// surprise is the negative logarithm of the share of clusters that have v.
func (e *Engine) surprise(v uint64) float64 {
	return -math.Log(float64(max(1, e.freq.count(v))) / float64(e.freq.clusters+prior))
}

func tied(best [numTieClasses]Evidence) ([]Evidence, bool) {
	var out []Evidence
	sum := 0.0
	for _, ev := range best {
		if ev.Weight > 0 {
			out = append(out, ev)
			sum += ev.Weight
		}
	}
	traceable := best[tieInfrastructure].Weight > 0 || best[tieContact].Weight > 0
	return out, len(out) >= 2 && traceable && sum >= tieWeight
}
