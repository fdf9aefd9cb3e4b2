package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/extract"
	"shoal/pipeline/intake"
	"shoal/pipeline/kafka"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
	"shoal/pipeline/store/storetest"
)

// BenchmarkRoad measures the road of a report, each stage by itself in one
// goroutine and then the whole program, over the messages of the folder
// SHOAL_DEV_DATA, else over those of testdata. One operation is the whole set.
//
// messages/cpu-s is the rate per core: messages in a second of processor time,
// the collector's and the engine's included. peak-MB is how much the resident
// memory grew at most.
func BenchmarkRoad(b *testing.B) {
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "testdata", "messages")
	}
	benchRoad(b, newSample(b, dir))
}

// BenchmarkRoadSimulated is BenchmarkRoad over 20,000 simulated messages: their
// batches and inserts are large, and the engines' start is a small part.
func BenchmarkRoadSimulated(b *testing.B) { benchRoad(b, newSample(b, traffic20k(b))) }

// traffic20k writes 20,000 simulated messages and gives their folder.
func traffic20k(b *testing.B) string {
	dir := filepath.Join(b.TempDir(), "traffic")
	if out, err := exec.Command("shoal", "simulate", "-q", "--reports", "20000", "--seed", "1", "--out", dir).CombinedOutput(); err != nil {
		b.Fatalf("simulate: %v: %s", err, out)
	}
	return filepath.Join(dir, "messages")
}

func benchRoad(b *testing.B, s *sample) {
	library := embeddedtest.Library(b)
	b.Run("read", s.read)
	b.Run("parse", s.parse)
	b.Run("extract", s.extract)
	b.Run("cluster", s.cluster)
	b.Run("broker", s.broker)
	b.Run("store", s.store)
	b.Run("whole", func(b *testing.B) { s.whole(b, library) })
}

// sample is a set of messages and what each stage makes of it.
type sample struct {
	path    string
	bytes   int64
	reports []pipeline.Report
	// Records of the three topics.
	raw, features, events []pipeline.Record
	// What each stage that was measured takes of the processor for the set.
	stages map[string]time.Duration
}

func newSample(b *testing.B, dir string) *sample {
	s := &sample{path: dir, stages: map[string]time.Duration{}}
	var err error
	if s.reports, err = readReports(b.Context(), s.path); err != nil {
		b.Fatal(err)
	}
	for i := range s.reports {
		rec := intake.ToRecord(&s.reports[i])
		rec.Time = time.Unix(1_800_000_000, 0)
		s.raw, s.bytes = append(s.raw, rec), s.bytes+int64(len(rec.Value))
	}
	if s.features, err = s.extracted(b.Context()); err != nil {
		b.Fatal(err)
	}
	if s.events, err = clustered(cluster.NewEngine(cluster.DefaultConfig()), s.features); err != nil {
		b.Fatal(err)
	}
	return s
}

// readReports reads and unwraps what is at a path.
func readReports(ctx context.Context, path string) ([]pipeline.Report, error) {
	var out []pipeline.Report
	err := intake.NewReader(intake.ReaderConfig{}).Read(ctx, path, func(it intake.Item) error {
		if it.Err == nil {
			out = append(out, it.Report("")...)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("no messages in %s", path)
	}
	return out, err
}

// benchExtraction is the extraction with a key that is known to all.
func benchExtraction() extract.Config { return extract.Config{Key: make([]byte, 32)} }

// extracted is what a worker of one goroutine makes of the set.
func (s *sample) extracted(ctx context.Context) ([]pipeline.Record, error) {
	work, err := extraction(benchExtraction(), nil)
	if err != nil {
		return nil, err
	}
	var out []pipeline.Record
	for _, rec := range s.raw {
		values, err := work(ctx, rec)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			out = append(out, pipeline.Record{Value: v})
		}
	}
	return out, nil
}

// clustered is what the clusterer makes of features.
func clustered(e *cluster.Engine, features []pipeline.Record) ([]pipeline.Record, error) {
	var out []pipeline.Record
	for i, rec := range features {
		entry, err := record.UnmarshalEntry(rec.Value)
		if err != nil {
			return nil, err
		}
		entry.Offset = int64(i)
		for _, ev := range e.Step(entry) {
			value, err := record.MarshalEvent(&ev)
			if err != nil {
				return nil, err
			}
			out = append(out, pipeline.Record{Value: value})
		}
	}
	return out, nil
}

// meter takes what a stage costs beside its time.
type meter struct {
	b         *testing.B
	cpu, idle time.Duration
	resident  float64
	known     bool // whether the peak is that of this stage alone
}

func newMeter(b *testing.B) *meter {
	debug.FreeOSMemory()
	m := &meter{b: b, resident: memory("self", "VmRSS"), cpu: ownCPU()}
	m.known = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil // the peak begins anew: proc(5)
	return m
}

// aside does what is not to be measured.
func (m *meter) aside(do func()) {
	m.b.StopTimer()
	began := ownCPU()
	do()
	m.idle += ownCPU() - began
	m.b.StartTimer()
}

// report tells the figures of a stage that took the set b.N times; other is
// processor time that it had used in another process.
func (m *meter) report(s *sample, other time.Duration) {
	cpu := ownCPU() - m.cpu - m.idle + other
	n := float64(m.b.N * len(s.reports))
	s.stages[filepath.Base(m.b.Name())] = cpu / time.Duration(m.b.N)
	m.b.SetBytes(s.bytes)
	m.b.ReportMetric(n/m.b.Elapsed().Seconds(), "messages/s")
	m.b.ReportMetric(n/cpu.Seconds(), "messages/cpu-s")
	if m.known {
		m.b.ReportMetric(memory("self", "VmHWM")-m.resident, "peak-MB")
	}
}

func (s *sample) read(b *testing.B) {
	m := newMeter(b)
	for b.Loop() {
		if _, err := readReports(b.Context(), s.path); err != nil {
			b.Fatal(err)
		}
	}
	m.report(s, 0)
}

func (s *sample) parse(b *testing.B) {
	parser := message.New(message.Default())
	m := newMeter(b)
	for b.Loop() {
		for i := range s.reports {
			parser.Parse(s.reports[i].Raw)
		}
	}
	m.report(s, 0)
}

func (s *sample) extract(b *testing.B) {
	parser := message.New(message.Default())
	parsed := make([]*message.Message, len(s.reports))
	for i := range parsed {
		parsed[i] = parser.Parse(s.reports[i].Raw)
	}
	m := newMeter(b)
	for b.Loop() {
		x, err := extract.New(benchExtraction()) // what it remembers is of one run
		if err != nil {
			b.Fatal(err)
		}
		for i := range parsed {
			if _, err := record.MarshalReport(x.Extract(&s.reports[i], parsed[i])); err != nil {
				b.Fatal(err)
			}
		}
	}
	m.report(s, 0)
}

// cluster decodes features, steps an empty engine and encodes its events.
func (s *sample) cluster(b *testing.B) {
	var e *cluster.Engine
	m := newMeter(b)
	for b.Loop() {
		m.aside(func() {
			e = nil
			runtime.GC() // one engine at a time
			e = cluster.NewEngine(cluster.DefaultConfig())
		})
		if _, err := clustered(e, s.features); err != nil {
			b.Fatal(err)
		}
	}
	m.report(s, 0)
}

// broker writes and reads all three topics on the embedded broker.
func (s *sample) broker(b *testing.B) {
	broker, err := embedded.OpenBroker(embedded.BrokerConfig{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer broker.Close()
	client, err := kafka.NewClient(kafka.DefaultConfig(broker.Addr()), kafka.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	topics := kafka.DefaultTopics()
	topics.Partitions = 1
	if err := client.EnsureTopics(b.Context(), topics); err != nil {
		b.Fatal(err)
	}
	m := newMeter(b)
	for b.Loop() {
		for _, t := range []struct {
			topic string
			recs  []pipeline.Record
		}{{pipeline.TopicReports, s.raw}, {pipeline.TopicFeatures, s.features}, {pipeline.TopicEvents, s.events}} {
			if err := through(b.Context(), client, t.topic, t.recs); err != nil {
				b.Fatal(err)
			}
		}
	}
	m.report(s, 0)
}

// through writes records to a topic, as an import does, and reads them back.
func through(ctx context.Context, c *kafka.Client, topic string, recs []pipeline.Record) error {
	reader := c.NewReader(topic)
	end, err := reader.End(ctx)
	if err != nil {
		return err
	}
	reader.SetOffset(end)
	sink := c.NewSink(topic)
	for left := recs; len(left) > 0; {
		n := batchOf(left)
		if err := sink.Write(ctx, left[:n]); err != nil {
			return err
		}
		left = left[n:]
	}
	for n := 0; n < len(recs); {
		got, err := reader.Fetch(ctx)
		if err != nil {
			return err
		}
		n += len(got)
	}
	return nil
}

// batchOf is how many records an import writes at a time.
func batchOf(recs []pipeline.Record) int {
	size := 0
	for i := range recs {
		if size += len(recs[i].Value); i+1 == importRecords || size >= importBytes {
			return i + 1
		}
	}
	return len(recs)
}

// store decodes events and rows and inserts them into an empty database.
func (s *sample) store(b *testing.B) {
	engine := embeddedtest.ClickHouse(b)
	db := storetest.Open(b, socketURL(engine.Socket))
	pid := strconv.Itoa(engine.PID)
	m := newMeter(b)
	var used time.Duration
	for b.Loop() {
		m.aside(func() {
			for _, table := range []string{"report_rows", "campaign_rows", "lineage_rows"} {
				if err := db.Exec(b.Context(), "TRUNCATE TABLE shoal."+table); err != nil {
					b.Fatal(err)
				}
			}
		})
		before := cpuOf(pid).own
		batch, err := s.batch()
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Insert(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		used += cpuOf(pid).own - before
	}
	m.report(s, used)
	b.ReportMetric(memory(pid, "VmHWM"), "engine-MB")
}

// batch is what the writer makes of the two logs.
func (s *sample) batch() (batch pipeline.Batch, err error) {
	rows := make(map[cluster.ReportID]*record.Row, len(s.features))
	for _, rec := range s.features {
		id, row, err := record.UnmarshalReport(rec.Value)
		if err != nil {
			return batch, err
		}
		rows[id] = row
	}
	for _, rec := range s.events {
		ev, err := record.UnmarshalEvent(rec.Value)
		if err != nil {
			return batch, err
		}
		var row *record.Row
		if cluster.EventKind(ev.GetKind()) == cluster.EventAssigned {
			row = rows[cluster.ReportID(ev.GetReportId())]
		}
		batch.Events, batch.Rows = append(batch.Events, ev), append(batch.Rows, row)
	}
	return batch, nil
}
