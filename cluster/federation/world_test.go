package federation_test

import (
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
	t         testing.TB
	cfg       federation.Config
	rng       *rand.Rand
	rounds    [federation.Rounds][]*partition
	directory *federation.Directory
	verdicts  [federation.Rounds]map[federation.Verdict]int
	alone     map[cluster.ReportID]bool // in the last round
	reports   int
	repeats   int // that the global engine was told

	global *cluster.Engine
	fresh  func() *cluster.Engine
	length int64         // of the global log
	spent  time.Duration // by the global engine

	kills *rand.Rand // nil: nobody dies, and no log is kept
	died  int
	log   []cluster.Entry   // the global log
	said  [][]cluster.Event // by entry
	saved []byte            // of the global engine
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

func newWorld(t testing.TB, global cluster.Config, cfg federation.Config, locals int, seed uint64) *world {
	w := &world{
		t: t, cfg: cfg, rng: rand.New(rand.NewPCG(seed, 0)),
		fresh:     func() *cluster.Engine { return cluster.NewEngine(global) },
		directory: federation.NewDirectory(), alone: map[cluster.ReportID]bool{},
	}
	for round := range w.verdicts {
		w.verdicts[round] = map[federation.Verdict]int{}
	}
	w.global = w.fresh()
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
func (w *world) chill(p *partition) { p.local = federation.NewLocal(w.cfg) }

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
	for i := range out.Sketches {
		if err := out.Sketches[i].Validate(); err != nil {
			w.t.Fatal(err)
		}
		w.step(out.Sketches[i].Entry(w.length))
		w.length++
	}
	if out.Copy != nil {
		w.directory.Copy(out.Copy)
	}
	if out.Next == nil {
		return
	}
	alone := out.Verdict == federation.Alone
	if round+1 < federation.Rounds {
		w.advance(w.append(input{out.Next, !alone}, round+1), 1)
	} else if alone {
		w.alone[out.Next.Report] = true
	}
}

// step lets the global engine take an entry. One that it took before it was killed
// must give the same events.
func (w *world) step(entry cluster.Entry) {
	start := time.Now()
	events := w.global.Step(entry)
	w.spent += time.Since(start)
	for i := range events {
		w.directory.Event(&events[i])
		if events[i].Kind == cluster.EventRepeat {
			w.repeats++
		}
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
	w.global = w.fresh()
	if w.saved != nil {
		if err := w.global.Restore(w.saved); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, entry := range w.log[w.global.Offset()+1:] {
		w.step(entry)
	}
}

// sketched is how many reports the global engine was told of, as a share of all.
func (w *world) sketched() float64 { return float64(w.length-int64(w.repeats)) / float64(w.reports) }

// single is what one clusterer makes of the traffic, and the time it took.
func single(t testing.TB, cfg cluster.Config, traffic simulate.Config) ([]score.Item, time.Duration) {
	t.Helper()
	d, e := federation.NewDirectory(), cluster.NewEngine(cfg)
	var spent time.Duration
	var offset int64
	for l := range features(t, traffic) {
		start := time.Now()
		events := e.Step(cluster.Entry{Offset: offset, Features: l.Features})
		spent += time.Since(start)
		for i := range events {
			d.Event(&events[i])
		}
		offset++
	}
	return items(t, d, nil, traffic), spent
}

func features(t testing.TB, cfg simulate.Config) iter.Seq[simulate.Labelled] {
	t.Helper()
	stream, err := simulate.Features(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// items are what a directory says of the traffic. It must know every report that is
// not alone.
func items(t testing.TB, d *federation.Directory, alone map[cluster.ReportID]bool, cfg simulate.Config) []score.Item {
	t.Helper()
	var out []score.Item
	for l := range features(t, cfg) {
		id, ok := d.Campaign(l.Features.Report)
		if !ok && !alone[l.Features.Report] {
			t.Fatalf("report %v is nowhere", l.Features.Report)
		}
		out = append(out, score.Item{Truth: l.Campaign, Corpus: l.Class.String(), Kind: string(l.Kind), Got: string(id)})
	}
	return out
}

// items are what became of the traffic.
func (w *world) items(traffic simulate.Config) []score.Item {
	return items(w.t, w.directory, w.alone, traffic)
}
