package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/publish"
	"shoal/pipeline/publish/console"
	"shoal/pipeline/snapshot"
	"shoal/pipeline/store"
)

// desk puts what is decided in the console into the log, as the commands do.
type desk struct {
	db     *store.DB
	client *kafka.Client

	mu   sync.Mutex
	last int64 // time of the latest decision, in milliseconds
}

var refines = map[cluster.DecisionKind]refine{
	cluster.DecisionSplit: checkSplit,
	cluster.DecisionPin:   byHome,
}

// Decide implements console.Desk.
func (d *desk) Decide(ctx context.Context, o console.Order) (console.Receipt, error) {
	all, err := d.complete(ctx, o)
	if err != nil {
		return console.Receipt{}, known(err)
	}
	r := d.stamp(all)
	for i := range all {
		if err := publishDecision(ctx, d.client, &all[i]); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (d *desk) complete(ctx context.Context, o console.Order) ([]cluster.Decision, error) {
	switch {
	case o.Unmerge:
		return d.unmerge(ctx, o.Decision)
	case o.Like:
		return complete(ctx, d.db, o.Decision, splitLike)
	}
	return complete(ctx, d.db, o.Decision, refines[o.Kind])
}

// unmerge splits off what a campaign had brought in when it was merged away.
func (d *desk) unmerge(ctx context.Context, x cluster.Decision) ([]cluster.Decision, error) {
	now, reports, err := d.db.Brought(ctx, string(x.Other))
	if err != nil {
		return nil, err
	}
	if now == string(x.Other) {
		return nil, refuse("campaign %s was not merged away", x.Other)
	}
	if len(reports) == 0 {
		return nil, refuse("nothing that came with %s is in %s any more", x.Other, now)
	}
	x.Campaign, x.Other = cluster.CampaignID(now), ""
	for _, s := range reports {
		id, err := cluster.ParseReportID(s)
		if err != nil {
			return nil, err
		}
		x.Reports = append(x.Reports, id)
	}
	return []cluster.Decision{x}, nil
}

// stamp gives each decision a time of its own: by it the lineage tells what became
// of it.
func (d *desk) stamp(all []cluster.Decision) console.Receipt {
	d.mu.Lock()
	defer d.mu.Unlock()
	from := max(time.Now().UnixMilli(), d.last+1)
	for i := range all {
		all[i].Time = from + int64(i)
	}
	d.last = from + int64(len(all)) - 1
	return console.Receipt{From: from, To: d.last}
}

// known makes what the store says of its rows an answer for who asked.
func known(err error) error {
	var wrong usageError
	switch {
	case errors.Is(err, store.ErrNoCampaign):
		return publish.ErrNoCampaign
	case errors.Is(err, store.ErrTooMany), errors.As(err, &wrong):
		return console.Refusal(err.Error())
	}
	return err
}

// explainer explains reports one after the other: the clusterer's state is large.
type explainer struct {
	db     *store.DB
	client *kafka.Client
	dir    *snapshot.Dir
	turn   chan struct{}
}

// Why implements console.Explainer.
func (x *explainer) Why(ctx context.Context, campaign, a, b string) (*publish.Why, error) {
	id, err := campaignID(campaign)
	if err != nil {
		return nil, publish.ErrNoCampaign
	}
	reports, err := parsePair([]string{a, b})
	if err != nil {
		return nil, known(err)
	}
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w, err := explain(ctx, x.db, x.client, x.dir, id, reports)
	return w, known(err)
}

// roadState tells the console how the road is. What it found stands for a moment,
// so that pages do not wear the broker out.
type roadState struct {
	client *kafka.Client
	checks []check

	mu   sync.Mutex
	at   time.Time
	last console.State
}

const (
	roadFresh = 3 * time.Second
	roadTime  = 4 * time.Second
)

// State implements console.Road.
func (r *roadState) State(ctx context.Context) console.State {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) < roadFresh {
		return r.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roadTime)
	defer cancel()
	r.last, r.at = r.look(ctx), time.Now()
	return r.last
}

func (r *roadState) look(ctx context.Context) console.State {
	s := console.State{Dead: -1}
	for _, c := range r.checks {
		said, good, _ := c.state(ctx)
		s.Parts = append(s.Parts, console.Part{Name: c.name, State: said, Good: good})
	}
	for _, st := range pipeline.Stages() {
		n, err := pipeline.Lag(ctx, r.client, st)
		if err != nil {
			n = -1
		}
		s.Stages = append(s.Stages, console.Stage{Name: st.Name, Waiting: n})
	}
	if ends, err := r.client.End(ctx, pipeline.TopicDead); err == nil {
		s.Dead = 0
		for _, n := range ends {
			s.Dead += n
		}
	}
	return s
}
