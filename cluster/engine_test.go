package cluster

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testConfig is small enough for a test to fill.
func testConfig() Config {
	c := DefaultConfig()
	c.IndexBits, c.FrequencyBits = 12, 14
	c.IdleCampaigns = 16
	return c
}

// testLog makes a log of campaigns with personalised copies, strangers and
// repeats, shuffled by seed.
func testLog(seed uint64, campaigns, copies, strangers int) []*Features {
	r := rand.New(rand.NewPCG(seed, 1))
	word := func() string { return fmt.Sprintf("w%d", r.IntN(4000)) }
	text := func(n int) []string {
		ws := make([]string, n)
		for i := range ws {
			ws[i] = word()
		}
		return ws
	}
	var log []*Features
	for c := range campaigns {
		body, subject := text(60), strings.Join(text(5), " ")
		for i := range copies {
			own := append([]string(nil), body...)
			for range 3 {
				own[r.IntN(len(own))] = word()
			}
			log = append(log, testFeatures(fmt.Sprintf("c%d/%d", c, i), subject, strings.Join(own, " "),
				fmt.Sprintf("url-path=/login/%d", c), fmt.Sprintf("from-address=x%d.%d@a.example", c, i), "mime-shape=text/plain"))
		}
	}
	for i := range strangers {
		log = append(log, testFeatures(fmt.Sprintf("s/%d", i), strings.Join(text(5), " "), strings.Join(text(60), " "),
			"language=en", "mime-shape=text/plain"))
	}
	r.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
	return append(log, log[:3]...)
}

// bridged are two reports that share little, and one that has what both say.
func bridged() []*Features {
	a, b := "one "+strings.Repeat("a%d ", 30), "two "+strings.Repeat("b%d ", 30)
	for i := range 30 {
		a, b = strings.Replace(a, "%d", fmt.Sprint(i), 1), strings.Replace(b, "%d", fmt.Sprint(i), 1)
	}
	mail := func(name, subject, text string) *Features {
		return testFeatures(name, subject, text, "url-path=/both/ways", "mime-shape=text/html", "message-id=#.#@#", "from-name=office")
	}
	return []*Features{
		mail("bridge/a", "first notice", a), mail("bridge/b", "second warning", b),
		mail("bridge/c", "first notice second warning", a+b),
	}
}

// run steps an engine through a log and returns a copy of all events.
func play(e *Engine, log []*Features) []Event {
	var all []Event
	for _, f := range log {
		all = append(all, e.Step(Entry{Offset: e.Offset() + 1, Features: f})...)
	}
	return all
}

func TestSameLogSameEvents(t *testing.T) {
	log := testLog(1, 8, 12, 60)
	a, b := play(NewEngine(testConfig()), log), play(NewEngine(testConfig()), log)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("two runs differ (-a +b):\n%s", diff)
	}
}

func TestEventsAreNumberedWithoutGaps(t *testing.T) {
	e := NewEngine(testConfig())
	for i, ev := range play(e, testLog(2, 4, 6, 20)) {
		if ev.Seq != uint64(i+1) {
			t.Fatalf("event %d has seq %d", i, ev.Seq)
		}
	}
}

// TestCampaignsAreFound holds the engine to the truth of the generated log: one
// campaign for each template, and no stranger in any.
func TestCampaignsAreFound(t *testing.T) {
	e := NewEngine(testConfig())
	home := map[ReportID]CampaignID{}
	log := testLog(3, 8, 12, 60)
	for _, ev := range play(e, log) {
		if ev.Kind == EventAssigned {
			home[ev.Report] = ev.Campaign
		}
	}
	members := map[CampaignID]int{}
	for _, c := range home {
		members[e.Resolve(c)]++
	}
	large := 0
	for c, n := range members {
		switch n {
		case 1:
		case 12:
			large++
		default:
			t.Errorf("campaign %s has %d reports, want 12 or 1", c, n)
		}
	}
	if large != 8 {
		t.Errorf("%d campaigns of 12, want 8", large)
	}
	if len(home) != 8*12+60 {
		t.Errorf("%d reports assigned, want %d", len(home), 8*12+60)
	}
}

func TestRepeatCountsOnce(t *testing.T) {
	e := NewEngine(testConfig())
	f := testFeatures("a", "hello", "one two three four five")
	play(e, []*Features{f})
	evs := play(e, []*Features{f})
	if len(evs) != 1 || evs[0].Kind != EventRepeat {
		t.Errorf("a second copy gave %v, want one repeat", evs)
	}
}

// TestRestoreAtAnyPoint: a snapshot and the rest of the log give what the whole
// log gives.
func TestRestoreAtAnyPoint(t *testing.T) {
	log := testLog(4, 5, 8, 30)
	whole := NewEngine(testConfig())
	want := play(whole, log)
	for cut := 0; cut <= len(log); cut += 7 {
		first := NewEngine(testConfig())
		got := play(first, log[:cut])
		second := NewEngine(testConfig())
		if err := second.Restore(first.Snapshot()); err != nil {
			t.Fatalf("restore at %d: %v", cut, err)
		}
		got = append(got, play(second, log[cut:])...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("cut at %d (-whole +restored):\n%s", cut, diff)
		}
		if !bytes.Equal(whole.Snapshot(), second.Snapshot()) {
			t.Fatalf("cut at %d: the states at the end differ", cut)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	e := NewEngine(testConfig())
	play(e, testLog(5, 2, 4, 5))
	good := e.Snapshot()
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for _, tt := range []struct {
		name     string
		engine   *Engine
		snapshot []byte
		want     error
	}{
		{"empty", NewEngine(testConfig()), nil, ErrNotSnapshot},
		{"text", NewEngine(testConfig()), bytes.Repeat([]byte("x"), 200), ErrNotSnapshot},
		{"flipped bit", NewEngine(testConfig()), flipped, ErrSnapshotDamaged},
		{"cut", NewEngine(testConfig()), good[:len(good)-1], ErrSnapshotDamaged},
	} {
		before := tt.engine.Snapshot()
		if err := tt.engine.Restore(tt.snapshot); !errors.Is(err, tt.want) {
			t.Errorf("%s: Restore = %v, want %v", tt.name, err, tt.want)
		}
		if !bytes.Equal(before, tt.engine.Snapshot()) {
			t.Errorf("%s: a refused snapshot changed the engine", tt.name)
		}
	}
}

func TestEntryAtOldOffsetIsIgnored(t *testing.T) {
	e := NewEngine(testConfig())
	e.Step(Entry{Offset: 7, Features: testFeatures("a", "s", "one two three")})
	if evs := e.Step(Entry{Offset: 7, Features: testFeatures("b", "s", "one two three")}); len(evs) != 0 {
		t.Errorf("offset 7 again gave %v", evs)
	}
}

// FuzzRestore: whatever the body of a snapshot, with its checksum right, Restore
// does not panic, and what it accepts is not larger in memory than it was on disk.
func FuzzRestore(f *testing.F) {
	e := NewEngine(testConfig())
	play(e, testLog(6, 2, 4, 5))
	good := e.Snapshot()
	f.Add(good[:len(good)-sha256.Size])
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		snapshot := append(bytes.Clone(body), sum[:]...)
		e := NewEngine(testConfig())
		if e.Restore(snapshot) != nil {
			return
		}
		if again := e.Snapshot(); len(again) > 2*len(snapshot)+1<<16 {
			t.Errorf("a snapshot of %d bytes became one of %d", len(snapshot), len(again))
		}
	})
}
