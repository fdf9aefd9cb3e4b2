package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"shoal/cluster"
	"shoal/cluster/federation"
	"shoal/pipeline/record"
)

// memParts is one partition of a round in memory: it gives out what is there from
// where it was told to, once, and then waits for the end.
type memParts struct {
	recs      []Record
	committed int64
	ask       func(context.Context, []Assignment) error
	from      int64
	given     bool
}

func (p *memParts) OnAssign(ask func(context.Context, []Assignment) error) { p.ask = ask }

func (p *memParts) Fetch(ctx context.Context) ([]Record, error) {
	if p.given {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	p.given = true
	given := []Assignment{{Committed: p.committed}}
	if err := p.ask(ctx, given); err != nil {
		return nil, err
	}
	p.from = given[0].From
	return slices.Clone(p.recs[p.from:]), nil
}

func (p *memParts) Commit(_ context.Context, recs ...Record) error {
	for _, rec := range recs {
		if rec.Offset+1 <= p.committed {
			return errors.New("commit takes the mark back")
		}
		p.committed = rec.Offset + 1
	}
	return nil
}

// keptSink keeps what is written, and ends the stage once it has all that it waits for.
type keptSink struct {
	recs []Record
	want int
	done context.CancelFunc
}

func (s *keptSink) Write(_ context.Context, recs []Record) error {
	s.recs = append(s.recs, recs...)
	if len(s.recs) >= s.want {
		s.done()
	}
	return nil
}

// oneSnapshot keeps the last one.
type oneSnapshot struct{ last []byte }

func (s *oneSnapshot) Load(context.Context) ([]byte, bool, error) { return s.last, s.last != nil, nil }
func (s *oneSnapshot) Save(_ context.Context, b []byte) error     { s.last = slices.Clone(b); return nil }

// toyLocal finds every report alone and panics at a time of 13. Its state is how many
// reports it took, and up to where.
type toyLocal struct {
	offset int64
	taken  int
}

func (e *toyLocal) Step(offset int64, f *cluster.Features) federation.Output {
	if e.offset = offset; f.Time == 13 {
		panic("thirteen")
	}
	e.taken++
	found := cluster.Finding{Kind: cluster.FindingAlone}
	return federation.Output{
		Verdict: federation.Alone, Next: f,
		Entries: []cluster.Entry{{Features: f, Finding: &found, Copies: uint32(e.taken)}},
	}
}
func (e *toyLocal) Learn(offset int64, f *cluster.Features) federation.Output {
	return e.Step(offset, f)
}
func (e *toyLocal) Offset() int64    { return e.offset }
func (e *toyLocal) Snapshot() []byte { return fmt.Append(nil, e.offset, " ", e.taken) }
func (e *toyLocal) Restore(b []byte) error {
	_, err := fmt.Sscan(string(b), &e.offset, &e.taken)
	return err
}

// runLocal runs a stage until it has written want records.
func runLocal(t *testing.T, parts *memParts, snapshots *oneSnapshot, want int) (features, next []Record) {
	t.Helper()
	ctx, done := context.WithCancel(t.Context())
	defer done()
	out, passed := &keptSink{want: want, done: done}, &keptSink{want: 1 << 30}
	l := NewLocal(LocalConfig{
		Reports: parts, Features: out, Next: passed, Warm: 3,
		Snapshots: func(int) Snapshots { return snapshots },
		NewEngine: func() LocalEngine { return &toyLocal{offset: -1} },
	})
	if err := l.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return out.recs, passed.recs
}

func localRecords(t *testing.T, times ...int64) []Record {
	t.Helper()
	var out []Record
	for i, at := range times {
		value := []byte("no record")
		if at >= 0 {
			var err error
			if value, err = record.MarshalReport(&cluster.Features{Report: cluster.ReportID{byte(i)}, Time: at}, &record.Row{Name: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, Record{Offset: int64(i), Value: value})
	}
	return out
}

// copies are how many reports the engine had taken at each record that has a finding,
// -1 where there is none.
func copies(t *testing.T, recs []Record) (out []int) {
	t.Helper()
	for _, rec := range recs {
		entry, err := record.UnmarshalEntry(rec.Value)
		switch {
		case err != nil, entry.Finding == nil:
			out = append(out, -1)
		default:
			out = append(out, int(entry.Copies))
		}
	}
	return out
}

// TestLocalPassesOn: what cannot be read, and what an engine panics at, goes on to the
// global clusterer as it came. After a panic the engine begins anew.
func TestLocalPassesOn(t *testing.T) {
	parts := &memParts{recs: localRecords(t, 1, 2, -1, 13, 3)}
	features, next := runLocal(t, parts, new(oneSnapshot), 5)
	if got, want := copies(t, features), []int{1, 2, -1, -1, 1}; !slices.Equal(got, want) {
		t.Errorf("features %v, want %v", got, want)
	}
	for _, i := range []int{2, 3} {
		if string(features[i].Value) != string(parts.recs[i].Value) {
			t.Errorf("record %d is not as it came", i)
		}
	}
	if len(next) != 3 || next[0].Key == nil {
		t.Errorf("%d records went to the next round, want 3, each with a key", len(next))
	}
	if _, row, err := record.UnmarshalReport(next[0].Value); err != nil || row.GetName() != "" {
		t.Errorf("the next round has the row %v: %v", row, err)
	}
	if parts.committed != 5 {
		t.Errorf("committed %d, want 5", parts.committed)
	}
}

// TestLocalGoesOn: from a snapshot, and without one from its last records, of which
// nothing is published again.
func TestLocalGoesOn(t *testing.T) {
	all := localRecords(t, 1, 2, 3, 4, 5, 6, 7, 8)
	first := &memParts{recs: all[:5]}
	snapshots := new(oneSnapshot)
	runLocal(t, first, snapshots, 5)
	if got := string(snapshots.last); got != "4 5" {
		t.Fatalf("snapshot at a clean stop: %q, want that of five reports", got)
	}
	for _, tt := range []struct {
		name     string
		snapshot string
		from     int64
		want     []int
	}{
		{"snapshot", "4 5", 5, []int{6, 7, 8}},
		{"older snapshot", "2 3", 3, []int{6, 7, 8}},
		{"no snapshot", "", 2, []int{4, 5, 6}},
		{"snapshot of another log", "6 7", 2, []int{4, 5, 6}},
		{"damaged snapshot", "x", 2, []int{4, 5, 6}},
		{"snapshot of long ago", "-40 1", 2, []int{4, 5, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := new(oneSnapshot)
			if tt.snapshot != "" {
				s.last = []byte(tt.snapshot)
			}
			parts := &memParts{recs: all, committed: 5}
			features, _ := runLocal(t, parts, s, 3)
			if parts.from != tt.from {
				t.Errorf("read from %d, want %d", parts.from, tt.from)
			}
			if got := copies(t, features); !slices.Equal(got, tt.want) {
				t.Errorf("reports taken at each record: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestLocalWaits: a record of a newer version is not passed on, and not passed over.
func TestLocalWaits(t *testing.T) {
	recs := localRecords(t, 1)
	recs[0].Value[1] = 99 // the version is the first field
	parts := &memParts{recs: recs}
	l := NewLocal(LocalConfig{
		Reports: parts, Features: &keptSink{}, Snapshots: func(int) Snapshots { return new(oneSnapshot) },
		NewEngine: func() LocalEngine { return &toyLocal{offset: -1} },
	})
	if err := l.Run(t.Context()); !errors.Is(err, record.ErrVersion) || parts.committed != 0 {
		t.Errorf("Run = %v, committed %d, want ErrVersion and nothing", err, parts.committed)
	}
}
