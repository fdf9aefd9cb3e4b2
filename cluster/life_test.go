package cluster

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// phoneWeights make two reports agree if and only if they share a phone number or
// a wallet: what a test of campaigns' life is about must not hang on what was
// learned of mail.
func phoneWeights(t testing.TB) *Weights {
	t.Helper()
	fields := Fields()
	levels := make([][]float64, len(fields))
	for i, f := range fields {
		levels[i] = make([]float64, f.Levels+1)
		if f.Name == KeyPhone.String() || f.Name == KeyWallet.String() {
			levels[i][0] = -0.5
			for l := range levels[i][1:] {
				levels[i][l+1] = 6
			}
		}
	}
	w, err := NewWeights(-5, levels)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// lifeConfig is so narrow that a few hundred reports reach every bound.
func lifeConfig(t testing.TB) Config {
	c := testConfig()
	c.Weights = phoneWeights(t)
	c.Exemplars, c.LiveExemplars, c.IdleCampaigns, c.MergedIDs, c.Remember = 6, 60, 8, 16, 1000
	return c
}

// phoneReport has a text of its own and the given phone numbers and wallets.
func phoneReport(name string, values ...string) *Features {
	text := ""
	for i := range 30 {
		text += fmt.Sprintf("%s%d ", name, i)
	}
	return testFeatures(name, "", text, values...)
}

// world follows events as the store does: where each report is, and what analysts
// have said of it.
type world struct {
	t      *testing.T
	home   map[ReportID]CampaignID
	pinned map[ReportID]bool
	apart  map[[2]ReportID]bool // split from each other and never put together since
	seq    uint64
}

func newWorld(t *testing.T) *world {
	return &world{t: t, home: map[ReportID]CampaignID{}, pinned: map[ReportID]bool{}, apart: map[[2]ReportID]bool{}}
}

// take applies the events of one entry. d is the decision, or nil.
func (w *world) take(evs []Event, d *Decision) {
	before := map[ReportID]CampaignID{}
	for r, c := range w.home {
		before[r] = c
	}
	for _, ev := range evs {
		w.seq++
		if ev.Seq != w.seq {
			w.t.Fatalf("event %d after %d", ev.Seq, w.seq-1)
		}
		switch ev.Kind {
		case EventAssigned:
			w.home[ev.Report] = ev.Campaign
		case EventMoved:
			w.home[ev.Report] = ev.Campaign
		case EventMerged:
			for r, c := range w.home {
				if c == ev.Other {
					w.home[r] = ev.Campaign
				}
			}
		case EventPinned:
			w.pinned[ev.Report] = true
		}
	}
	if d == nil {
		w.check(before)
		return
	}
	w.decided(before, evs)
}

// check: the machine moved no pinned report, and put nothing together that an
// analyst had split.
func (w *world) check(before map[ReportID]CampaignID) {
	w.t.Helper()
	for r := range w.pinned {
		if w.home[r] != before[r] {
			w.t.Fatalf("after event %d: pinned report %v went from %s to %s by itself", w.seq, r, before[r], w.home[r])
		}
	}
	for p := range w.apart {
		if w.home[p[0]] == w.home[p[1]] {
			w.t.Fatalf("after event %d: reports split from each other are both in %s", w.seq, w.home[p[0]])
		}
	}
}

// decided notes what was split, and forgets of it what the same analysts put
// together.
func (w *world) decided(before map[ReportID]CampaignID, evs []Event) {
	for p := range w.apart {
		if w.home[p[0]] == w.home[p[1]] {
			delete(w.apart, p)
		}
	}
	for _, ev := range evs {
		if ev.Kind == EventRefused {
			return
		}
	}
	for r, c := range before {
		for s, o := range before {
			if slices.ContainsFunc(evs, func(ev Event) bool { return ev.Kind == EventSplit }) &&
				c == o && w.home[r] != w.home[s] {
				w.apart[[2]ReportID{r, s}] = true
			}
		}
	}
}

// entry makes up the next record of a log: a report, now and then one that links
// two lures, or a decision about what there is.
func (w *world) entry(r *rand.Rand, offset int64, now *int64) Entry {
	*now += r.Int64N(2 * 24 * 3600 * 1000)
	if r.IntN(40) == 0 {
		*now += 15 * 24 * 3600 * 1000
	}
	if r.IntN(6) > 0 || len(w.home) < 4 {
		name := fmt.Sprintf("r%d", offset)
		values := []string{fmt.Sprintf("phone=+%d", r.IntN(12))}
		if r.IntN(5) == 0 {
			values = append(values, fmt.Sprintf("phone=+%d", r.IntN(12)))
		}
		// What ties campaigns into operations, and says nothing of what they are.
		kit := r.IntN(20)
		values = append(values, fmt.Sprintf("contact=c%d", kit), fmt.Sprintf("reply-to=r%d", kit))
		f := phoneReport(name, values...)
		f.Time = *now
		return Entry{Offset: offset, Features: f}
	}
	return Entry{Offset: offset, Decision: w.decision(r, *now)}
}

func (w *world) decision(r *rand.Rand, now int64) *Decision {
	reports := make([]ReportID, 0, len(w.home))
	for id := range w.home {
		reports = append(reports, id)
	}
	slices.SortFunc(reports, func(a, b ReportID) int { return bytes.Compare(a[:], b[:]) })
	pick := func() ReportID { return reports[r.IntN(len(reports))] }
	one := pick()
	d := &Decision{Kind: DecisionKind(1 + r.IntN(4)), Time: now, Campaign: w.home[one], Actor: "ann", Label: fmt.Sprint("l", r.IntN(3))}
	switch d.Kind {
	case DecisionMerge:
		d.Other = w.home[pick()]
	case DecisionSplit:
		for _, id := range reports {
			if w.home[id] == d.Campaign && r.IntN(2) == 0 {
				d.Reports = append(d.Reports, id)
			}
		}
	case DecisionPin:
		two := pick()
		d.Other, d.Reports = w.home[two], []ReportID{two}
	}
	return d
}

// TestLife plays random logs of reports and decisions under narrow bounds. What
// analysts decide is never undone by the machine while it is remembered, and a
// snapshot at any point, with the rest of the log, gives the events of the whole.
func TestLife(t *testing.T) {
	kinds := map[EventKind]int{}
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 7))
		cfg := lifeConfig(t)
		cfg.IdleCampaigns = 1000 // a split that is forgotten is another matter
		e, w := NewEngine(cfg), newWorld(t)
		var log []Entry
		var want [][]Event
		var now int64
		for offset := range int64(300) {
			entry := w.entry(r, offset, &now)
			evs := slices.Clone(e.Step(entry))
			w.take(evs, entry.Decision)
			log, want = append(log, entry), append(want, evs)
			for _, ev := range evs {
				kinds[ev.Kind]++
			}
		}
		replay(t, cfg, log, want, e.Snapshot())
	}
	for _, k := range []EventKind{
		EventAssigned, EventCreated, EventMerged, EventSplit, EventMoved, EventLabelled, EventPinned,
		EventDrifted, EventIdled, EventRevived, EventRefused, EventSettled, EventTied,
	} {
		if kinds[k] == 0 {
			t.Errorf("no log had an event %q: the test does not reach it", k)
		}
	}
}

// replay restores at several points of a log and plays the rest of it.
func replay(t *testing.T, cfg Config, log []Entry, want [][]Event, end []byte) {
	t.Helper()
	first := NewEngine(cfg)
	for cut := range log {
		if cut%29 == 3 {
			second := NewEngine(cfg)
			if err := second.Restore(first.Snapshot()); err != nil {
				t.Fatalf("restore at %d: %v", cut, err)
			}
			for i := cut; i < len(log); i++ {
				if diff := cmp.Diff(want[i], slices.Clone(second.Step(log[i]))); diff != "" {
					t.Fatalf("restored at %d, entry %d (-whole +restored):\n%s", cut, i, diff)
				}
			}
			if !bytes.Equal(end, second.Snapshot()) {
				t.Fatalf("restored at %d: the state at the end differs", cut)
			}
		}
		first.Step(log[cut])
	}
}

// TestMemoryIsBounded: however long the log, what is remembered stays within the
// bounds of the Config, also where there are nothing but strangers.
func TestMemoryIsBounded(t *testing.T) {
	cfg := lifeConfig(t)
	cfg.Remember = 50
	e := NewEngine(cfg)
	r := rand.New(rand.NewPCG(1, 2))
	var now int64
	for i := range int64(6000) {
		now += 3600 * 1000
		phone := fmt.Sprintf("phone=+%d", i/7+r.Int64N(3))
		if i > 4000 {
			phone = fmt.Sprintf("phone=+%d", i*100)
		}
		f := phoneReport(fmt.Sprintf("m%d", i), phone, fmt.Sprintf("wallet=w%d", i/7*(1+r.Int64N(3))))
		f.Time = now
		e.Step(Entry{Offset: i, Features: f})
		live := len(e.exemplars) - len(e.freeExemplars)
		if live > cfg.LiveExemplars+mostAdded {
			t.Fatalf("report %d: %d live exemplars, bound %d", i, live, cfg.LiveExemplars)
		}
		if n := len(e.groups) - len(e.freeGroups); n > live+cfg.IdleCampaigns {
			t.Fatalf("report %d: %d groups for %d exemplars and %d idle campaigns", i, n, live, cfg.IdleCampaigns)
		}
		if e.shelf.count > cfg.IdleCampaigns || len(e.shelf.queue) > 2*cfg.IdleCampaigns+65 {
			t.Fatalf("report %d: %d campaigns on a shelf of %d, %d entries", i, e.shelf.count, cfg.IdleCampaigns, len(e.shelf.queue))
		}
		if n := len(e.merged.young) + len(e.merged.old); n > 2*cfg.MergedIDs {
			t.Fatalf("report %d: %d merged ids, bound %d", i, n, 2*cfg.MergedIDs)
		}
		if n := len(e.byID); n != len(e.groups)-len(e.freeGroups) {
			t.Fatalf("report %d: %d ids of %d groups", i, n, len(e.groups)-len(e.freeGroups))
		}
	}
	if e.shelf.count != cfg.IdleCampaigns || len(e.merged.old) == 0 {
		t.Errorf("%d idle campaigns, %d old merges: the bounds were not reached", e.shelf.count, len(e.merged.old))
	}
}

// TestDecidedAreForgottenLast: of idle campaigns the oldest goes first, but one on
// which an analyst decided goes after all others.
func TestDecidedAreForgottenLast(t *testing.T) {
	cfg := lifeConfig(t)
	cfg.IdleCampaigns = 3
	e := NewEngine(cfg)
	var ids []CampaignID
	send := func(name, phone string, now int64) CampaignID {
		f := phoneReport(name, "phone="+phone)
		f.Time = now
		evs := e.Step(Entry{Offset: e.Offset() + 1, Features: f})
		return evs[len(evs)-1].Campaign
	}
	const day = 24 * 3600 * 1000
	for i := range int64(6) {
		phone := fmt.Sprint("+", i)
		send(phone+"a", phone, i*day)
		ids = append(ids, send(phone+"b", phone, i*day))
	}
	for _, i := range []int{0, 1} {
		e.Step(Entry{Offset: e.Offset() + 1, Decision: &Decision{Kind: DecisionLabel, Campaign: ids[i], Label: "kept"}})
	}
	known := func() (s string) {
		for _, id := range ids {
			_, ok := e.find(id)
			s += map[bool]string{true: "+", false: "-"}[ok]
		}
		return s
	}
	for d := range int64(4) { // each day one campaign more is idle, and the sweep comes round
		for n := range 40 {
			send(fmt.Sprint("filler", d, "/", n), fmt.Sprint("+filler", d, "/", n), (14+d)*day+day/2)
		}
	}
	if got, want := known(), "++-+++"; got != want {
		t.Errorf("with four campaigns idle %s are known, want %s", got, want)
	}
	for n := range 40 {
		send(fmt.Sprint("late", n), fmt.Sprint("+late", n), 40*day)
	}
	if got, want := known(), "++---+"; got != want {
		t.Errorf("in the end campaigns %s are known, want %s", got, want)
	}
}

// TestMergeRevives: an idle campaign with which a live one is merged is live again,
// and says so before it takes the other in.
func TestMergeRevives(t *testing.T) {
	e := NewEngine(lifeConfig(t))
	const month = 30 * 24 * 3600 * 1000
	send := func(name, phone string, now int64) CampaignID {
		f := phoneReport(name, "phone="+phone)
		f.Time = now
		evs := e.Step(Entry{Offset: e.Offset() + 1, Features: f})
		return evs[len(evs)-1].Campaign
	}
	send("a1", "+1", 0)
	old := send("a2", "+1", 0)
	send("b1", "+2", month)
	young := send("b2", "+2", month)
	if slot, ok := e.find(old); !ok || e.groups[slot].idle == 0 {
		t.Fatalf("campaign %s is not idle after a month", old)
	}
	var got []string
	for _, ev := range e.Step(Entry{Offset: e.Offset() + 1, Decision: &Decision{Kind: DecisionMerge, Campaign: young, Other: old}}) {
		got = append(got, fmt.Sprint(ev.Kind, " ", ev.Campaign, " ", ev.Other))
	}
	want := []string{fmt.Sprint("revived ", old, " "), fmt.Sprint("merged ", old, " ", young)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, phone := range []string{"+1", "+2"} {
		if got := send("later"+phone, phone, month); got != old {
			t.Errorf("a report with %s went to %s, want %s", phone, got, old)
		}
	}
}

// sound holds an engine to what its parts say of each other.
func sound(t *testing.T, e *Engine) {
	t.Helper()
	free := map[uint32]bool{}
	for _, s := range e.freeGroups {
		if free[s] || e.groups[s].id != "" {
			t.Fatalf("offset %d: group %d is free twice, or not", e.offset, s)
		}
		free[s] = true
	}
	owner := map[uint32]bool{}
	for i := range e.groups {
		g := &e.groups[i]
		if g.id == "" {
			continue
		}
		if slot, ok := e.byID[g.id]; !ok || slot != uint32(i) {
			t.Fatalf("offset %d: campaign %s is not found where it is", e.offset, g.id)
		}
		if g.idle != 0 && len(g.exemplars) > 0 || g.idle == 0 && len(g.kept) > 0 {
			t.Fatalf("offset %d: campaign %s is live and idle at once", e.offset, g.id)
		}
		for _, x := range g.exemplars {
			if owner[x] || e.exemplars[x].profile == nil || e.exemplars[x].cluster != uint32(i) {
				t.Fatalf("offset %d: exemplar %d of %s is another's too, or gone", e.offset, x, g.id)
			}
			owner[x] = true
		}
	}
	for v, ids := range e.ties {
		for _, id := range ids {
			if slot, ok := e.byID[id]; !ok || e.groups[slot].idle != 0 {
				t.Fatalf("offset %d: campaign %s is remembered for %x, and is not live", e.offset, id, v)
			}
		}
	}
	for id := range e.operation {
		if _, ok := e.byID[id]; !ok {
			t.Fatalf("offset %d: the operation of %s is remembered, which is not", e.offset, id)
		}
	}
	for p := range e.apart {
		for _, id := range p {
			if _, ok := e.byID[id]; !ok {
				t.Fatalf("offset %d: what %s was split from is remembered, and it is not", e.offset, id)
			}
		}
	}
	if len(owner)+len(e.freeExemplars) != len(e.exemplars) || len(free)+len(e.byID) != len(e.groups) {
		t.Fatalf("offset %d: slots are lost", e.offset)
	}
}

// TestLifeInNoRoom plays random logs where nearly every idle campaign is forgotten
// at once, also while a decision is about it.
func TestLifeInNoRoom(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 8))
		cfg := lifeConfig(t)
		cfg.IdleCampaigns, cfg.LiveExemplars, cfg.MergedIDs = int(seed%3), 12, 2
		e, w := NewEngine(cfg), &world{home: map[ReportID]CampaignID{}}
		var log []Entry
		var want [][]Event
		var now int64
		for offset := range int64(250) {
			entry := w.entry(r, offset, &now)
			evs := slices.Clone(e.Step(entry))
			sound(t, e)
			for _, ev := range evs {
				if ev.Campaign == "" && ev.Kind != EventRepeat && ev.Kind != EventRefused && ev.Kind != EventRetuned {
					t.Fatalf("seed %d: event %+v is of no campaign", seed, ev)
				}
				if ev.Kind == EventAssigned || ev.Kind == EventMoved {
					w.home[ev.Report] = ev.Campaign
				}
			}
			log, want = append(log, entry), append(want, evs)
		}
		if seed < 3 {
			replay(t, cfg, log, want, e.Snapshot())
		}
	}
}

// TestSplitHoldsForWhatIsPinnedElsewhere: a report that was split off and then
// pinned to a third campaign keeps that one apart too.
func TestSplitHoldsForWhatIsPinnedElsewhere(t *testing.T) {
	e, w := NewEngine(lifeConfig(t)), newWorld(t)
	step := func(entry Entry) {
		entry.Offset = e.Offset() + 1
		w.take(slices.Clone(e.Step(entry)), entry.Decision)
	}
	send := func(name string, values ...string) CampaignID {
		step(Entry{Features: phoneReport(name, values...)})
		return w.home[testReport(name)]
	}
	send("x1", "phone=+2")
	x := send("x2", "phone=+2")
	for _, name := range []string{"a1", "a2", "a3", "a4"} {
		send(name, "phone=+1")
	}
	step(Entry{Decision: &Decision{
		Kind: DecisionSplit, Campaign: w.home[testReport("a1")], Reports: []ReportID{testReport("a3"), testReport("a4")}, Actor: "ann",
	}})
	step(Entry{Decision: &Decision{
		Kind: DecisionPin, Campaign: x, Other: w.home[testReport("a3")], Reports: []ReportID{testReport("a3")}, Actor: "ann",
	}})
	// x has an exemplar that agrees with those of a: the machine has grounds to merge.
	for _, name := range []string{"b1", "b2", "b3"} {
		send(name, "phone=+1", "phone=+2")
	}
	if a, x := w.home[testReport("a1")], w.home[testReport("a3")]; a == x {
		t.Errorf("both are in %s", a)
	}
}
