package chaos

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/record"
)

// analyst decides on campaigns with the program's own commands, one after the other,
// while what carries them out is killed; now and then a command is killed itself.
type analyst struct {
	w     *world
	rng   *rand.Rand
	kafka []string // flags of where the broker is, and the store
	store []string
	turns chan struct{}
	done  chan struct{}
	left  atomic.Bool // what is to be decided is all there
}

// decisions are the commands in their turn, each with what it says of two campaigns
// and their reports.
var decisions = []struct {
	kind cluster.DecisionKind
	args func(a, b place, n int) []string
}{
	{cluster.DecisionLabel, func(a, _ place, n int) []string { return []string{"label", a.campaign, fmt.Sprint("label ", n)} }},
	{cluster.DecisionSplit, func(a, _ place, _ int) []string { return []string{"split", a.campaign, a.reports[0]} }},
	{cluster.DecisionPin, func(a, b place, _ int) []string { return []string{"pin", a.campaign, b.reports[0]} }},
	{cluster.DecisionMerge, func(a, b place, _ int) []string { return []string{"merge", a.campaign, b.campaign} }},
}

// place is a campaign as an analyst sees it.
type place struct {
	campaign string
	reports  []string
}

// employ has an analyst decide, once for each turn, until it is dismissed.
func (w *world) employ(store ...string) {
	a := &analyst{
		w: w, rng: rand.New(rand.NewPCG(w.rng.Uint64(), 1)), kafka: w.kafka, store: store,
		turns: make(chan struct{}, len(w.chunks)), done: make(chan struct{}),
	}
	w.analyst = a
	go func() {
		defer close(a.done)
		n := 0
		for range a.turns {
			for tries := 0; !w.over.Load() && !a.decide(n); {
				if a.left.Load() {
					tries++ // nothing is killed any more
				}
				if tries == 100 {
					w.t.Errorf("decision %d: nobody takes it", n)
					return
				}
				time.Sleep(300 * time.Millisecond)
			}
			n++
		}
	}()
}

// dismiss waits until all turns were used.
func (a *analyst) dismiss() {
	a.left.Store(true)
	close(a.turns)
	<-a.done
}

// decide tries to have one decision carried out. It is false where there is nothing
// to decide on yet, or nobody who takes it.
func (a *analyst) decide(n int) bool {
	places := a.look()
	if len(places) == 0 {
		return false
	}
	args := decisions[n%len(decisions)].args(places[0], places[len(places)-1], n)
	args = slices.Concat(args, []string{"--actor", "ana", "--note", fmt.Sprint("decision ", n), "--wait", "10s"}, a.kafka, a.store)
	before := len(a.said())
	return a.w.spawn("analyst", a.w.bin, args...).wait() == nil || bytes.Contains(a.said()[before:], []byte("shoal: refused: "))
}

// said is all that the commands have printed.
func (a *analyst) said() []byte {
	said, err := os.ReadFile(filepath.Join(a.w.dir, "analyst.log"))
	if err != nil {
		return nil
	}
	return said
}

// look gives campaigns to decide on, in an order that changes.
func (a *analyst) look() []place {
	query := fmt.Sprintf(`SELECT campaign_id, arrayStringConcat(arraySort(groupArray(report_id)), ' ') FROM reports
WHERE campaign_id != '' GROUP BY campaign_id HAVING count() >= 2 ORDER BY cityHash64(campaign_id, %d) LIMIT 2`, a.rng.Uint32())
	out, err := a.w.command(a.w.bin, slices.Concat([]string{"sql", "-q", "--format", "TSV", query}, a.store)...).Output()
	if err != nil {
		return nil
	}
	var places []place
	for line := range strings.Lines(string(out)) {
		if campaign, reports, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			places = append(places, place{campaign, strings.Fields(reports)})
		}
	}
	return places
}

// decided is a decision of the log and how many different reports were before it.
type decided struct {
	value []byte
	after int
}

// decidedIn finds the decisions in topic "features", and says of which kind they are.
func (w *world) decidedIn(features []pipeline.Record) (all []decided, kinds map[cluster.DecisionKind]int) {
	w.t.Helper()
	kinds = map[cluster.DecisionKind]int{}
	before := map[cluster.ReportID]bool{}
	for _, rec := range features {
		entry, err := record.UnmarshalEntry(rec.Value)
		switch {
		case err != nil:
			w.t.Fatalf("read features: %v", err)
		case entry.Features != nil:
			before[entry.Features.Report] = true
		case entry.Decision != nil:
			kinds[entry.Decision.Kind]++
			all = append(all, decided{rec.Value, len(before)})
		}
	}
	return all, kinds
}

// checkDecided keeps the decisions for the undisturbed run. Where many were made, of
// each kind there is one.
func (w *world) checkDecided(features []pipeline.Record) {
	w.t.Helper()
	all, kinds := w.decidedIn(features)
	w.decided = all
	for _, d := range decisions {
		if kinds[d.kind] == 0 {
			w.t.Errorf("none of %d decisions is of kind %d", len(all), d.kind)
		}
	}
}

// retell writes what the killed run was given into another one, each decision after
// the same reports.
func (w *world) retell(ctx context.Context, client *kafka.Client) {
	w.t.Helper()
	reports, features := client.NewSink(pipeline.TopicReports), client.NewSink(pipeline.TopicFeatures)
	write := func(to pipeline.Sink, recs []pipeline.Record) {
		w.t.Helper()
		if err := to.Write(ctx, recs); err != nil {
			w.t.Fatal(err)
		}
	}
	worker := pipeline.Stages()[0]
	known, from, next := map[cluster.ReportID]bool{}, 0, 0
	for i, rec := range w.reports {
		base := intake.FromRecord(rec)
		if intake.IsMail(rec.Value) {
			for _, r := range intake.Unwrap(&base) {
				known[r.ID()] = true
			}
		}
		for next < len(w.decided) && w.decided[next].after <= len(known) {
			if from <= i {
				write(reports, w.reports[from:i+1])
				from = i + 1
				if err := pipeline.DrainThrough(ctx, client, 50*time.Millisecond, worker); err != nil {
					w.t.Fatal(err)
				}
			}
			write(features, []pipeline.Record{{Value: w.decided[next].value}})
			next++
		}
	}
	if from < len(w.reports) {
		write(reports, w.reports[from:])
	}
	if next < len(w.decided) {
		w.t.Fatalf("%d decisions are left", len(w.decided)-next)
	}
	if err := pipeline.Drain(ctx, client, 100*time.Millisecond); err != nil {
		w.t.Fatal(err)
	}
}
