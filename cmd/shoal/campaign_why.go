package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/pflag"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/publish"
	"shoal/pipeline/record"
	"shoal/pipeline/snapshot"
	"shoal/pipeline/store"
)

// whyFlags say where campaigns, the log and the clusterer's snapshots are.
type whyFlags struct {
	readFlags
	kafka     kafkaFlags
	snapshots string
}

func (f *whyFlags) register(fs *pflag.FlagSet) {
	f.readFlags.register(fs)
	f.kafka.register(fs)
	fs.StringVar(&f.snapshots, "snapshots", "", "`DIR` of the clusterer's snapshots, which know how rare values are (default DIR/snapshots of --data)")
}

// pair are the two reports of --why.
type pair [2]cluster.ReportID

func parsePair(args []string) (p pair, err error) {
	for i, s := range args {
		if p[i], err = cluster.ParseReportID(s); err != nil {
			return p, usageError{err}
		}
	}
	if p[0] == p[1] {
		return p, usagef("--why wants two different reports")
	}
	return p, nil
}

// why explains two reports, one of which at least is in the campaign.
func (f *whyFlags) why(ctx context.Context, a *app, args []string) (w *publish.Why, err error) {
	id, err := campaignID(args[0])
	if err != nil {
		return nil, err
	}
	reports, err := parsePair(args[1:])
	if err != nil {
		return nil, err
	}
	err = f.with(ctx, a, func(db *store.DB) error {
		return f.withLog(ctx, a, func(ctx context.Context, client *kafka.Client) error {
			dir := f.snapshots
			if dir == "" {
				dir = f.data.snapshots()
			}
			w, err = explain(ctx, db, client, snapshot.NewDir(dir, a.log), id, reports)
			return err
		})
	})
	return w, err
}

// explain explains two reports from what the store, the log and the clusterer's
// snapshots know of them.
func explain(ctx context.Context, db *store.DB, client *kafka.Client, dir *snapshot.Dir, id cluster.CampaignID, reports pair) (*publish.Why, error) {
	places, err := lookUp(ctx, db, id, reports)
	if err != nil {
		return nil, err
	}
	features, err := readFeatures(ctx, client, reports, places)
	if err != nil {
		return nil, err
	}
	engine, rarity, err := lastEngine(ctx, dir)
	if err != nil {
		return nil, err
	}
	var sides [2]cluster.Side
	for i, p := range places {
		sides[i] = cluster.Side{Features: features[i], Campaign: p.ID}
	}
	w := publish.NewWhy(engine.Explain(sides[0], sides[1]))
	w.Rarity = rarity
	return w, history(ctx, db, w, reports, places)
}

// lookUp gives the places of both reports, and says what keeps them from being
// explained.
func lookUp(ctx context.Context, db *store.DB, id cluster.CampaignID, reports pair) (places [2]store.Place, err error) {
	now, err := db.Resolve(ctx, string(id))
	if errors.Is(err, store.ErrNoCampaign) {
		return places, fmt.Errorf("%w: shoal campaigns lists them", err)
	}
	if err != nil {
		return places, err
	}
	found, err := db.Places(ctx, reports[:])
	if err != nil {
		return places, err
	}
	for i, r := range reports {
		p, ok := found[r]
		switch {
		case !ok:
			return places, refuse("no report %s is stored: view reports has the ids, and what is older than --ttl-days is gone", r)
		case p.Erased:
			return places, refuse("the recipient of report %s asked to be forgotten, so its record is not read: take another report of the campaign", r)
		case p.Offset < 0:
			return places, refuse("report %s was stored by an older shoal, which did not keep where it is in the log: view campaign_evidence still says why it joined", r)
		}
		places[i] = p
	}
	if !slices.ContainsFunc(places[:], func(p store.Place) bool { return string(p.Campaign) == now }) {
		return places, refuse("neither report is in campaign %s: %s", now, where(reports, places))
	}
	return places, nil
}

func where(reports pair, places [2]store.Place) string {
	say := func(i int) string {
		if places[i].Campaign == "" {
			return reports[i].String() + " stands alone"
		}
		return fmt.Sprintf("%s is in %s", reports[i], places[i].Campaign)
	}
	return say(0) + ", " + say(1)
}

// readFeatures reads both reports' records out of the log.
func readFeatures(ctx context.Context, client *kafka.Client, reports pair, places [2]store.Place) (out [2]*cluster.Features, err error) {
	log := client.NewReader(pipeline.TopicFeatures)
	for i, r := range reports {
		rec, ok, err := log.At(ctx, places[i].Offset)
		if err != nil {
			return out, fmt.Errorf("read report %s from the log: %w", r, err)
		}
		if !ok {
			return out, refuse("report %s is not in topic %s any more (offset %d): the topic keeps less than the tables; a longer retention.ms keeps later ones, and view campaign_evidence still says why it joined",
				r, pipeline.TopicFeatures, places[i].Offset)
		}
		if out[i], err = featuresOf(rec, r); err != nil {
			return out, fmt.Errorf("record %d of topic %s: %w", rec.Offset, pipeline.TopicFeatures, err)
		}
	}
	return out, nil
}

func featuresOf(rec pipeline.Record, want cluster.ReportID) (*cluster.Features, error) {
	entry, err := record.UnmarshalEntry(rec.Value)
	switch {
	case err != nil:
		return nil, err
	case entry.Features == nil || entry.Features.Report != want:
		return nil, fmt.Errorf("it is not that of report %s: the topic is another than the one that the tables were filled from", want)
	}
	return entry.Features, entry.Features.Validate()
}

// lastEngine is one that knows what the clusterer's last snapshot does, and says so
// for people.
func lastEngine(ctx context.Context, dir *snapshot.Dir) (*cluster.Engine, string, error) {
	global := federation.NewGlobal(cluster.DefaultConfig()) // takes a single one's as well
	b, ok, err := dir.Load(ctx)
	if err != nil {
		return nil, "", err
	}
	if !ok {
		err = errors.New("there is no snapshot")
	} else if err = global.Restore(b); err == nil {
		return global.Engine(), fmt.Sprintf("How rare values are, and what a campaign has in common, is that of the clusterer's snapshot at offset %d.", global.Offset()), nil
	}
	return global.Engine(), fmt.Sprintf("All values were taken as rare, since %v: the clusterer keeps one every few minutes and when it stops, --snapshots says where.", err), nil
}

// history fills in who the two are and how they came where they are.
func history(ctx context.Context, db *store.DB, w *publish.Why, reports pair, places [2]store.Place) error {
	w.A, w.B = party(reports[0], places[0]), party(reports[1], places[1])
	if places[0].Campaign != "" && places[0].Campaign == places[1].Campaign {
		w.CampaignID = string(places[0].Campaign)
		return path(ctx, db, w, reports, places)
	}
	var err error
	w.Apart, err = db.Apart(ctx, places[0].ID, places[1].ID)
	return err
}

func party(r cluster.ReportID, p store.Place) publish.Party {
	out := publish.Party{ReportID: r.String(), CampaignID: string(p.Campaign), ReportedAt: p.ReportedAt, Subject: p.Subject, From: p.From}
	if p.Matched == (cluster.ReportID{}) {
		return out
	}
	out.Matched = p.Matched.String()
	if !math.IsNaN(p.Score) {
		out.JoinScore = &p.Score
	}
	return out
}

// maxPath bounds how many joins back a path goes on either side.
const maxPath = 12

// path follows the joins back from both reports until they meet.
func path(ctx context.Context, db *store.DB, w *publish.Why, reports pair, places [2]store.Place) error {
	if places[0].Matched == reports[1] || places[1].Matched == reports[0] {
		return nil
	}
	known := map[cluster.ReportID]store.Place{reports[0]: places[0], reports[1]: places[1]}
	chains := [2][]cluster.ReportID{{reports[0]}, {reports[1]}}
	for range maxPath {
		var next []cluster.ReportID
		for i := range chains {
			r := known[chains[i][len(chains[i])-1]].Matched
			if r == (cluster.ReportID{}) || slices.Contains(chains[i], r) {
				continue
			}
			chains[i] = append(chains[i], r)
			if _, ok := known[r]; !ok {
				next = append(next, r)
			}
		}
		if len(next) == 0 {
			break
		}
		found, err := db.Places(ctx, next)
		if err != nil {
			return err
		}
		for r, p := range found {
			known[r] = p
		}
	}
	for i, chain := range chains {
		for _, r := range chain {
			met := slices.Contains(chains[1-i], r)
			if p, ok := known[r]; ok && (i == 0 || !met) {
				w.Path = append(w.Path, party(r, p))
			}
			if met {
				break
			}
		}
	}
	return nil
}
