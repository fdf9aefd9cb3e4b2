package federation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/cluster/simulate"
)

// tolerance is how far, in B-cubed F1, the campaigns may be from those of a single
// clusterer: in the mean, since one campaign that falls otherwise makes as much in so
// few reports, and the single one differs by 0.002 from itself in other orders.
const tolerance = 0.005

// testConfig has tables that suit tests.
func testConfig() cluster.Config {
	cfg := cluster.DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits = 16, 18
	return cfg
}

// TestEqualsSingle holds the campaigns of several locals and a global engine
// against those of one engine.
func TestEqualsSingle(t *testing.T) {
	forgetful := testConfig() // a third of what is live is forgotten before its time
	forgetful.Idle, forgetful.LiveExemplars = 4*24*time.Hour, 2_000
	for _, tt := range []struct {
		name   string
		global cluster.Config
		locals []int
		size   int
		most   float64 // share of the reports that are sketched
	}{
		{"by content", testConfig(), []int{1, 2, 4, 8}, 20_000, 0.25},
		{"short memory", forgetful, []int{4}, 10_000, 0.35},
	} {
		if raced {
			tt.locals = tt.locals[len(tt.locals)-1:]
		}
		traffic := simulate.Default(tt.size, 1)
		answer, _ := single(t, tt.global, traffic)
		want, mean := score.Score(answer), 0.0
		for _, locals := range tt.locals {
			t.Run(fmt.Sprintf("%s/locals=%d", tt.name, locals), func(t *testing.T) {
				w := newWorld(t, tt.global, locals, uint64(locals))
				w.run(traffic)
				got := score.Score(w.items(traffic))
				t.Logf("F1 %.4f, single %.4f; sketched %.3f %v", got.Strict.F1, want.Strict.F1, w.sketched(), w.verdicts)
				d := got.Strict.F1 - want.Strict.F1
				if mean += d / float64(len(tt.locals)); math.Abs(d) > 2*tolerance {
					t.Errorf("strict %v, want within %v of %v", got.Strict, 2*tolerance, want.Strict)
				}
				if w.sketched() > tt.most {
					t.Errorf("share of reports that are sketched: %.3f, want at most %.2f", w.sketched(), tt.most)
				}
			})
		}
		if math.Abs(mean) > tolerance {
			t.Errorf("%s: F1 differs by %+.4f in the mean, want at most %v", tt.name, mean, tolerance)
		}
	}
}

// TestKilled kills locals and the global engine: every report is in the same
// campaign, under the same id, as if nobody had died.
func TestKilled(t *testing.T) {
	traffic := simulate.Default(3_000, 2)
	for seed := range uint64(2) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			undisturbed := newWorld(t, testConfig(), 4, seed)
			undisturbed.run(traffic)
			w := newWorld(t, testConfig(), 4, seed)
			w.kills = rand.New(rand.NewPCG(seed, 1))
			w.run(traffic)
			if w.died < 5 {
				t.Fatalf("%d were killed: nothing is shown", w.died)
			}
			if diff := cmp.Diff(undisturbed.items(traffic), w.items(traffic)); diff != "" {
				t.Errorf("campaigns (-undisturbed +killed):\n%s", diff)
			}
		})
	}
}

// TestChangedNumber changes the clusterers in the middle: what was said before
// stays, and what comes after goes to the campaigns that there are, as often as
// without a change.
func TestChangedNumber(t *testing.T) {
	traffic := simulate.Default(5_000, 3)
	want := halves(newWorld(t, testConfig(), 4, 1), traffic, func(*world) {})
	for _, tt := range []struct {
		name   string
		change func(*world)
	}{
		{"added partitions", func(w *world) { w.add(4) }},
		{"lost the snapshots of all locals", func(w *world) {
			for _, round := range w.rounds {
				for _, p := range round {
					w.chill(p)
				}
			}
		}},
		{"removed partitions", func(w *world) {
			w.drain()
			for round := range w.rounds {
				w.rounds[round] = w.rounds[round][:2]
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := halves(newWorld(t, testConfig(), 4, 1), traffic, tt.change)
			t.Logf("at home %.4f, without a change %.4f; F1 %.4f and %.4f", got.home, want.home, got.f1, want.f1)
			if got.moved > 0 || want.moved > 0 {
				t.Errorf("%d reports of before have another id (%d without a change)", got.moved, want.moved)
			}
			// A local that knows nothing holds the first report of a campaign back.
			if got.home < want.home-0.02 {
				t.Errorf("%.4f of the later reports came home, without a change %.4f", got.home, want.home)
			}
			if got.f1 < want.f1-tolerance {
				t.Errorf("F1 %.4f, without a change %.4f", got.f1, want.f1)
			}
		})
	}
}

// stability says what a change in the middle did to ids.
type stability struct {
	moved int     // reports of before whose id is not what it was, merges apart
	home  float64 // share of later reports of known campaigns that are under a known id
	f1    float64
}

// halves changes w in the middle of the traffic.
func halves(w *world, traffic simulate.Config, change func(*world)) stability {
	before := map[cluster.ReportID]cluster.CampaignID{}
	n := 0
	for l := range features(w.t, traffic) {
		if n++; n == traffic.Reports/2 {
			for known := range features(w.t, traffic) {
				if id, ok := w.stored.campaign(known.Features.Report); ok {
					before[known.Features.Report] = id
				}
			}
			change(w)
		}
		w.put(l.Features)
	}
	w.drain()
	return stable(w, traffic, before)
}

func stable(w *world, traffic simulate.Config, before map[cluster.ReportID]cluster.CampaignID) (s stability) {
	size := map[cluster.CampaignID]int{}
	for _, id := range before {
		size[w.stored.resolve(id)]++
	}
	ids := map[string]map[cluster.CampaignID]bool{} // of each label, those of campaigns of before
	late, home := 0, 0
	for l := range features(w.t, traffic) {
		now, _ := w.stored.campaign(l.Features.Report)
		if id, ok := before[l.Features.Report]; ok {
			if now != w.stored.resolve(id) {
				s.moved++
			}
			if size[now] < 2 {
				continue
			}
			if ids[l.Campaign] == nil {
				ids[l.Campaign] = map[cluster.CampaignID]bool{}
			}
			ids[l.Campaign][now] = true
		} else if known := ids[l.Campaign]; known != nil && l.Campaign != "-" {
			late++
			if known[now] {
				home++
			}
		}
	}
	s.home = float64(home) / float64(late)
	s.f1 = score.Score(w.items(traffic)).Strict.F1
	return s
}
