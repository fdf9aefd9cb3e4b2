package federation

import (
	"encoding/binary"

	"shoal/cluster"
)

// Global takes the log that the locals write and answers as a single clusterer
// would: one that had looked at every report. It owns the ids. It is a pure function
// of the log, and not safe for concurrent use.
//
// News goes through an engine. A copy is put where the report is that it is a copy
// of, and what stands alone is given the id that its campaign will have. Where a
// later round finds company for that, it merges in under the id of the company's
// campaign, as with a single clusterer what was found late.
type Global struct {
	cfg    cluster.Config
	engine *cluster.Engine
	seq    uint64
	offset int64
	said   recent[uint64, struct{}] // reports that were answered without the engine
	// settled stood alone and were given a home, or to the engine. A second finding
	// on them changes nothing.
	settled recent[uint64, struct{}]
	homes   recent[cluster.ReportID, cluster.CampaignID] // of what copies may be of
	single  recent[cluster.CampaignID, struct{}]         // opened and not created yet
	events  []cluster.Event
}

// NewGlobal returns a global clusterer with empty state. cfg must be valid.
func NewGlobal(cfg cluster.Config) *Global {
	return &Global{
		cfg: cfg, engine: cluster.NewEngine(cfg), offset: -1,
		said: newRecent[uint64, struct{}](cfg.Remember), settled: newRecent[uint64, struct{}](cfg.Remember),
		homes:  newRecent[cluster.ReportID, cluster.CampaignID](cfg.LiveExemplars),
		single: newRecent[cluster.CampaignID, struct{}](cfg.LiveExemplars),
	}
}

// Seq is the number of the last event, 0 before the first.
func (g *Global) Seq() uint64 { return g.seq }

// Offset is that of the last entry, -1 before the first.
func (g *Global) Offset() int64 { return g.offset }

// Engine is the one inside. It must not be stepped.
func (g *Global) Engine() *cluster.Engine { return g.engine }

// Knows says whether copies of a report need not be looked at: where it is, a campaign
// has begun.
func (g *Global) Knows(r cluster.ReportID) bool {
	_, ok := g.home(r)
	return ok
}

func (g *Global) home(r cluster.ReportID) (cluster.CampaignID, bool) {
	id, ok := g.homes.get(r)
	if !ok {
		return "", false
	}
	id = g.engine.Resolve(id)
	return id, !g.single.has(id)
}

// Step takes the next entry of the log and returns what follows from it; see
// [cluster.Engine.Step]. Of a copy whose original [Global.Knows] it needs report and
// time only.
func (g *Global) Step(entry cluster.Entry) []cluster.Event {
	g.events = g.events[:0]
	if entry.Offset <= g.offset {
		return nil
	}
	g.offset = entry.Offset
	if ev, ok := g.answer(&entry); ok {
		g.emit(ev)
		return g.events
	}
	entry, pins := g.pinning(entry)
	own := g.own(&entry)
	for _, ev := range g.engine.Step(entry) {
		g.note(&ev, &entry, own)
		if pins != nil && ev.Kind == cluster.EventPinned {
			g.bringIn(pins, ev.Campaign)
		}
		g.emit(translate(ev, &entry, own))
	}
	return g.events
}

// answer gives the event of an entry that the engine need not see.
func (g *Global) answer(entry *cluster.Entry) (ev cluster.Event, ok bool) {
	f := entry.Features
	if f == nil {
		return ev, false
	}
	ev = cluster.Event{Kind: cluster.EventRepeat, Time: f.Time, Report: f.Report}
	if g.repeated(entry) {
		return ev, true
	}
	found := entry.Finding
	if found != nil && found.Kind == cluster.FindingAlone && !found.Again {
		if heard(f.Report) {
			g.engine.Hear(f)
		}
		ev.Kind, ev.Campaign = cluster.EventAssigned, g.engine.Opens(f.Report)
		g.said.put(key(f.Report), struct{}{})
		return ev, true
	}
	if !Light(entry, g.Knows) {
		if found != nil && found.Again && heard(f.Report) {
			g.engine.Unhear(f)
		}
		return ev, false
	}
	home, _ := g.home(found.Of)
	g.homes.put(found.Of, home)
	ev.Evidence, ev.Score, ev.Content, ev.Campaign = found.Evidence, found.Score, found.Content, home
	if ev.Kind = cluster.EventAssigned; found.Again {
		ev.Kind, ev.Report, ev.Other = cluster.EventMerged, cluster.ReportID{}, g.engine.Opens(f.Report)
		g.homes.put(f.Report, home)
	} else {
		g.said.put(key(f.Report), struct{}{})
	}
	return ev, true
}

// repeated says whether nothing follows from a report: it was answered before, or,
// where it is there again, what follows has happened.
func (g *Global) repeated(entry *cluster.Entry) bool {
	r := entry.Features.Report
	if entry.Finding == nil || !entry.Finding.Again {
		return g.said.has(key(r)) || entry.Finding != nil && g.engine.Took(r)
	}
	if g.settled.has(key(r)) {
		return true
	}
	g.settled.put(key(r), struct{}{})
	return false
}

func key(r cluster.ReportID) uint64 { return binary.BigEndian.Uint64(r[:]) }

// own is the id that a report would open a campaign under: the one that it was given
// if it stands alone.
func (g *Global) own(entry *cluster.Entry) cluster.CampaignID {
	if entry.Features == nil {
		return ""
	}
	return g.engine.Opens(entry.Features.Report)
}

// note keeps what an event of the engine says of where reports are.
func (g *Global) note(ev *cluster.Event, entry *cluster.Entry, own cluster.CampaignID) {
	switch ev.Kind {
	case cluster.EventAssigned:
		g.homes.put(ev.Report, ev.Campaign)
		if found := entry.Finding; found != nil && found.Of != (cluster.ReportID{}) {
			g.homes.put(found.Of, ev.Campaign)
		}
		if ev.Campaign == own {
			g.single.put(own, struct{}{})
		}
	case cluster.EventCreated:
		g.single.drop(ev.Campaign)
	case cluster.EventMerged:
		g.single.drop(ev.Campaign)
		g.single.drop(ev.Other)
	case cluster.EventMoved, cluster.EventPinned:
		if g.homes.has(ev.Report) {
			g.homes.put(ev.Report, ev.Campaign)
		}
	}
}

// translate tells of a report that has been there, alone, what the engine says of a new one.
func translate(ev cluster.Event, entry *cluster.Entry, own cluster.CampaignID) cluster.Event {
	if ev.Kind != cluster.EventAssigned || entry.Finding == nil || !entry.Finding.Again {
		return ev
	}
	if ev.Campaign == own {
		ev.Kind = cluster.EventRepeat
		return ev
	}
	ev.Kind, ev.Other, ev.Report = cluster.EventMerged, own, cluster.ReportID{}
	return ev
}

func (g *Global) emit(ev cluster.Event) {
	g.seq++
	ev.Seq, ev.Offset = g.seq, g.offset
	g.events = append(g.events, ev)
}
