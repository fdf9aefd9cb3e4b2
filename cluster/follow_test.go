package cluster

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// history is a log with the events of each entry.
type history struct {
	log    []Entry
	events [][]Event
	states [][]byte // before each entry, and at the end
}

// randomHistory plays a log of reports and decisions, as TestLife does.
func randomHistory(t *testing.T, cfg Config, seed uint64, entries int64) *history {
	r := rand.New(rand.NewPCG(seed, 7))
	e, w, h := NewEngine(cfg), newFollower(t), new(history)
	made := &world{home: w.home} // makes entries of what there is
	var now int64
	for offset := range entries {
		entry := made.entry(r, offset, &now)
		h.states = append(h.states, e.Snapshot())
		evs := slices.Clone(e.Step(entry))
		w.take(evs)
		h.log, h.events = append(h.log, entry), append(h.events, evs)
	}
	h.states = append(h.states, e.Snapshot())
	return h
}

// TestFollowIsStep: an engine that follows what another of the same rules has said
// is in the same state as that one, after every entry.
func TestFollowIsStep(t *testing.T) {
	for seed := range uint64(6) {
		cfg := lifeConfig(t)
		h := randomHistory(t, cfg, seed, 300)
		e := NewEngine(cfg)
		for i, entry := range h.log {
			if evs := e.Follow(entry, h.events[i], i%2 == 0); len(evs) != 0 {
				t.Fatalf("seed %d, entry %d: said %v beyond what was published", seed, i, evs)
			}
			if !bytes.Equal(h.states[i+1], e.Snapshot()) {
				t.Fatalf("seed %d, entry %d of %d events: another state than that of the publisher", seed, i, len(h.events[i]))
			}
		}
	}
}

// TestFollowTornEntry: where the publisher was killed between two events of an
// entry, Follow says the others, the same as the publisher would have.
func TestFollowTornEntry(t *testing.T) {
	cfg := lifeConfig(t)
	h := randomHistory(t, cfg, 3, 300)
	torn := 0
	for i, entry := range h.log {
		for n := 1; n < len(h.events[i]); n++ {
			e := NewEngine(cfg)
			if err := e.Restore(h.states[i]); err != nil {
				t.Fatal(err)
			}
			got := append(slices.Clone(h.events[i][:n]), e.Follow(entry, h.events[i][:n], false)...)
			if diff := cmp.Diff(h.events[i], got); diff != "" {
				t.Fatalf("entry %d after %d of its events (-published +got):\n%s", i, n, diff)
			}
			if !bytes.Equal(h.states[i+1], e.Snapshot()) {
				t.Fatalf("entry %d after %d of its events: another state than that of the publisher", i, n)
			}
			torn++
		}
	}
	if torn < 50 {
		t.Errorf("%d entries were torn: the test does not reach them", torn)
	}
}

// otherRules are engines that would decide otherwise than lifeConfig's: in what is
// alike, in what is remembered, and in the size of every table.
func otherRules(t *testing.T) map[string]Config {
	strict, loose, small, large := lifeConfig(t), lifeConfig(t), lifeConfig(t), lifeConfig(t)
	strict.Join, strict.Merge = 100, 100
	loose.Join, loose.Merge, loose.Content = -3, -3, -100
	small.Exemplars, small.LiveExemplars, small.IdleCampaigns, small.IndexBits, small.FrequencyBits = 2, 20, 2, 6, 8
	small.Idle /= 8
	large.Exemplars, large.LiveExemplars, large.IdleCampaigns, large.IndexBits, large.FrequencyBits = 40, 4000, 400, 14, 16
	large.Idle *= 8
	return map[string]Config{"strict": strict, "loose": loose, "small": small, "large": large}
}

// TestFollowOtherRules: an engine of other rules that follows a history, from its
// beginning or from a snapshot of the publisher's, goes on with it: numbers without
// a gap, the change of rules said first and once, no id that merged away, and no
// campaign that was announced announced again.
func TestFollowOtherRules(t *testing.T) {
	for seed := range uint64(4) {
		h := randomHistory(t, lifeConfig(t), seed, 400)
		for name, cfg := range otherRules(t) {
			for _, from := range []int{0, 150, 300} {
				t.Run(fmt.Sprintf("%s/%d/%d", name, seed, from), func(t *testing.T) {
					e, w := NewEngine(cfg), newFollower(t)
					if from > 0 {
						if err := e.Restore(h.states[from]); err != nil {
							t.Fatal(err)
						}
					}
					for i, entry := range h.log[:300] {
						w.take(h.events[i])
						if i >= from {
							if evs := e.Follow(entry, h.events[i], true); len(evs) > 0 {
								t.Fatalf("entry %d: %v beyond what was published", i, evs)
							}
						}
					}
					events := h.events[:300:300]
					for _, entry := range h.log[300:390] {
						events = append(events, slices.Clone(e.Step(entry)))
						w.take(events[len(events)-1])
					}
					// Who only followed may not have noticed that the rules were others.
					if n := retunes(events); n > 1 || n == 0 && from > 0 {
						t.Errorf("the change of rules was said %d times, want once", n)
					}
					// Another one of the same rules, who has lost its snapshot.
					last := NewEngine(cfg)
					for i, evs := range events {
						last.Follow(h.log[i], evs, true)
					}
					told := retunes(events)
					for _, entry := range h.log[390:] {
						events = append(events, slices.Clone(last.Step(entry)))
						w.take(events[len(events)-1])
					}
					if n := retunes(events); n > told && told > 0 {
						t.Errorf("the change of rules was said %d times", n)
					}
				})
			}
		}
	}
}

func retunes(events [][]Event) (n int) {
	for _, ev := range slices.Concat(events...) {
		if ev.Kind == EventRetuned {
			n++
		}
	}
	return n
}

// follower holds a log of events to what a store needs of it.
type follower struct {
	t       *testing.T
	seq     uint64
	home    map[ReportID]CampaignID
	created map[CampaignID]bool
	gone    map[CampaignID]bool
}

func newFollower(t *testing.T) *follower {
	return &follower{t: t, home: map[ReportID]CampaignID{}, created: map[CampaignID]bool{}, gone: map[CampaignID]bool{}}
}

func (w *follower) take(evs []Event) {
	w.t.Helper()
	for _, ev := range evs {
		w.seq++
		if ev.Seq != w.seq {
			w.t.Fatalf("event %d after %d", ev.Seq, w.seq-1)
		}
		if w.gone[ev.Campaign] && ev.Kind != EventRefused {
			w.t.Fatalf("event %d is of %s, which merged away: %+v", ev.Seq, ev.Campaign, ev)
		}
		switch ev.Kind {
		case EventAssigned, EventMoved:
			w.home[ev.Report] = ev.Campaign
		case EventCreated, EventSplit:
			if w.created[ev.Campaign] {
				w.t.Fatalf("event %d announces %s a second time", ev.Seq, ev.Campaign)
			}
			w.created[ev.Campaign] = true
		case EventMerged:
			if w.gone[ev.Other] {
				w.t.Fatalf("event %d merges %s away a second time", ev.Seq, ev.Other)
			}
			w.gone[ev.Other] = true
			for r, c := range w.home {
				if c == ev.Other {
					w.home[r] = ev.Campaign
				}
			}
		}
	}
}

// TestFollowWithoutRecords: where records or the beginning of the history are gone,
// the engine still goes on without contradicting what is left of it.
func TestFollowWithoutRecords(t *testing.T) {
	h := randomHistory(t, lifeConfig(t), 5, 400)
	r := rand.New(rand.NewPCG(5, 5))
	e, w := NewEngine(lifeConfig(t)), newFollower(t)
	var orphans []Event
	for i, entry := range h.log[:300] {
		w.take(h.events[i])
		orphans = append(orphans, h.events[i]...)
		if i < 100 || r.IntN(3) == 0 {
			continue // the record is gone
		}
		if i < 120 {
			orphans = h.events[i] // and what was published of those before
		}
		if evs := e.Follow(entry, orphans, true); len(evs) > 0 {
			t.Fatalf("entry %d: %v beyond what was published", i, evs)
		}
		orphans = nil
	}
	e.Follow(Entry{Offset: 299}, orphans, true)
	for _, entry := range h.log[300:] {
		w.take(e.Step(entry))
	}
}

// TestTakesOverOtherSettings: state is valid under any rules. What agreed before
// agrees after tables were made anew in another size.
func TestTakesOverOtherSettings(t *testing.T) {
	log := testLog(7, 6, 10, 20)
	before := NewEngine(testConfig())
	home := map[ReportID]CampaignID{}
	for _, ev := range play(before, log[:60]) {
		if ev.Kind == EventAssigned {
			home[ev.Report] = ev.Campaign
		}
	}
	want := map[ReportID]CampaignID{}
	for _, ev := range play(clone(t, before, testConfig()), log[60:]) {
		if ev.Kind == EventAssigned {
			want[ev.Report] = ev.Campaign
		}
	}
	for _, bits := range []int{-2, 2} {
		cfg := testConfig()
		cfg.IndexBits += bits
		cfg.FrequencyBits += bits
		cfg.IdleCampaigns *= 4
		e := clone(t, before, cfg)
		again := clone(t, e, cfg) // not yet told of the change
		got := map[ReportID]CampaignID{}
		evs := play(e, log[60:])
		for _, ev := range evs {
			if ev.Kind == EventAssigned {
				got[ev.Report] = ev.Campaign
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tables of 2^%+d the size: reports went elsewhere (-same size +other):\n%s", bits, diff)
		}
		if evs[0].Kind != EventRetuned || evs[0].Label != e.own.String() {
			t.Errorf("the first event is %+v, want the change of rules", evs[0])
		}
		if diff := cmp.Diff(evs, play(again, log[60:])); diff != "" {
			t.Errorf("a snapshot before the change was told gives other events (-first +again):\n%s", diff)
		}
	}
}

// clone makes an engine of cfg with the state of another.
func clone(t *testing.T, e *Engine, cfg Config) *Engine {
	t.Helper()
	out := NewEngine(cfg)
	if err := out.Restore(e.Snapshot()); err != nil {
		t.Fatal(err)
	}
	return out
}
