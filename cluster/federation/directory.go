package federation

import "shoal/cluster"

// Directory answers in which campaign a report is, from what the locals and the
// global engine published. The answer does not depend on the order in which the two
// logs are read. It keeps everything for ever: it is the definition of what a store
// computes, for tests and tools, not a service.
type Directory struct {
	said   map[cluster.ReportID][]statement
	copies map[cluster.ReportID]original
	merged map[cluster.CampaignID]cluster.CampaignID
}

// statement is one that the global engine made of a report.
type statement struct {
	time     int64
	campaign cluster.CampaignID
}

// original is what a report is a copy of, and since when.
type original struct {
	report cluster.ReportID
	time   int64
}

// NewDirectory returns one that knows nothing.
func NewDirectory() *Directory {
	return &Directory{
		said: map[cluster.ReportID][]statement{}, copies: map[cluster.ReportID]original{},
		merged: map[cluster.CampaignID]cluster.CampaignID{},
	}
}

// Event takes an event of the global engine, in their order.
func (d *Directory) Event(ev *cluster.Event) {
	switch ev.Kind {
	case cluster.EventAssigned, cluster.EventMoved, cluster.EventPinned:
		d.said[ev.Report] = append(d.said[ev.Report], statement{ev.Time, ev.Campaign})
	case cluster.EventMerged:
		d.merged[ev.Other] = ev.Campaign
	}
}

// Copy takes what a local said of a report. The first one of a report counts.
func (d *Directory) Copy(c *Copy) {
	if _, ok := d.copies[c.Report]; !ok {
		d.copies[c.Report] = original{c.Of, c.Time}
	}
}

// Campaign gives the campaign of a report. What the global engine said of it holds;
// else it is where its original was when the report came, through merges since then.
// ok is false for a report of which nothing is known yet.
func (d *Directory) Campaign(r cluster.ReportID) (id cluster.CampaignID, ok bool) {
	if said := d.said[r]; len(said) > 0 {
		return d.Resolve(said[len(said)-1].campaign), true
	}
	of, ok := d.copies[r]
	if !ok {
		return "", false
	}
	said := d.said[of.report]
	if len(said) == 0 {
		return "", false
	}
	id = said[0].campaign
	for _, s := range said[1:] {
		if s.time <= of.time {
			id = s.campaign
		}
	}
	return d.Resolve(id), true
}

// Resolve follows merges from an id to the one that survives.
func (d *Directory) Resolve(id cluster.CampaignID) cluster.CampaignID {
	for {
		next, ok := d.merged[id]
		if !ok {
			return id
		}
		id = next
	}
}
