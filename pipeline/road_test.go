package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// toyEngine joins reports whose names begin with the same letter. It is an
// Engine as far as delivery is concerned.
type toyEngine struct {
	rule   func(name string) string // what it groups by; nil for the letter itself
	S      uint64
	O      int64
	Groups map[string]int
	Seen   map[string]bool
}

func newToy() Engine {
	return &toyEngine{O: -1, Groups: map[string]int{}, Seen: map[string]bool{}}
}

func (e *toyEngine) Seq() uint64   { return e.S }
func (e *toyEngine) Offset() int64 { return e.O }

func (e *toyEngine) Step(in cluster.Entry) (out []cluster.Event) {
	if in.Offset <= e.O {
		return nil
	}
	e.O = in.Offset
	emit := func(ev cluster.Event) {
		e.S++
		ev.Seq, ev.Offset = e.S, in.Offset
		out = append(out, ev)
	}
	if in.Features == nil {
		return nil
	}
	id := in.Features.Report
	if in.Features.BodyDigest == "!" {
		clear(e.Groups) // half changed
		panic("secret of a recipient")
	}
	if e.Seen[id.String()] {
		emit(cluster.Event{Kind: cluster.EventRepeat, Report: id})
		return out
	}
	e.Seen[id.String()] = true
	group := in.Features.BodyDigest
	if e.rule != nil {
		group = e.rule(group)
	}
	if e.Groups[group]++; e.Groups[group] == 2 {
		emit(cluster.Event{Kind: cluster.EventCreated, Campaign: cluster.CampaignID(group)})
	}
	emit(cluster.Event{Kind: cluster.EventAssigned, Report: id, Campaign: cluster.CampaignID(group)})
	return out
}

func (e *toyEngine) Follow(in cluster.Entry, published []cluster.Event, all bool) (out []cluster.Event) {
	e.O = in.Offset
	var home cluster.CampaignID
	complete := all
	for _, ev := range published {
		e.S = ev.Seq
		switch ev.Kind {
		case cluster.EventCreated:
			home = ev.Campaign
		case cluster.EventAssigned:
			e.Groups[string(ev.Campaign)]++
			e.Seen[ev.Report.String()] = true
			complete = true
		case cluster.EventRepeat:
			complete = true
		}
	}
	if !complete {
		e.S++
		e.Groups[string(home)]++
		e.Seen[in.Features.Report.String()] = true
		out = append(out, cluster.Event{Seq: e.S, Offset: in.Offset, Kind: cluster.EventAssigned, Report: in.Features.Report, Campaign: home})
	}
	return out
}

func (e *toyEngine) Snapshot() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return b
}

func (e *toyEngine) Restore(b []byte) error {
	into := newToy().(*toyEngine)
	if err := json.Unmarshal(b, into); err != nil {
		return err
	}
	into.rule = e.rule
	*e = *into
	return nil
}

func reportOf(name string) (id cluster.ReportID) {
	sum := sha256.Sum256([]byte(name))
	copy(id[:], sum[:])
	return id
}

// toyExtract reads a report's text: names of reports, divided by spaces. Some
// words make trouble.
func toyExtract(_ context.Context, rec Record) (out [][]byte, err error) {
	for _, word := range strings.Fields(string(rec.Value)) {
		switch word {
		case "!unreadable":
			return nil, Dead(ReasonUnreadable, errors.New("no message"))
		case "!panic":
			panic("secret of a recipient")
		case "!garbage":
			out = append(out, []byte("garbage"))
		case "!invalid":
			b, _ := record.MarshalReport(&cluster.Features{Subject: make([]uint32, cluster.MaxSubject+1)}, &record.Row{})
			out = append(out, b)
		case "!boom":
			b, _ := record.MarshalReport(&cluster.Features{Report: reportOf(word), BodyDigest: "!"}, &record.Row{})
			out = append(out, b)
		case "!large":
			out = append(out, make([]byte, 2000))
		default:
			f := &cluster.Features{Report: reportOf(word), BodyDigest: word[:1]}
			b, err := record.MarshalReport(f, &record.Row{Name: word})
			if err != nil {
				return nil, err
			}
			out = append(out, b)
		}
	}
	return out, nil
}

// corpus is what the tests send: reports, some of them twice, and trouble.
func corpus() (values []string, reports []string, dead map[string]Reason) {
	dead = map[string]Reason{
		"!unreadable": ReasonUnreadable, "!panic": ReasonPanic, "!garbage": ReasonUnreadable,
		"!invalid": ReasonInvalid, "!large": ReasonTooLarge, "": ReasonEmpty, "!boom": ReasonPanic,
	}
	trouble := []string{"!unreadable", "!panic", "!garbage", "!invalid", "!large", ""}
	for i := range 30 {
		name := fmt.Sprintf("%c%d", 'a'+i%4, i)
		values, reports = append(values, name), append(reports, name)
		if i%5 == 0 {
			values = append(values, trouble[i/5])
		}
		if i%7 == 0 {
			values = append(values, name)
		}
	}
	values = slices.Insert(values, len(values)/2, "!boom")
	values, reports = append(values, "two1 two2"), append(reports, "two1", "two2")
	return values, reports, dead
}

// process is one life of all three stages.
func (w *world) process(ctx context.Context, cfg StageConfig) error {
	w.mu.Lock()
	life := w.life
	ctx, w.kill = context.WithCancelCause(ctx)
	w.mu.Unlock()
	sink := func(topic string) memSink { return memSink{w: w, life: life, topic: topic} }
	features := sink(TopicFeatures)
	features.limit = 1000
	source := func(s Stage, police func([]Record)) *memSource {
		return &memSource{w: w, life: life, stage: s, batch: 3, police: police}
	}
	stages := Stages()
	for i := range stages {
		stages[i].Name = ""
	}
	worker := NewWorker(WorkerConfig{StageConfig: cfg, Source: source(stages[0], w.policeWorker),
		Features: features, Dead: sink(TopicDead), Extract: toyExtract, Parallel: 3})
	clusterer := NewClusterer(ClustererConfig{StageConfig: cfg, Features: source(stages[1], w.policeClusterer),
		Events: sink(TopicEvents), EventsTail: sink(TopicEvents), History: w.history(life), Dead: sink(TopicDead),
		Snapshots: memSnapshots{w, life}, NewEngine: w.newEngine, SnapshotRecords: 7})
	reader := source(Stage{Name: ".rows", Topic: TopicFeatures}, nil)
	reader.assigned, reader.at = true, []int64{0}
	writer := NewWriter(WriterConfig{StageConfig: cfg, Events: source(stages[2], w.policeWriter), Features: reader,
		Dead: sink(TopicDead), Store: memStore{w, life}, MaxEvents: 5, Linger: time.Second})
	var group errgroup.Group
	for _, run := range []func(context.Context) error{worker.Run, clusterer.Run, writer.Run} {
		group.Go(func() error { return run(ctx) })
	}
	return group.Wait()
}

// history reads "events".
func (w *world) history(life int) *memSource {
	return &memSource{w: w, life: life, stage: Stage{Name: ".history", Topic: TopicEvents}, batch: 3, assigned: true, at: []int64{0}}
}

// policeWorker: what is committed has features or a letter.
func (w *world) policeWorker(recs []Record) {
	durable := make(map[string]bool)
	for _, r := range w.topics[TopicFeatures].parts[0] {
		if id, _, err := record.UnmarshalReport(r.Value); err == nil {
			durable[id.String()] = true
		} else {
			durable["!garbage"] = true
		}
	}
	for _, r := range w.topics[TopicDead].parts[0] {
		durable[string(r.Value)] = true
	}
	for _, r := range recs {
		for _, word := range append(strings.Fields(string(r.Value)), "") {
			if word != "" && !strings.HasPrefix(word, "!") {
				word = reportOf(word).String()
			}
			if word == "!invalid" || word == "!boom" || word == "" && len(r.Value) > 0 {
				continue
			}
			if !durable[word] {
				w.t.Errorf("report %q committed before it was durable", r.Value)
			}
		}
	}
}

// expected steps a fresh engine over what "features" holds.
func (w *world) expected() (events []string) {
	e := newToy()
	for _, r := range w.topics[TopicFeatures].parts[0] {
		if !usable(r) {
			continue
		}
		entry, _ := readEntry(r)
		for _, ev := range e.Step(entry) {
			b, _ := record.MarshalEvent(&ev)
			events = append(events, string(b))
		}
	}
	return events
}

// policeClusterer: the events of what is committed are published.
func (w *world) policeClusterer(recs []Record) {
	said := make(map[int64]bool)
	for _, r := range w.topics[TopicEvents].parts[0] {
		ev, err := record.UnmarshalEvent(r.Value)
		if kind := cluster.EventKind(ev.GetKind()); err == nil && (kind == cluster.EventAssigned || kind == cluster.EventRepeat) {
			said[ev.GetOffset()] = true
		}
	}
	last := recs[len(recs)-1].Offset
	for _, r := range w.topics[TopicFeatures].parts[0][:last+1] {
		if usable(r) && !said[r.Offset] {
			w.t.Errorf("features committed to %d, and what became of %d is not published", last, r.Offset)
		}
	}
}

// usable says whether events follow from a record of "features".
func usable(r Record) bool {
	entry, err := readEntry(r)
	return err == nil && (entry.Features == nil || entry.Features.BodyDigest != "!")
}

// log gives the events as they are in the topic.
func (w *world) log() (events []string) {
	for _, r := range w.topics[TopicEvents].parts[0] {
		events = append(events, string(r.Value))
	}
	return events
}

// policeWriter: what is committed is stored.
func (w *world) policeWriter(recs []Record) {
	for _, r := range w.topics[TopicEvents].parts[0][:recs[len(recs)-1].Offset+1] {
		ev, err := record.UnmarshalEvent(r.Value)
		if err == nil && w.stored[ev.GetSeq()] == "" {
			w.t.Errorf("event %d committed before it was stored", ev.GetSeq())
		}
	}
}

// memStore is a Store that wants the same event under the same number.
type memStore struct {
	w    *world
	life int
}

func (s memStore) Insert(ctx context.Context, b Batch) error {
	return s.w.do(ctx, s.life, "store.insert", func() {
		for i, ev := range b.Events {
			text := ev.String()
			if old := s.w.stored[ev.GetSeq()]; old != "" && old != text {
				s.w.t.Errorf("event %d stored as %s, then as %s", ev.GetSeq(), old, text)
			} else if old == "" && ev.GetKind() == uint32(cluster.EventAssigned) {
				if row := b.Rows[i]; row == nil {
					s.w.t.Errorf("event %d has no row", ev.GetSeq())
				} else if id := reportOf(row.GetName()); string(id[:]) != string(ev.GetReportId()) {
					s.w.t.Errorf("event %d has the row of %s", ev.GetSeq(), row.GetName())
				} else {
					s.w.rows[row.GetName()]++
				}
			}
			s.w.stored[ev.GetSeq()] = text
		}
	})
}

// live runs processes one after the other, until everything is stored. It says
// how many there were.
func (w *world) live(cfg StageConfig) int {
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Hour)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- Drain(ctx, w, time.Second) }()
	for n := 1; ; n++ {
		stop, end := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- w.process(stop, cfg) }()
		select {
		case err := <-drained:
			end()
			if err := errors.Join(err, <-done); err != nil {
				w.t.Errorf("process %d: %v", n, err)
			}
			return n
		case err := <-done:
			end()
			if err != nil {
				w.t.Errorf("process %d ended with %v", n, err)
				return n
			}
		}
	}
}

// check says whether the end is what it has to be, whatever happened before.
func (w *world) check(reports []string, dead map[string]Reason) {
	t := w.t
	for _, name := range reports {
		if n := w.rows[name]; n != 1 {
			t.Errorf("report %s is stored %d times, want once", name, n)
		}
	}
	if len(w.rows) != len(reports) {
		t.Errorf("%d reports stored, want %d", len(w.rows), len(reports))
	}
	want := w.expected()
	if diff := cmp.Diff(want, w.log()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if len(w.stored) != len(want) {
		t.Errorf("%d events stored, want %d", len(w.stored), len(want))
	}
	w.checkDead(dead)
}

// checkDead wants a letter of each reason, and each once but for repeats of its origin.
func (w *world) checkDead(dead map[string]Reason) {
	got := make(map[Reason]map[string]bool)
	for _, l := range w.topics[TopicDead].parts[0] {
		reason := Reason(value(l.Headers, HeaderReason))
		origin := fmt.Sprintf("%s/%s/%s", value(l.Headers, HeaderOriginTopic), value(l.Headers, HeaderOriginPartition), value(l.Headers, HeaderOriginOffset))
		if got[reason] == nil {
			got[reason] = make(map[string]bool)
		}
		got[reason][origin] = true
		if strings.Contains(fmt.Sprintf("%s", l.Headers), "secret") {
			w.t.Error("a letter tells what a panic said")
		}
	}
	for text, reason := range dead {
		if len(got[reason]) == 0 {
			w.t.Errorf("no letter for %q with reason %s", text, reason)
		}
	}
}

func TestRoadUndisturbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		values, reports, dead := corpus()
		w.produce(values...)
		if n := w.live(StageConfig{}); n != 1 {
			t.Errorf("%d processes, want 1", n)
		}
		w.check(reports, dead)
		if n := len(w.topics[TopicDead].parts[0]); n != len(dead) {
			t.Errorf("%d letters, want %d", n, len(dead))
		}
		for _, l := range w.topics[TopicDead].parts[0] {
			if string(value(l.Headers, "source")) != "user" && string(value(l.Headers, HeaderOriginTopic)) == TopicReports {
				t.Errorf("letter %q lost its headers", l.Value)
			}
		}
	})
}

// TestRoadDisturbed lets each operation on something durable go wrong in each
// way, the first time, the second, and so on. The end is always the same.
func TestRoadDisturbed(t *testing.T) {
	counts := roadOps(t)
	outcomes := []outcome{failsUndone, failsDone, diesUndone, diesDone, failsForAWhile}
	for _, op := range slices.Sorted(maps.Keys(counts)) {
		ways := outcomes
		if strings.HasSuffix(op, ".fetch") || strings.HasSuffix(op, ".claim") {
			ways = []outcome{takenAway, diesUndone}
		} else if strings.HasSuffix(op, ".commit") {
			ways = append(slices.Clone(outcomes), takenAway)
		}
		if op == TopicFeatures+".rows.fetch" {
			ways = []outcome{diesUndone}
		}
		for _, what := range ways {
			for _, nth := range []int{1, 2, 3, 5, max(6, counts[op]-1), max(7, counts[op])} {
				t.Run(fmt.Sprintf("%s/%v/%d", op, what, nth), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { disturb(t, fault{op, nth, what}) })
				})
			}
		}
	}
}

func disturb(t *testing.T, f fault) {
	w := newWorld(t, 2)
	w.faults = []fault{f}
	values, reports, dead := corpus()
	w.produce(values...)
	w.live(StageConfig{})
	w.check(reports, dead)
	struck, deadly := w.counts[f.op] >= f.nth, f.what == diesUndone || f.what == diesDone
	if died := w.life > 0; died != (struck && deadly) {
		t.Errorf("process died: %v, though the fault struck: %v", died, struck)
	}
}

// roadOps counts the operations of an undisturbed run.
func roadOps(t *testing.T) (counts map[string]int) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		values, _, _ := corpus()
		w.produce(values...)
		w.live(StageConfig{})
		counts = w.counts
	})
	return counts
}
