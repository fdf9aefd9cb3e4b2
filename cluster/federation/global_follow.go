package federation

import (
	"slices"

	"shoal/cluster"
)

// Follow takes the next entry as the events of it that were published say; see
// [cluster.Engine.Follow]. The entry must have its features whole. A log that another
// program answered, one clusterer for instance, is followed as well.
func (g *Global) Follow(entry cluster.Entry, published []cluster.Event, all bool) []cluster.Event {
	g.events = g.events[:0]
	if entry.Offset <= g.offset || len(published) == 0 {
		return nil
	}
	g.offset = entry.Offset
	last := published[len(published)-1].Seq
	if ev, ok := g.answer(&entry); ok && says(published, &ev) {
		g.seq = max(g.seq, last)
		return nil
	}
	entry, pins := g.pinning(entry)
	own := g.own(&entry)
	past := g.inner(g.withoutPin(published, pins), &entry, own)
	missing := g.resume(entry, past, all)
	g.seq = max(g.seq, last)
	for i := range past {
		g.note(&past[i], &entry, own)
	}
	for _, ev := range missing {
		g.note(&ev, &entry, own)
		g.emit(translate(ev, &entry, own))
	}
	return g.events
}

// resume takes the engine through an entry; where all that was published of it is not
// the engine's, through it for the first time.
func (g *Global) resume(entry cluster.Entry, past []cluster.Event, all bool) []cluster.Event {
	if len(past) == 0 {
		return g.engine.Step(entry)
	}
	return g.engine.Follow(entry, past, all)
}

// says whether what was published of an entry is one event, and this one.
func says(published []cluster.Event, want *cluster.Event) bool {
	got := &published[0]
	return len(published) == 1 && got.Kind == want.Kind && got.Report == want.Report &&
		got.Campaign == want.Campaign && got.Other == want.Other
}

// inner are the engine's events behind those that were published, with its numbers.
func (g *Global) inner(published []cluster.Event, entry *cluster.Entry, own cluster.CampaignID) []cluster.Event {
	out := slices.Clone(published)
	for i := range out {
		ev := &out[i]
		ev.Seq = g.engine.Seq() + 1 + uint64(i)
		if entry.Finding == nil || !entry.Finding.Again || ev.Offset != entry.Offset {
			continue
		}
		opened := ev.Kind == cluster.EventRepeat && ev.Campaign != ""
		if opened || ev.Kind == cluster.EventMerged && ev.Other == own {
			ev.Kind, ev.Report, ev.Other = cluster.EventAssigned, entry.Features.Report, ""
		}
	}
	return out
}
