package federation

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/cluster/simulate"
)

func smallConfig() Config {
	global := cluster.DefaultConfig()
	global.IndexBits, global.FrequencyBits = 12, 14
	return DefaultConfig(global, 0, 2)
}

// reports is traffic of personalised copies only.
func reports(t testing.TB, n int) []*cluster.Features {
	t.Helper()
	cfg := simulate.Default(n, 5)
	cfg.Share, cfg.Rate = simulate.Share{Campaign: 1}, 1
	cfg.Classes, cfg.Plain = []simulate.Class{simulate.Personalised}, true
	stream, err := simulate.Features(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var out []*cluster.Features
	for l := range stream {
		out = append(out, l.Features)
	}
	return out
}

func TestLocalCounts(t *testing.T) {
	fs := reports(t, 2000)
	l := NewLocal(smallConfig())
	told, sketched, copied, counted := map[cluster.ReportID]bool{}, map[cluster.ReportID]bool{}, 0, 0
	for i, f := range fs {
		out := l.Step(int64(i), f)
		for _, entry := range out.Entries {
			r, found := entry.Features.Report, entry.Finding
			if told[r] != found.Again {
				t.Fatalf("report %d: %v is told again (%v), was told before: %v", i, r, found.Again, told[r])
			}
			told[r] = true
			switch found.Kind {
			case cluster.FindingNews:
				if sketched[r] {
					t.Fatalf("report %d: %v is sketched again", i, r)
				}
				sketched[r] = true
				counted += int(entry.Copies)
			case cluster.FindingCopy:
				if !sketched[found.Of] || len(found.Evidence) == 0 {
					t.Fatalf("report %d is a copy of %v, which was not sketched, or for no reason: %+v", i, found.Of, found)
				}
				copied++
			}
		}
		if !told[f.Report] {
			t.Fatalf("report %d: %v, and nobody is told", i, out.Verdict)
		}
	}
	pending := 0
	for _, v := range l.variants.young {
		pending += int(v.pending)
	}
	if copied < 1000 || counted+pending != copied {
		t.Errorf("%d copies: %d counted in sketches, %d pending", copied, counted, pending)
	}
	if got := l.Step(int64(len(fs)), fs[0]).Verdict; got != Repeated {
		t.Errorf("the first report again: %v, want repeated", got)
	}
	if got := l.Step(3, fs[3]).Verdict; got != Taken {
		t.Errorf("an offset again: %v, want taken", got)
	}
}

// TestLocalLearn: what was sketched before is not sketched again, and brings in what
// stands alone here. After the first round all is there again.
func TestLocalLearn(t *testing.T) {
	cfg := smallConfig()
	cfg.Round = 1
	l := NewLocal(cfg)
	sketched, introduced := map[cluster.ReportID]bool{}, 0
	for i, f := range reports(t, 500) {
		take, learned := l.Step, i%2 == 1
		if learned {
			take, sketched[f.Report] = l.Learn, true
		}
		out := take(int64(i), f)
		for _, entry := range out.Entries {
			r, found := entry.Features.Report, entry.Finding
			if !found.Again || found.Kind == cluster.FindingAlone || sketched[r] {
				t.Fatalf("report %d: %v is sketched before: %v, and now %+v", i, r, sketched[r], found)
			}
			if found.Kind == cluster.FindingCopy && (!sketched[found.Of] || learned) {
				t.Fatalf("report %d is a copy of %v", i, found.Of)
			}
			if found.Kind == cluster.FindingNews {
				sketched[r] = true
				if r != f.Report {
					introduced++
				}
			}
		}
		if learned && (out.Next != f || !out.Sketched) {
			t.Fatalf("report %d was learned and does not go on", i)
		}
	}
	if introduced == 0 {
		t.Error("no report that stood alone was introduced")
	}
}

func TestLocalDrifted(t *testing.T) {
	fs := reports(t, 600)
	l := NewLocal(smallConfig())
	drifted := 0
	for i, f := range fs {
		if i == 300 {
			for _, f := range fs[250:300] {
				l.watch(&cluster.Event{Kind: cluster.EventDrifted, Campaign: home(l, f)})
			}
		}
		if l.Step(int64(i), f).Verdict == Drifted {
			drifted++
		}
	}
	if drifted == 0 {
		t.Error("no report of a campaign that drifted was sketched for it")
	}
	for id := range l.drifted {
		l.watch(&cluster.Event{Kind: cluster.EventIdled, Campaign: id})
	}
	if len(l.drifted) > 0 {
		t.Errorf("%d campaigns are remembered as drifted though they are idle", len(l.drifted))
	}
}

// home is the campaign that a local has a report in that it took, by a second
// engine over the same log.
func home(l *Local, f *cluster.Features) cluster.CampaignID {
	probe := cluster.NewEngine(l.cfg.Engine)
	if err := probe.Restore(l.engine.Snapshot()); err != nil {
		panic(err)
	}
	again := *f
	again.Report[0] ^= 0xff
	for _, ev := range probe.Step(cluster.Entry{Offset: probe.Offset() + 1, Features: &again}) {
		if ev.Kind == cluster.EventAssigned {
			return ev.Campaign
		}
	}
	return ""
}

func TestVariants(t *testing.T) {
	v := newVariants(2)
	a, b, c := cluster.ReportID{1}, cluster.ReportID{2}, cluster.ReportID{3}
	v.sketched(a, 0)
	var due []uint32
	for range 40 {
		if n, ok := v.count(a, 0, 1000); ok {
			due = append(due, n)
		}
	}
	if diff := cmp.Diff([]uint32{8, 16}, due); diff != "" {
		t.Errorf("copies that sketches counted (-want +got):\n%s", diff)
	}
	if n, ok := v.count(a, 1000, 1000); !ok || n != 14 {
		t.Errorf("after the time of a refresh: %d copies, due %v, want 14 and true", n, ok)
	}
	for _, id := range []cluster.ReportID{b, c, b} {
		v.sketched(id, 0)
	}
	if !v.has(a) || !v.has(b) || !v.has(c) || v.has(cluster.ReportID{4}) {
		t.Error("what is known within two generations is wrong")
	}
	if len(v.young) > 2 || len(v.old) > 2 {
		t.Errorf("%d and %d variants are remembered, want at most 2 each", len(v.young), len(v.old))
	}
	v.count(a, 1001, 1000)
	if got := v.young[a]; got.next != mostRefresh || got.pending != 1 {
		t.Errorf("variant after a generation: %+v, want its counts kept", got)
	}
}

func TestSnapshot(t *testing.T) {
	fs := reports(t, 1200)
	l := NewLocal(smallConfig())
	for i, f := range fs[:600] {
		l.Step(int64(i), f)
	}
	l.drifted["cone"], l.drifted["canother"] = struct{}{}, struct{}{}
	restored := NewLocal(smallConfig())
	if err := restored.Restore(l.Snapshot()); err != nil {
		t.Fatal(err)
	}
	for i, f := range fs[600:] {
		want, got := l.Step(int64(600+i), f), restored.Step(int64(600+i), f)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("report %d after a restore (-want +got):\n%s", 600+i, diff)
		}
	}
	if !bytes.Equal(l.Snapshot(), restored.Snapshot()) {
		t.Error("snapshots differ after the same reports")
	}
}

func TestRestoreRefuses(t *testing.T) {
	l := NewLocal(smallConfig())
	for i, f := range reports(t, 50) {
		l.Step(int64(i), f)
	}
	good := l.Snapshot()
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for _, tt := range []struct {
		name     string
		snapshot []byte
		want     error
	}{
		{"empty", nil, ErrNotSnapshot},
		{"of an engine", l.engine.Snapshot(), ErrNotSnapshot},
		{"flipped bit", flipped, ErrSnapshotDamaged},
		{"cut", good[:len(good)-1], ErrSnapshotDamaged},
		{"other version", signed(append([]byte(localMagic), 99)), ErrSnapshotVersion},
		{"longer", signed(append(bytes.Clone(good[:len(good)-sha256.Size]), 0)), ErrSnapshotDamaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := l.Restore(tt.snapshot); !errors.Is(err, tt.want) {
				t.Errorf("Restore = %v, want %v", err, tt.want)
			}
			if !bytes.Equal(l.Snapshot(), good) {
				t.Error("a refused snapshot changed the state")
			}
		})
	}
}

func signed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(body, sum[:]...)
}

// FuzzRestore: whatever follows the engine's part, a snapshot is refused and the
// state stays, or what was restored is what its own snapshot restores.
func FuzzRestore(f *testing.F) {
	cfg := smallConfig()
	cfg.Engine.IndexBits, cfg.Engine.FrequencyBits = 4, 8
	l := NewLocal(cfg)
	l.variants.young[cluster.ReportID{7}] = variant{pending: 3, next: 8, since: 12}
	l.drifted["cone"] = struct{}{}
	whole := l.Snapshot()
	head := len(localMagic) + 1 + 1 + len(l.engine.Snapshot())
	if len(l.engine.Snapshot()) > 127 {
		head++ // its length takes two bytes
	}
	f.Add(whole[head : len(whole)-sha256.Size])
	f.Add([]byte{0, 0, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, tail []byte) {
		a := NewLocal(cfg)
		before := a.Snapshot()
		if err := a.Restore(signed(append(bytes.Clone(whole[:head]), tail...))); err != nil {
			if !bytes.Equal(a.Snapshot(), before) {
				t.Fatal("a refused snapshot changed the state")
			}
			return
		}
		b := NewLocal(cfg)
		if err := b.Restore(a.Snapshot()); err != nil {
			t.Fatalf("own snapshot: %v", err)
		}
		if !bytes.Equal(a.Snapshot(), b.Snapshot()) {
			t.Fatal("a restored local's snapshot is another one")
		}
	})
}

func TestRoute(t *testing.T) {
	const partitions = 8
	fs := reports(t, 4000)
	local := map[uint64]int{}
	for _, f := range fs {
		local[Route(f, 0)%partitions]++
	}
	for p := range uint64(partitions) {
		if local[p] == 0 {
			t.Errorf("partition %d of %d has no report", p, partitions)
		}
	}
	for round := range Rounds {
		same, far := 0, 0
		for i, f := range fs {
			again := *fs[(i+1)%len(fs)]
			again.Text, again.Words, again.Subject = f.Text, f.Words, f.Subject
			if Route(f, round) == Route(&again, round) {
				same++
			}
			if Route(f, round) != Route(fs[(i+len(fs)/2)%len(fs)], round) {
				far++
			}
		}
		if same != len(fs) || far < len(fs)/2 {
			t.Errorf("round %d: of %d reports %d go where their text goes, %d elsewhere than another one", round, len(fs), same, far)
		}
		// Without text the content is what there is; report ids do not matter.
		for _, f := range []cluster.Features{
			{Subject: []uint32{1}}, {Files: []cluster.File{{Hash: 1}}}, {Files: []cluster.File{{Look: 1 << 60}}},
			{Files: []cluster.File{{Text: cluster.Sketch{Total: 1, Hashes: []uint32{1}}}}},
		} {
			again := f
			if again.Report[0] = 1; Route(&f, round) != Route(&again, round) {
				t.Errorf("Route(%v, %d) depends on the report's id", f, round)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	f := &cluster.Features{Time: 1}
	news := &cluster.Finding{Kind: cluster.FindingNews}
	for _, tt := range []struct {
		name  string
		entry cluster.Entry
		ok    bool
	}{
		{"whole", cluster.Entry{Features: f, Finding: news, Copies: MaxCopies}, true},
		{"without a finding", cluster.Entry{Features: f}, true},
		{"a decision", cluster.Entry{Decision: &cluster.Decision{}}, true},
		{"no features", cluster.Entry{Finding: news}, false},
		{"too many copies", cluster.Entry{Features: f, Finding: news, Copies: MaxCopies + 1}, false},
		{"no kind", cluster.Entry{Features: f, Finding: &cluster.Finding{}}, false},
		{"another kind", cluster.Entry{Features: f, Finding: &cluster.Finding{Kind: 99}}, false},
	} {
		if err := Validate(&tt.entry); (err == nil) != tt.ok {
			t.Errorf("%s: Validate() = %v", tt.name, err)
		}
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.Margin = -1 }, func(c *Config) { c.Round = Rounds }, func(c *Config) { c.Refresh = 0 }, func(c *Config) { c.Variants = 0 },
		func(c *Config) { c.Engine.Idle = -time.Second },
	} {
		cfg := smallConfig()
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		if change(&cfg); cfg.Validate() == nil {
			t.Errorf("Validate(%+v) = nil", cfg)
		}
	}
	for _, locals := range []int{0, 1, 3, 1 << 20} {
		if err := DefaultConfig(cluster.DefaultConfig(), 0, locals).Validate(); err != nil {
			t.Errorf("DefaultConfig of %d locals: %v", locals, err)
		}
	}
}
