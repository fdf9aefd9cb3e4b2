package pipeline

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// upgraded is a toy engine that would group otherwise: under other names.
func upgraded() Engine {
	e := newToy().(*toyEngine)
	e.rule = func(letter string) string { return "new-" + letter }
	return e
}

// homes gives the campaign of each report that "events" assigns; it fails where one
// is assigned twice, a number is missing, or a campaign is announced twice.
func (w *world) homes() map[cluster.ReportID]string {
	out, created := make(map[cluster.ReportID]string), make(map[string]bool)
	for i, r := range w.topics[TopicEvents].parts[0] {
		ev, err := record.UnmarshalEvent(r.Value)
		if err != nil || ev.GetSeq() != uint64(i+1) {
			w.t.Fatalf("record %d of events: number %d, %v", i, ev.GetSeq(), err)
		}
		switch cluster.EventKind(ev.GetKind()) {
		case cluster.EventAssigned:
			id := cluster.ReportID(ev.GetReportId())
			if out[id] != "" {
				w.t.Errorf("report %v is assigned to %s and to %s", id, out[id], ev.GetCampaign())
			}
			out[id] = ev.GetCampaign()
		case cluster.EventCreated:
			if created[ev.GetCampaign()] {
				w.t.Errorf("campaign %s is created twice", ev.GetCampaign())
			}
			created[ev.GetCampaign()] = true
		}
	}
	return out
}

// TestUpgradeGoesOn: a program that groups otherwise takes over from one that was
// stopped or killed anywhere, with its snapshot, with one that is damaged or without
// one. What was said stays as it was said, nothing is said twice, all of it is stored.
func TestUpgradeGoesOn(t *testing.T) {
	for _, kept := range []string{"kept", "damaged", "gone"} {
		for _, op := range []string{TopicEvents + ".write", TopicFeatures + ".commit", "snapshot.save", ""} {
			for _, nth := range []int{1, 2, 3, 5} {
				for _, what := range []outcome{diesUndone, diesDone} {
					t.Run(fmt.Sprintf("%s/%s/%d/%v", kept, op, nth, what), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { upgrade(t, fault{op, nth, what}, kept) })
					})
				}
			}
		}
	}
}

func upgrade(t *testing.T, f fault, kept string) {
	w := newWorld(t, 2)
	w.faults = []fault{f}
	values, reports, _ := corpus()
	w.produce(values[:len(values)/2]...)
	w.produce(values[len(values)/2:]...)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.process(ctx, StageConfig{}) }() // until it is killed, or has done all
	synctest.Wait()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	before := w.homes()
	w.newEngine = upgraded
	switch {
	case kept == "damaged" && len(w.snapshots) > 0:
		w.snapshots = [][]byte{[]byte("{")}
	case kept == "gone":
		w.snapshots = nil
	}
	w.produce("a100", "a101", "b100", "z1", "z2")
	w.live(StageConfig{})
	after := w.homes()
	for id, home := range before {
		if after[id] != home {
			t.Errorf("report %v went from %s to %s", id, home, after[id])
		}
	}
	if z := after[reportOf("z1")]; z != "new-z" {
		t.Errorf("a new report is in %s, want new-z: the new rules do not apply", z)
	}
	reports = append(reports, "a100", "a101", "b100", "z1", "z2")
	for _, name := range reports {
		if n := w.rows[name]; n != 1 {
			t.Errorf("report %s is stored %d times, want once", name, n)
		}
	}
	if len(w.stored) != len(w.topics[TopicEvents].parts[0]) {
		t.Errorf("%d events stored, %d published", len(w.stored), len(w.topics[TopicEvents].parts[0]))
	}
}

// TestHistoryIsCut: retention took the first events and records, and the snapshot is
// gone. What is left is followed, and what comes is numbered on.
func TestHistoryIsCut(t *testing.T) {
	for _, cut := range []struct{ features, events int64 }{{0, 9}, {9, 0}, {12, 5}, {5, 12}, {100, 0}, {0, 100}} {
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1)
				values, _, _ := corpus()
				w.produce(values...)
				w.live(StageConfig{})
				before := w.homes()
				w.snapshots, w.newEngine = nil, upgraded
				features, events := int64(len(w.topics[TopicFeatures].parts[0])), int64(len(w.topics[TopicEvents].parts[0]))
				w.trimmed = map[string]int64{TopicFeatures: min(cut.features, features), TopicEvents: min(cut.events, events-1)}
				w.produce("z1")
				w.live(StageConfig{})
				after := w.homes()
				for id, home := range before {
					if after[id] != home {
						t.Errorf("report %v went from %s to %s", id, home, after[id])
					}
				}
				if after[reportOf("z1")] == "" || w.rows["z1"] != 1 {
					t.Error("what came after is not assigned and stored")
				}
			})
		})
	}
}

// TestForeignEvents: topic "features" was made anew and "events" was not.
func TestForeignEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		w.kill = func(error) {}
		w.append(TopicFeatures, 0, Record{Value: mustExtract(t, "a1")})
		value, err := record.MarshalEvent(&cluster.Event{Seq: 1, Kind: cluster.EventAssigned, Report: reportOf("b1"), Campaign: "b"})
		if err != nil {
			t.Fatal(err)
		}
		w.append(TopicEvents, 0, Record{Value: value})
		if err := w.clusterer(newToy).Run(t.Context()); !errors.Is(err, ErrForeignEvents) {
			t.Errorf("Run = %v, want ErrForeignEvents", err)
		}
	})
}

// clusterer is one that works on the world.
func (w *world) clusterer(engine func() Engine) *Clusterer {
	sink := func(topic string) memSink { return memSink{w: w, life: w.life, topic: topic} }
	return NewClusterer(ClustererConfig{
		Features: &memSource{w: w, life: w.life, stage: Stages()[1], batch: 3, police: func([]Record) {}}, Events: sink(TopicEvents),
		EventsTail: sink(TopicEvents), History: w.history(w.life), Dead: sink(TopicDead),
		Snapshots: memSnapshots{w, w.life}, NewEngine: engine,
	})
}

func mustExtract(t *testing.T, names string) []byte {
	t.Helper()
	values, err := toyExtract(t.Context(), Record{Value: []byte(names)})
	if err != nil || len(values) != 1 {
		t.Fatalf("extract %q: %d values, %v", names, len(values), err)
	}
	return values[0]
}

// TestNewerFieldsArePassedOver: during an upgrade workers of the new version write
// fields that an older clusterer and writer do not know. They use what they know.
func TestNewerFieldsArePassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		unknown := protowire.AppendString(protowire.AppendTag(nil, 1000, protowire.BytesType), "of a newer version")
		for _, name := range []string{"a1", "a2", "a3"} {
			w.append(TopicFeatures, 0, Record{Value: append(mustExtract(t, name), unknown...)})
		}
		w.produce("a4")
		w.live(StageConfig{})
		for _, name := range []string{"a1", "a2", "a3", "a4"} {
			if w.rows[name] != 1 {
				t.Errorf("report %s is stored %d times, want once", name, w.rows[name])
			}
		}
		if n := len(w.topics[TopicDead].parts[0]); n != 0 {
			t.Errorf("%d letters, want none", n)
		}
	})
}

// TestSecondPanicStops: where even passing a record over panics the clusterer says
// so and stops, rather than going round for ever.
func TestSecondPanicStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		w.kill = func(error) {}
		w.append(TopicFeatures, 0, Record{Value: mustExtract(t, "a1")})
		value, err := record.MarshalEvent(&cluster.Event{Seq: 1, Kind: cluster.EventAssigned, Report: reportOf("a1"), Campaign: "a"})
		if err != nil {
			t.Fatal(err)
		}
		w.append(TopicEvents, 0, Record{Value: value})
		err = w.clusterer(func() Engine { return brokenEngine{newToy()} }).Run(t.Context())
		if err == nil || errors.Is(err, errPanicked) {
			t.Errorf("Run = %v, want an error that says where it panicked", err)
		}
	})
}

// brokenEngine cannot follow.
type brokenEngine struct{ Engine }

func (brokenEngine) Follow(cluster.Entry, []cluster.Event, bool) []cluster.Event { panic("broken") }

// TestPausedClustererWroteAgain: what one that was paused wrote late, after another
// had taken over, is no reason to say anything anew.
func TestPausedClustererWroteAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		values, _, _ := corpus()
		w.produce(values...)
		w.live(StageConfig{})
		events := w.topics[TopicEvents].parts[0]
		n := len(events)
		for _, late := range events[n-9 : n-4] {
			w.append(TopicEvents, 0, Record{Value: late.Value})
		}
		w.produce("a200", "a201")
		w.live(StageConfig{})
		var seqs []uint64
		for _, r := range w.topics[TopicEvents].parts[0][n+5:] {
			ev, err := record.UnmarshalEvent(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			seqs = append(seqs, ev.GetSeq())
		}
		if diff := cmp.Diff([]uint64{uint64(n + 1), uint64(n + 2)}, seqs); diff != "" {
			t.Errorf("numbers of the events after the late ones (-want +got):\n%s", diff)
		}
		if w.rows["a200"] != 1 || w.rows["a201"] != 1 {
			t.Error("what came after is not stored once")
		}
	})
}
