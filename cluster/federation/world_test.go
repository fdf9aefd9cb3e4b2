package federation_test

import (
	"errors"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/cluster/score"
	"shoal/cluster/simulate"
)

// world is rounds of locals and a global engine, with the logs between them. One
// seed says which local of the first round goes on next, another one who is killed
// when. The other rounds follow at once.
type world struct {
	t        testing.TB
	cfg      cluster.Config // of the global clusterer
	locals   int            // that the configuration of each is for
	rng      *rand.Rand
	rounds   [federation.Rounds][]*partition
	stored   *stored
	verdicts [federation.Rounds]map[federation.Verdict]int
	reports  int
	engine   int           // reports that the global clusterer's engine took
	heard    int           // reports that it counted the words of
	repeats  int           // that the global clusterer was told
	length   int64         // of the global log
	spent    time.Duration // by the global clusterer
	global   *federation.Global

	kills *rand.Rand // nil: nobody dies, and no log is kept
	died  int
	log   []cluster.Entry   // the global log
	said  [][]cluster.Event // by entry
	saved []byte            // of the global clusterer
}

// partition is a part of a round's log and the local that works on it.
type partition struct {
	round int
	local *federation.Local
	log   []input
	first int64 // offset of log[0]
	next  int64 // offset of the next to take
	saved []byte
	spent time.Duration
}

// input is a record of a round's log.
type input struct {
	*cluster.Features
	sketched bool
}

func newWorld(t testing.TB, cfg cluster.Config, locals int, seed uint64) *world {
	w := &world{
		t: t, cfg: cfg, locals: locals, rng: rand.New(rand.NewPCG(seed, 0)),
		global: federation.NewGlobal(cfg), stored: newStored(t),
	}
	for round := range w.verdicts {
		w.verdicts[round] = map[federation.Verdict]int{}
	}
	w.add(locals)
	return w
}

// add starts partitions in each round, each with a local that knows nothing.
func (w *world) add(n int) {
	for round := range w.rounds {
		for range n {
			p := &partition{round: round}
			w.chill(p)
			w.rounds[round] = append(w.rounds[round], p)
		}
	}
}

// chill gives a partition to a local that knows nothing of it.
func (w *world) chill(p *partition) {
	p.local = federation.NewLocal(federation.DefaultConfig(w.cfg, p.round, w.locals))
}

// lag is how many reports a local may be behind.
const lag = 500

// put appends a report to its partition, and lets some locals go on.
func (w *world) put(f *cluster.Features) {
	w.reports++
	p := w.append(input{f, false}, 0)
	first := w.rounds[0]
	for range w.rng.IntN(3) {
		w.advance(first[w.rng.IntN(len(first))], 1+w.rng.IntN(3))
	}
	if len(p.log)-int(p.next-p.first) > lag {
		w.advance(p, lag/2)
	}
	if w.kills != nil {
		w.disturb()
	}
}

func (w *world) append(in input, round int) *partition {
	p := w.rounds[round][federation.Route(in.Features, round)%uint64(len(w.rounds[round]))]
	p.log = append(p.log, in)
	return p
}

// run puts all traffic and lets all locals reach the ends of their partitions.
func (w *world) run(traffic simulate.Config) {
	for l := range features(w.t, traffic) {
		w.put(l.Features)
	}
	w.drain()
}

func (w *world) drain() {
	for _, p := range w.rounds[0] {
		w.advance(p, len(p.log))
	}
}

// advance lets a local take up to n reports.
func (w *world) advance(p *partition, n int) {
	for ; n > 0 && int(p.next-p.first) < len(p.log); n-- {
		start := time.Now()
		in := p.log[p.next-p.first]
		take := p.local.Step
		if in.sketched {
			take = p.local.Learn
		}
		out := take(p.next, in.Features)
		p.spent += time.Since(start)
		p.next++
		w.publish(out, p.round)
	}
	if w.kills == nil {
		p.log, p.first = p.log[p.next-p.first:], p.next
	}
}

func (w *world) publish(out federation.Output, round int) {
	w.verdicts[round][out.Verdict]++
	for _, entry := range out.Entries {
		if err := errors.Join(federation.Validate(&entry), entry.Features.Validate()); err != nil {
			w.t.Fatal(err)
		}
		entry.Offset = w.length
		w.length++
		w.step(entry)
	}
	if out.Next != nil {
		w.advance(w.append(input{out.Next, out.Sketched}, round+1), 1)
	}
}

// step lets the global clusterer take an entry, as light as may be. One that it took
// before it was killed must give the same events.
func (w *world) step(entry cluster.Entry) {
	told := entry
	switch {
	case federation.Light(&entry, w.global.Knows):
		told.Features = &cluster.Features{Report: entry.Features.Report, Time: entry.Features.Time}
	case entry.Finding.Kind == cluster.FindingAlone:
		w.heard++
	default:
		w.engine++
	}
	start := time.Now()
	events := w.global.Step(told)
	w.spent += time.Since(start)
	for i := range events {
		if events[i].Kind == cluster.EventRepeat {
			w.repeats++
		}
	}
	if w.kills == nil || entry.Offset == int64(len(w.said)) {
		w.stored.take(events)
	}
	if w.kills == nil {
		return
	}
	if entry.Offset < int64(len(w.said)) {
		if diff := cmp.Diff(w.said[entry.Offset], events); diff != "" {
			w.t.Fatalf("entry %d after a restart (-before +after):\n%s", entry.Offset, diff)
		}
		return
	}
	w.log = append(w.log, entry)
	w.said = append(w.said, append([]cluster.Event(nil), events...))
}

// disturb saves or kills somebody now and then.
func (w *world) disturb() {
	round := w.rounds[w.kills.IntN(federation.Rounds)]
	p := round[w.kills.IntN(len(round))]
	switch w.kills.IntN(1000) {
	case 0:
		p.saved = p.local.Snapshot()
	case 1:
		w.saved = w.global.Snapshot()
	case 2, 3:
		w.killLocal(p)
	case 4:
		w.killGlobal()
	}
}

// killLocal restarts a local, which publishes again what came after its snapshot.
func (w *world) killLocal(p *partition) {
	w.died++
	reached := p.next
	w.chill(p)
	if p.saved != nil {
		if err := p.local.Restore(p.saved); err != nil {
			w.t.Fatal(err)
		}
	}
	p.next = p.local.Offset() + 1
	w.advance(p, int(reached-p.next))
}

func (w *world) killGlobal() {
	w.died++
	w.global = federation.NewGlobal(w.cfg)
	if w.saved != nil {
		if err := w.global.Restore(w.saved); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, entry := range w.log[w.global.Offset()+1:] {
		w.step(entry)
	}
}

// sketched is how many reports the global engine looked at, as a share of all.
func (w *world) sketched() float64 { return float64(w.engine) / float64(w.reports) }

// items are what became of the traffic.
func (w *world) items(traffic simulate.Config) []score.Item { return w.stored.items(traffic) }

// single is what one clusterer makes of the traffic, and the time it took.
func single(t testing.TB, cfg cluster.Config, traffic simulate.Config) ([]score.Item, time.Duration) {
	t.Helper()
	s, e := newStored(t), cluster.NewEngine(cfg)
	var spent time.Duration
	var offset int64
	for l := range features(t, traffic) {
		start := time.Now()
		events := e.Step(cluster.Entry{Offset: offset, Features: l.Features})
		spent += time.Since(start)
		s.take(events)
		offset++
	}
	return s.items(traffic), spent
}

func features(t testing.TB, cfg simulate.Config) iter.Seq[simulate.Labelled] {
	t.Helper()
	stream, err := simulate.Features(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// stored is what a store makes of events: each report once, where they say.
type stored struct {
	t      testing.TB
	at     map[cluster.ReportID]cluster.CampaignID
	merged map[cluster.CampaignID]cluster.CampaignID
	seq    uint64
}

func newStored(t testing.TB) *stored {
	return &stored{t: t, at: map[cluster.ReportID]cluster.CampaignID{}, merged: map[cluster.CampaignID]cluster.CampaignID{}}
}

func (s *stored) take(events []cluster.Event) {
	for i := range events {
		ev := &events[i]
		if s.seq++; ev.Seq != s.seq {
			s.t.Fatalf("event %d after %d", ev.Seq, s.seq-1)
		}
		switch ev.Kind {
		case cluster.EventAssigned:
			if _, again := s.at[ev.Report]; again {
				s.t.Fatalf("report %v is assigned a second time", ev.Report)
			}
			s.live(ev.Campaign)
			s.at[ev.Report] = ev.Campaign
		case cluster.EventMoved, cluster.EventPinned:
			s.live(ev.Campaign)
			s.at[ev.Report] = ev.Campaign
		case cluster.EventMerged:
			s.live(ev.Campaign)
			s.live(ev.Other)
			s.merged[ev.Other] = ev.Campaign
		case cluster.EventCreated:
			s.live(ev.Campaign)
		}
	}
}

// live holds an id against those that are gone.
func (s *stored) live(id cluster.CampaignID) {
	if into, gone := s.merged[id]; gone {
		s.t.Fatalf("campaign %s is used again after it merged into %s", id, into)
	}
}

func (s *stored) resolve(id cluster.CampaignID) cluster.CampaignID {
	for {
		next, ok := s.merged[id]
		if !ok {
			return id
		}
		id = next
	}
}

// campaign is that of a report, or the id that stands for it alone.
func (s *stored) campaign(r cluster.ReportID) (cluster.CampaignID, bool) {
	id, ok := s.at[r]
	return s.resolve(id), ok
}

// items are what became of traffic. Every report must be somewhere.
func (s *stored) items(traffic simulate.Config) []score.Item {
	var out []score.Item
	for l := range features(s.t, traffic) {
		id, ok := s.campaign(l.Features.Report)
		if !ok {
			s.t.Fatalf("report %v is nowhere", l.Features.Report)
		}
		out = append(out, score.Item{Truth: l.Campaign, Corpus: l.Class.String(), Kind: string(l.Kind), Got: string(id)})
	}
	return out
}
