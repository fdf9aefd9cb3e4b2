package pipeline

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"shoal/cluster"
	"shoal/pipeline/record"
)

func TestRetrySchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begin := time.Now()
		r := Retry{First: time.Second, Max: 5 * time.Second}
		err := r.do(t.Context(), slog.New(slog.DiscardHandler), "test", func(context.Context) error {
			at = append(at, time.Since(begin))
			if len(at) < 6 {
				return errFault
			}
			return nil
		}, func() {})
		if err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 12 * time.Second, 17 * time.Second}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestRetryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := DefaultRetry().do(ctx, slog.New(slog.DiscardHandler), "test", func(context.Context) error { return errFault }, func() {})
		if !errors.Is(err, errFault) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("do = %v, want the fault and the deadline", err)
		}
	})
}

// A stop in the middle lets the batch in hand become durable, and no more.
func TestStopFinishesWhatIsInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		values, _, _ := corpus()
		w.produce(values...)
		ctx, stop := context.WithCancel(t.Context())
		slow := slowSink{memSink{w: w, topic: TopicFeatures, limit: 1000}}
		worker := NewWorker(WorkerConfig{Source: &memSource{w: w, stage: Stages()[0], batch: 3, police: w.policeWorker},
			Features: slow, Dead: memSink{w: w, topic: TopicDead}, Extract: toyExtract})
		w.kill = func(error) {}
		done := make(chan error)
		go func() { done <- worker.Run(ctx) }()
		time.Sleep(1500 * time.Millisecond) // in the middle of the second write, in the bubble's time
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		committed, _ := w.Committed(ctx, GroupWorker, TopicReports)
		if got := worker.Progress().Records.Load(); got != committed[0] || got < 6 {
			t.Errorf("%d records done, %d committed: want the same, and the batch in hand with it", got, committed[0])
		}
	})
}

// slowSink takes a second for each write.
type slowSink struct{ memSink }

func (s slowSink) Write(ctx context.Context, recs []Record) error {
	if !sleep(ctx, time.Second) {
		return ctx.Err()
	}
	return s.memSink.Write(ctx, recs)
}

func TestStopIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		w.produce("a1", "a2")
		ctx, stop := context.WithCancel(t.Context())
		worker := NewWorker(WorkerConfig{StageConfig: StageConfig{Grace: 3 * time.Second},
			Source: &memSource{w: w, stage: Stages()[0], batch: 3}, Features: deadSink{}, Dead: deadSink{}, Extract: toyExtract})
		done := make(chan error)
		go func() { done <- worker.Run(ctx) }()
		synctest.Wait()
		stop()
		began := time.Now()
		if err := <-done; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("the stop took %v, want the grace of 3s", took)
		}
	})
}

// deadSink is a broker that is away.
type deadSink struct{}

func (deadSink) Write(context.Context, []Record) error { return errFault }

// A snapshot that cannot be used leads to a replay with the same events.
func TestUnusableSnapshotIsReplayed(t *testing.T) {
	foreign := newToy().(*toyEngine)
	foreign.S, foreign.O = 1000, 2000
	for name, snapshot := range map[string][]byte{"damaged": []byte("{"), "foreign": foreign.Snapshot()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 2)
				w.snapshots = append(w.snapshots, snapshot)
				values, reports, dead := corpus()
				w.produce(values...)
				w.live(StageConfig{})
				before := len(w.topics[TopicDead].parts[0])
				w.snapshots = append(w.snapshots, snapshot)
				w.produce("more1")
				w.live(StageConfig{})
				w.check(append(reports, "more1"), dead)
				if after := len(w.topics[TopicDead].parts[0]); after != before {
					t.Errorf("a replay buried %d records again", after-before)
				}
			})
		})
	}
}

func TestNewerRecordStopsTheClusterer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		w.kill = func(error) {}
		w.append(TopicFeatures, 0, Record{Value: []byte{0x08, 0x7f}}) // version 127
		sink := func(topic string) memSink { return memSink{w: w, topic: topic} }
		c := NewClusterer(ClustererConfig{Features: &memSource{w: w, stage: Stages()[1], batch: 3}, Events: sink(TopicEvents),
			EventsTail: sink(TopicEvents), History: w.history(0), Dead: sink(TopicDead), Snapshots: memSnapshots{w, 0}, NewEngine: newToy})
		if err := c.Run(t.Context()); !errors.Is(err, record.ErrVersion) {
			t.Errorf("Run = %v, want ErrVersion", err)
		}
		if n := len(w.topics[TopicDead].parts[0]); n != 0 {
			t.Errorf("%d letters: a record of a newer version is not dead", n)
		}
	})
}

func TestWriterTakesRepeatsAndGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		var logged bytes.Buffer
		reg := prometheus.NewRegistry()
		for _, seq := range []uint64{1, 2, 2, 1, 3, 6, 5, 7} {
			b, err := record.MarshalEvent(&cluster.Event{Seq: seq, Kind: cluster.EventCreated, Campaign: "c"})
			if err != nil {
				t.Fatal(err)
			}
			w.append(TopicEvents, 0, Record{Value: b})
		}
		w.append(TopicEvents, 0, Record{Value: []byte("garbage")})
		ctx, stop := context.WithCancel(t.Context())
		writer := NewWriter(WriterConfig{
			StageConfig: StageConfig{Log: slog.New(slog.NewTextHandler(&logged, nil)), Registerer: reg},
			Events:      &memSource{w: w, stage: Stages()[2], batch: 4, police: func([]Record) {}},
			Features:    &memSource{w: w, stage: Stages()[1]}, Dead: memSink{w: w, topic: TopicDead}, Store: memStore{w, 0},
		})
		done := make(chan error)
		go func() { done <- writer.Run(ctx) }()
		if err := drainStage(ctx, w, Stages()[2], time.Second); err != nil {
			t.Fatal(err)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for _, seq := range []uint64{1, 2, 3, 6, 7} {
			if w.stored[seq] == "" {
				t.Errorf("event %d is not stored", seq)
			}
		}
		for _, want := range []string{"events are missing", "went to the dead letter"} {
			if !strings.Contains(logged.String(), want) {
				t.Errorf("the log does not say %q", want)
			}
		}
		for name, want := range map[string]float64{
			"shoal_writer_missing_events_total": 2, "shoal_writer_repeated_events_total": 3,
			"shoal_stage_records_total": 9, "shoal_stage_written_total": 5, "shoal_stage_dead_total": 1,
		} {
			if got := metric(t, reg, name); got != want {
				t.Errorf("%s = %v, want %v", name, got, want)
			}
		}
	})
}

func metric(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func TestLostRowStillCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		reader := &memSource{w: w, stage: Stage{Name: ".rows", Topic: TopicFeatures}, batch: 1, assigned: true, at: []int64{0}}
		writer := NewWriter(WriterConfig{Features: reader})
		for _, ev := range []*record.Event{{Seq: 1, Offset: 7, TimeMs: 5}, {Seq: 2, Offset: 0, TimeMs: 5}} {
			if ev.Offset == 0 { // there, and of another report
				b, _ := record.MarshalReport(&cluster.Features{Report: reportOf("x")}, &record.Row{Name: "x"})
				w.append(TopicFeatures, 0, Record{Value: b})
			}
			row, _, err := writer.row(t.Context(), ev)
			if err != nil || !cmp.Equal(row.GetDefects(), []string{DefectRowLost}) || row.GetReceivedAtMs() != 5 {
				t.Errorf("row of event %d = %v, %v, want one that says it is lost", ev.Seq, row, err)
			}
		}
	})
}

// A letter that was replayed and died again has one origin and one reason.
func TestLetterOfALetter(t *testing.T) {
	rec := Record{Topic: TopicReports, Partition: 3, Offset: 9, Value: []byte("x"),
		Headers: []Header{{"recipient", []byte("a@example.org")}, {HeaderOriginTopic, []byte("hostile")}}}
	first := letter(rec, &DeadError{ReasonUnreadable, errors.New(strings.Repeat("long", 1000))})
	first.Topic, first.Offset = TopicDead, 1
	again := letter(first, &DeadError{Reason: ReasonPanic})
	want := []Header{{"recipient", []byte("a@example.org")}, {HeaderReason, []byte("panic")}, {HeaderOriginTopic, []byte(TopicDead)},
		{HeaderOriginPartition, []byte("0")}, {HeaderOriginOffset, []byte("1")}}
	if diff := cmp.Diff(want, again.Headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if n := len(value(first.Headers, HeaderDetail)); n != maxDetail {
		t.Errorf("detail of %d bytes, want %d", n, maxDetail)
	}
	if diff := cmp.Diff(rec.Headers[:1], LetterHeaders(first.Headers)); diff != "" {
		t.Errorf("LetterHeaders (-want +got):\n%s", diff)
	}
}
