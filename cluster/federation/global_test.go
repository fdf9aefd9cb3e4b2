package federation

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
)

// lone is a report like no other.
func lone() *cluster.Features {
	f := &cluster.Features{Report: cluster.ReportID{0xaa}, Time: 1}
	for i := range uint32(60) {
		f.Text.Hashes = append(f.Text.Hashes, i*7919+13)
	}
	f.Text.Total = len(f.Text.Hashes)
	return f
}

// entries are what two rounds of one local each write of reports.
func entries(t testing.TB, fs []*cluster.Features) []cluster.Entry {
	t.Helper()
	first := NewLocal(smallConfig())
	cfg := smallConfig()
	cfg.Round = 1
	second := NewLocal(cfg)
	var out []cluster.Entry
	var next int64
	for i, f := range fs {
		now := first.Step(int64(i), f)
		out = append(out, now.Entries...)
		if now.Next == nil {
			continue
		}
		take := second.Step
		if now.Sketched {
			take = second.Learn
		}
		out = append(out, take(next, now.Next).Entries...)
		next++
	}
	for i := range out {
		out[i].Offset = int64(i)
	}
	return out
}

func globalConfig() cluster.Config {
	cfg := cluster.DefaultConfig()
	cfg.IndexBits, cfg.FrequencyBits = 12, 14
	return cfg
}

// TestGlobalFollows: wherever a global clusterer was stopped, following what was
// published gives the state of one that was not.
func TestGlobalFollows(t *testing.T) {
	log := entries(t, append(reports(t, 900), lone()))
	log = append(log, log[3], log[200], log[len(log)-1]) // repeats
	log = append(log, pinOfLone(t, log), log[1])
	for i := range log {
		log[i].Offset = int64(i)
	}
	g := NewGlobal(globalConfig())
	var said [][]cluster.Event
	var middle []byte
	for i, entry := range log {
		said = append(said, append([]cluster.Event(nil), g.Step(entry)...))
		if len(said[i]) == 0 {
			t.Fatalf("entry %d: nothing follows, so that nobody can tell whether it was taken", i)
		}
		if i == len(log)/3 {
			middle = g.Snapshot()
		}
	}
	for _, tt := range []struct {
		name string
		from []byte
	}{{"from the beginning", nil}, {"from a snapshot", middle}} {
		t.Run(tt.name, func(t *testing.T) {
			again := NewGlobal(globalConfig())
			if tt.from != nil {
				if err := again.Restore(tt.from); err != nil {
					t.Fatal(err)
				}
			}
			for i := int(again.Offset()) + 1; i < len(log); i++ {
				published := said[i] // or its beginning: the publisher was stopped
				if i%7 == 0 || log[i].Decision != nil {
					published = published[:1]
				}
				want := said[i][len(published):]
				more := again.Follow(log[i], published, len(want) == 0 && i%7 != 0)
				if len(more) != len(want) || len(want) > 0 && !cmp.Equal(want, more) {
					t.Fatalf("entry %d: the rest of what was published: %v, want %v", i, more, want)
				}
			}
			if !bytes.Equal(again.Snapshot(), g.Snapshot()) {
				t.Error("another state than that of the one that was not stopped")
			}
		})
	}
}

// pinOfLone is a decision on a report that stands alone, and that the engine of a global
// clusterer never saw.
func pinOfLone(t testing.TB, log []cluster.Entry) cluster.Entry {
	t.Helper()
	g, lone := NewGlobal(globalConfig()), map[cluster.ReportID]cluster.CampaignID{}
	var to cluster.CampaignID
	for i, entry := range log {
		entry.Offset = int64(i)
		for _, ev := range g.Step(entry) {
			if ev.Kind == cluster.EventAssigned && entry.Finding.Kind == cluster.FindingAlone {
				lone[ev.Report] = ev.Campaign
			}
			if ev.Kind == cluster.EventCreated {
				to = ev.Campaign
			}
		}
		if entry.Finding.Again {
			delete(lone, entry.Features.Report)
		}
	}
	for _, entry := range log {
		if id, ok := lone[entry.Features.Report]; ok {
			return cluster.Entry{Decision: &cluster.Decision{
				Kind: cluster.DecisionPin, Campaign: to, Other: id, Reports: []cluster.ReportID{entry.Features.Report}, Actor: "ann", Time: 5,
			}}
		}
	}
	t.Fatal("no report stands alone")
	return cluster.Entry{}
}

// TestGlobalPinsLone: pinning a report that stands alone brings it into the campaign.
func TestGlobalPinsLone(t *testing.T) {
	log := entries(t, append(reports(t, 900), lone()))
	pin := pinOfLone(t, log)
	g := NewGlobal(globalConfig())
	for _, entry := range log {
		g.Step(entry)
	}
	pin.Offset = int64(len(log))
	var got []cluster.EventKind
	for _, ev := range g.Step(pin) {
		if got = append(got, ev.Kind); ev.Kind == cluster.EventMerged && ev.Other != pin.Decision.Other {
			t.Errorf("%s merged in, want %s", ev.Other, pin.Decision.Other)
		}
	}
	if diff := cmp.Diff([]cluster.EventKind{cluster.EventMerged, cluster.EventPinned}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	unknown := *pin.Decision
	unknown.Campaign = "cunknownunkno"
	pin.Decision, pin.Offset = &unknown, pin.Offset+1
	if events := g.Step(pin); len(events) != 1 || events[0].Kind != cluster.EventRefused {
		t.Errorf("pinning to a campaign that is not there: %v, want a refusal", events)
	}
}

// TestGlobalTakesOver: a snapshot of one clusterer, and what it had published of a log
// with findings, are gone on with.
func TestGlobalTakesOver(t *testing.T) {
	log := entries(t, reports(t, 600))
	e := cluster.NewEngine(globalConfig())
	said := map[cluster.ReportID]cluster.CampaignID{}
	var published [][]cluster.Event
	half := len(log) / 2
	var snapshot []byte
	for i, entry := range log[:half] {
		if i == half/2 {
			snapshot = e.Snapshot()
		}
		published = append(published, append([]cluster.Event(nil), e.Step(entry)...))
	}
	g := NewGlobal(globalConfig())
	if err := g.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	for i := half / 2; i < half; i++ {
		if more := g.Follow(log[i], published[i], true); len(more) > 0 {
			t.Fatalf("entry %d: %v is said beside what was published", i, more)
		}
	}
	if g.Seq() != e.Seq() || g.Offset() != e.Offset() {
		t.Fatalf("at event %d and entry %d, want %d and %d", g.Seq(), g.Offset(), e.Seq(), e.Offset())
	}
	for _, evs := range published {
		for i := range evs {
			if evs[i].Kind == cluster.EventAssigned {
				said[evs[i].Report] = evs[i].Campaign
			}
		}
	}
	for _, entry := range log[half:] {
		for _, ev := range g.Step(entry) {
			if ev.Kind != cluster.EventAssigned {
				continue
			}
			if _, twice := said[ev.Report]; twice {
				t.Fatalf("report %v is assigned a second time", ev.Report)
			}
			said[ev.Report] = ev.Campaign
		}
	}
	if len(said) != 600 {
		t.Errorf("%d reports are somewhere, want 600", len(said))
	}
	back := cluster.NewEngine(globalConfig())
	if err := back.Restore(g.Snapshot()); !errors.Is(err, cluster.ErrNotSnapshot) {
		t.Errorf("one clusterer restores a global one's snapshot: %v, want ErrNotSnapshot", err)
	}
}

// TestGlobalHandsBack: one clusterer follows what a global one published, says nothing
// beside it, and goes on under its ids.
func TestGlobalHandsBack(t *testing.T) {
	fs := reports(t, 900)
	log := entries(t, fs)
	half := len(log) / 2
	g, e := NewGlobal(globalConfig()), cluster.NewEngine(globalConfig())
	known := map[cluster.CampaignID]bool{}
	for _, entry := range log[:half] {
		published := append([]cluster.Event(nil), g.Step(entry)...)
		if more := e.Follow(entry, published, true); len(more) > 0 {
			t.Fatalf("entry %d: %v is said beside what was published", entry.Offset, more)
		}
		for _, ev := range published {
			known[ev.Campaign] = true
		}
	}
	if g.Seq() != e.Seq() || g.Offset() != e.Offset() {
		t.Fatalf("at event %d and entry %d, want %d and %d", e.Seq(), e.Offset(), g.Seq(), g.Offset())
	}
	same, copies := 0, 0
	for _, entry := range log[half:] {
		want := append([]cluster.Event(nil), g.Step(entry)...)
		if entry.Finding.Kind != cluster.FindingCopy || entry.Finding.Again || len(want) != 1 {
			e.Step(entry)
			continue
		}
		for _, ev := range e.Step(entry) {
			if ev.Kind == cluster.EventAssigned && known[want[0].Campaign] {
				if copies++; e.Resolve(ev.Campaign) == e.Resolve(want[0].Campaign) {
					same++
				}
			}
		}
	}
	if copies < 50 || same < copies*98/100 {
		t.Errorf("%d of %d later copies are in the campaigns of before, want 98 of 100", same, copies)
	}
}

// TestGlobalRestoreRefuses: a snapshot that is not whole changes nothing.
func TestGlobalRestoreRefuses(t *testing.T) {
	g := NewGlobal(globalConfig())
	for _, entry := range entries(t, reports(t, 60)) {
		g.Step(entry)
	}
	good := g.Snapshot()
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for name, bad := range map[string][]byte{"empty": nil, "flipped bit": flipped, "cut": good[:len(good)-1], "of a local": NewLocal(smallConfig()).Snapshot()} {
		if err := g.Restore(bad); err == nil {
			t.Errorf("%s: restored", name)
		}
		if !bytes.Equal(g.Snapshot(), good) {
			t.Errorf("%s: the state is another", name)
		}
	}
}

// TestGlobalDecides: an analyst's decisions hold for copies, of which the engine knows
// by number only.
func TestGlobalDecides(t *testing.T) {
	g := NewGlobal(globalConfig())
	at := map[cluster.ReportID]cluster.CampaignID{}
	count := map[cluster.CampaignID]int{}
	var copied, original cluster.ReportID
	log := entries(t, reports(t, 600))
	for _, entry := range log {
		for _, ev := range g.Step(entry) {
			if ev.Kind == cluster.EventAssigned {
				at[ev.Report] = ev.Campaign
				count[ev.Campaign]++
			}
		}
		if f := entry.Finding; f.Kind == cluster.FindingCopy && !f.Again {
			copied, original = entry.Features.Report, f.Of
		}
	}
	from := g.engine.Resolve(at[copied])
	next := int64(len(log))
	decide := func(d cluster.Decision) []cluster.Event {
		events := append([]cluster.Event(nil), g.Step(cluster.Entry{Offset: next, Decision: &d})...)
		next++
		return events
	}
	events := decide(cluster.Decision{Kind: cluster.DecisionSplit, Campaign: from, Reports: []cluster.ReportID{copied, original}})
	if len(events) < 3 || events[0].Kind != cluster.EventSplit {
		t.Fatalf("splitting a copy and its original off %s: %v", from, events)
	}
	to := events[0].Campaign
	again := cluster.Entry{
		Offset: next, Features: &cluster.Features{Report: cluster.ReportID{0xee}, Time: 1},
		Finding: &cluster.Finding{Kind: cluster.FindingCopy, Of: original},
	}
	next++
	if events := g.Step(again); len(events) != 1 || events[0].Campaign != to {
		t.Errorf("a copy after the split: %v, want it in %s", events, to)
	}
	if events := decide(cluster.Decision{Kind: cluster.DecisionPin, Campaign: from, Other: to, Reports: []cluster.ReportID{{0xee}}}); len(events) == 0 || events[len(events)-1].Kind != cluster.EventPinned {
		t.Errorf("pinning that copy back: %v", events)
	}
	merged := func(ev cluster.Event) bool { return ev.Kind == cluster.EventMerged }
	if events := decide(cluster.Decision{Kind: cluster.DecisionMerge, Campaign: from, Other: to}); !slices.ContainsFunc(events, merged) {
		t.Errorf("merging both: %v", events)
	}
	again.Offset, again.Features = next, &cluster.Features{Report: cluster.ReportID{0xef}, Time: 1}
	if events := g.Step(again); len(events) != 1 || events[0].Campaign != g.engine.Resolve(to) {
		t.Errorf("a copy after the merge: %v, want it in %s", events, g.engine.Resolve(to))
	}
}

// TestGlobalChangesItsMind: where the engine puts a later report of a variant, later
// copies of the variant go too.
func TestGlobalChangesItsMind(t *testing.T) {
	g := NewGlobal(globalConfig())
	at := map[cluster.ReportID]cluster.CampaignID{}
	size := map[cluster.CampaignID]int{}
	log := entries(t, reports(t, 600))
	for _, entry := range log {
		for _, ev := range g.Step(entry) {
			if ev.Kind == cluster.EventAssigned {
				at[ev.Report] = ev.Campaign
				size[ev.Campaign]++
			}
		}
	}
	var original, other *cluster.Features // of two campaigns
	for _, entry := range log {
		f := entry.Features
		switch {
		case size[g.engine.Resolve(at[f.Report])] < 20 || entry.Finding.Again || !g.Knows(f.Report):
		case original == nil:
			original = f
		case other == nil && g.engine.Resolve(at[f.Report]) != g.engine.Resolve(at[original.Report]):
			other = f
		}
	}
	later := *other
	later.Report = cluster.ReportID{0xee}
	next := int64(len(log))
	var home cluster.CampaignID
	for _, ev := range g.Step(cluster.Entry{Offset: next, Features: &later, Finding: &cluster.Finding{Kind: cluster.FindingNews, Of: original.Report}}) {
		if ev.Kind == cluster.EventAssigned {
			home = ev.Campaign
		}
	}
	if home == "" || home == g.engine.Resolve(at[original.Report]) {
		t.Fatalf("the later report is in %q, want it elsewhere than its variant: nothing is shown", home)
	}
	copied := cluster.Entry{
		Offset: next + 1, Features: &cluster.Features{Report: cluster.ReportID{0xef}, Time: 1},
		Finding: &cluster.Finding{Kind: cluster.FindingCopy, Of: original.Report},
	}
	if events := g.Step(copied); len(events) != 1 || events[0].Campaign != home {
		t.Errorf("a copy after that: %v, want it in %s", events, home)
	}
}

// TestCopiesCount: a split that takes all sketched reports of a campaign is no split
// of all its reports.
func TestCopiesCount(t *testing.T) {
	g := NewGlobal(globalConfig())
	sketched := map[cluster.CampaignID][]cluster.ReportID{}
	var last cluster.CampaignID
	log := entries(t, reports(t, 600))
	for _, entry := range log {
		for _, ev := range g.Step(entry) {
			if ev.Kind == cluster.EventAssigned && entry.Finding.Kind == cluster.FindingNews {
				sketched[ev.Campaign] = append(sketched[ev.Campaign], ev.Report)
				if entry.Copies > 0 {
					last = ev.Campaign
				}
			}
		}
	}
	events := g.Step(cluster.Entry{Offset: int64(len(log)), Decision: &cluster.Decision{
		Kind: cluster.DecisionSplit, Campaign: last, Reports: sketched[last],
	}})
	if len(events) == 0 || events[0].Kind != cluster.EventSplit {
		t.Errorf("splitting the %d sketched reports off %s: %v, want a split since copies stay", len(sketched[last]), last, events)
	}
}
