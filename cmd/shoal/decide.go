package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"time"

	"github.com/spf13/pflag"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
)

// decideFlags are those of the commands that decide something.
type decideFlags struct {
	brokerFlags
	store storeFlags
	actor string
	note  string
	wait  time.Duration
}

func (f *decideFlags) register(fs *pflag.FlagSet) {
	f.brokerFlags.register(fs)
	f.store.register(fs)
	fs.StringVar(&f.actor, "actor", "", "`NAME` of who decides (default the user)")
	fs.StringVar(&f.note, "note", "", "`TEXT` of why")
	fs.DurationVar(&f.wait, "wait", 15*time.Second, "how long to wait until it is carried out")
}

// refine checks a decision against what is stored, and completes it; one can
// become several.
type refine func(ctx context.Context, db *store.DB, d cluster.Decision) ([]cluster.Decision, error)

// decide puts a decision into the ordered log, topic features, and waits until
// what the clusterer made of it is in the lineage.
func (a *app) decide(ctx context.Context, f *decideFlags, d cluster.Decision, refine refine) error {
	client, err := f.client(a)
	if err != nil {
		return err
	}
	defer client.Close()
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	all := []cluster.Decision{d}
	switch {
	case db != nil:
		defer db.Close()
		if all, err = complete(ctx, db, d, refine); err != nil {
			return err
		}
	case refine != nil:
		return usagef("name the ClickHouse server with --clickhouse: the reports are looked up there")
	}
	f.sign(all)
	for i := range all {
		if err := publishDecision(ctx, client, &all[i]); err != nil {
			return err
		}
	}
	for i := range all {
		if err := a.await(ctx, f, db, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// complete makes of a decision what the log shall have.
func complete(ctx context.Context, db *store.DB, d cluster.Decision, refine refine) ([]cluster.Decision, error) {
	if err := survivors(ctx, db, &d); err != nil {
		return nil, err
	}
	if refine == nil {
		return []cluster.Decision{d}, nil
	}
	return refine(ctx, db, d)
}

// sign says who decided, why and when. No two decisions have the same time, so
// that what follows from each can be told.
func (f *decideFlags) sign(all []cluster.Decision) {
	actor := f.actor
	if u, err := user.Current(); actor == "" && err == nil {
		actor = u.Username
	}
	now := time.Now().UnixMilli()
	for i := range all {
		all[i].Actor, all[i].Note, all[i].Time = actor, f.note, now+int64(i)
	}
}

func publishDecision(ctx context.Context, client *kafka.Client, d *cluster.Decision) error {
	b, err := record.MarshalDecision(d)
	if err != nil {
		return usageError{err}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := client.NewSink(pipeline.TopicFeatures).Write(ctx, []pipeline.Record{{Value: b}}); err != nil {
		return fmt.Errorf("publish decision: %w", err)
	}
	return nil
}

// errUndecided ends a wait in vain.
var errUndecided = errors.New("not yet carried out")

// await shows what became of a decision; db is nil where it is not known.
func (a *app) await(ctx context.Context, f *decideFlags, db *store.DB, d *cluster.Decision) error {
	if db == nil || f.wait <= 0 {
		a.say("queued: the clusterer carries it out in its turn")
		return nil
	}
	limit, cancel := context.WithTimeoutCause(ctx, f.wait, errUndecided)
	defer cancel()
	done, err := outcome(limit, db, d)
	if err == nil {
		return a.showOutcome(done)
	}
	if errors.Is(context.Cause(limit), errUndecided) {
		a.say("queued: not carried out within %v, see view campaign_lineage later", f.wait)
		return nil
	}
	return err
}

// open gives the database in which the decision will show, nil if none is known.
func (f *decideFlags) open(ctx context.Context) (*store.DB, error) {
	url := f.store.url
	if url == "" && !f.kafka.given() {
		s, err := readState(f.data)
		if err != nil {
			return nil, err
		}
		url = s.ClickHouse
	}
	if url == "" {
		return nil, nil
	}
	cfg, err := f.store.config(url)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, cfg)
}

// outcome polls the lineage for the events of d, which carry its time and actor.
func outcome(ctx context.Context, db *store.DB, d *cluster.Decision) ([]store.Lineage, error) {
	const query = `SELECT at, event, campaign_id, other_id, report_id, actor, note FROM shoal.campaign_lineage
WHERE at = fromUnixTimestamp64Milli(toInt64(?), 'UTC') AND actor = ? ORDER BY seq`
	for {
		var rows []store.Lineage
		err := db.Select(ctx, &rows, query, d.Time, d.Actor)
		if err == nil && len(rows) > 0 {
			return rows, nil
		}
		if err != nil && ctx.Err() == nil {
			return nil, fmt.Errorf("look at the lineage: %w", err)
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// showOutcome prints the events of a decision; a refusal is a failure.
func (a *app) showOutcome(events []store.Lineage) error {
	for _, e := range events {
		if e.Event == cluster.EventRefused.String() {
			return fmt.Errorf("refused: %s", e.Note)
		}
		fmt.Fprintf(a.stdout, "%s\t%s", e.Event, e.CampaignID)
		for _, more := range []string{e.OtherID, e.ReportID} {
			if more != "" {
				fmt.Fprintf(a.stdout, "\t%s", more)
			}
		}
		fmt.Fprintln(a.stdout)
	}
	return nil
}
