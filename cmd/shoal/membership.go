package main

import (
	"context"
	"errors"
	"maps"
	"slices"

	"shoal/cluster"
	"shoal/pipeline/store"
)

// membership gives the campaign of each report, or the id of one that stands
// alone. The engine keeps exemplars and not reports, so only the store knows.
func membership(ctx context.Context, db *store.DB, reports []cluster.ReportID) (map[cluster.ReportID]cluster.CampaignID, error) {
	places, err := db.Places(ctx, reports)
	if err != nil {
		return nil, err
	}
	home := map[cluster.ReportID]cluster.CampaignID{}
	for _, r := range reports {
		p, ok := places[r]
		if !ok {
			return nil, refuse("no report %s is stored", r)
		}
		home[r] = p.ID
	}
	return home, nil
}

// survivors puts in the place of ids that merged away those of the campaigns that
// have their reports now: the store knows them for ever, the engine for a while. An
// id that the store does not know, a report's that stands alone, is left as it is.
func survivors(ctx context.Context, db *store.DB, d *cluster.Decision) error {
	for _, id := range []*cluster.CampaignID{&d.Campaign, &d.Other} {
		now, err := db.Resolve(ctx, string(*id))
		if errors.Is(err, store.ErrNoCampaign) {
			continue
		}
		if err != nil {
			return err
		}
		*id = cluster.CampaignID(now)
	}
	return nil
}

// checkSplit refuses reports that are not in the campaign that they shall leave.
func checkSplit(ctx context.Context, db *store.DB, d cluster.Decision) ([]cluster.Decision, error) {
	home, err := membership(ctx, db, d.Reports)
	if err != nil {
		return nil, err
	}
	now, err := db.Resolve(ctx, string(d.Campaign))
	if err != nil {
		return nil, err
	}
	for _, r := range d.Reports {
		if string(home[r]) != now {
			return nil, refuse("report %s is not in campaign %s but in %q", r, now, home[r])
		}
	}
	return []cluster.Decision{d}, nil
}

// byHome makes of a decision one for each campaign that its reports are in now.
func byHome(ctx context.Context, db *store.DB, d cluster.Decision) ([]cluster.Decision, error) {
	home, err := membership(ctx, db, d.Reports)
	if err != nil {
		return nil, err
	}
	parts := map[cluster.CampaignID][]cluster.ReportID{}
	for _, r := range d.Reports {
		parts[home[r]] = append(parts[home[r]], r)
	}
	var out []cluster.Decision
	for _, from := range slices.Sorted(maps.Keys(parts)) {
		part := d
		part.Other, part.Reports = from, parts[from]
		out = append(out, part)
	}
	return out, nil
}
