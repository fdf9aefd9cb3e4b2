package simulate_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/cluster/simulate"
)

// flood is traffic that comes on top of the usual: ten reports for each.
type flood struct {
	name string
	// one: it is one lure. agree is how far the campaigns of the usual traffic
	// stay as they are without it: strangers teach the engine that some values
	// are common.
	one   bool
	agree float64
	next  func() *cluster.Features
}

const floodRate = 10

// floods are one campaign, mail of which no two are alike, and near-copies of one
// lure, each with another third of its text exchanged.
func floods(t testing.TB, usual []simulate.Labelled) []flood {
	lure := largest(features(t, 4000, simulate.Share{Campaign: 1}))
	strangers := features(t, floodRate*len(usual), simulate.Share{Alone: 1})
	n, at := 0, 0
	number := func(f cluster.Features) *cluster.Features {
		n++
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("flood"), uint64(n)))
		f.Report = cluster.ReportID(sum[:16])
		return &f
	}
	pick := func(all []simulate.Labelled) cluster.Features {
		at++
		return *all[at%len(all)].Features
	}
	return []flood{
		{"one campaign", true, 0.995, func() *cluster.Features { return number(pick(lure)) }},
		{"no two alike", false, 0.98, func() *cluster.Features { return number(pick(strangers)) }},
		{"near-copies", true, 0.995, func() *cluster.Features {
			f := pick(lure)
			for _, s := range []*cluster.Sketch{&f.Text, &f.Words} {
				*s = changed(*s, at)
			}
			f.BodyDigest, f.HTMLDigest, f.Values = "", "", nil
			return number(f)
		}},
	}
}

// features are those of a stream of its own.
func features(t testing.TB, n int, share simulate.Share) (out []simulate.Labelled) {
	cfg := simulate.Default(n, 77)
	cfg.Share = share
	stream, err := simulate.Features(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for l := range stream {
		out = append(out, l)
	}
	return out
}

// largest are the reports of the campaign that has most.
func largest(all []simulate.Labelled) (out []simulate.Labelled) {
	by := map[string][]simulate.Labelled{}
	for _, l := range all {
		if by[l.Campaign] = append(by[l.Campaign], l); len(by[l.Campaign]) > len(out) {
			out = by[l.Campaign]
		}
	}
	return out
}

// changed has a third of a sample exchanged, differently for each seed.
func changed(s cluster.Sketch, seed int) cluster.Sketch {
	hashes := slices.Clone(s.Hashes)
	for i := seed % 3; i < len(hashes); i += 3 {
		hashes[i] = hashes[i] ^ uint32(seed*2654435761)>>8
	}
	slices.Sort(hashes)
	s.Hashes = slices.Compact(hashes)
	return s
}

// usualTraffic are the reports that a flood must not change.
func usualTraffic(t testing.TB, n int) []simulate.Labelled {
	stream, err := simulate.Features(simulate.Default(n, 1))
	if err != nil {
		t.Fatal(err)
	}
	var out []simulate.Labelled
	for l := range stream {
		out = append(out, l)
	}
	return out
}

// flooded runs an engine over usual traffic and gives where its reports ended.
// Over the middle half a flood comes between them; nil for none. spent are what
// the usual reports and those of the flood took of the processor.
func flooded(usual []simulate.Labelled, next func() *cluster.Features) (ids []string, e *cluster.Engine, spent [2]time.Duration) {
	e = cluster.NewEngine(cluster.DefaultConfig())
	at := map[cluster.ReportID]cluster.CampaignID{}
	var offset int64
	step := func(f *cluster.Features) {
		for _, ev := range e.Step(cluster.Entry{Offset: offset, Features: f}) {
			if ev.Kind == cluster.EventAssigned || ev.Kind == cluster.EventMoved {
				at[ev.Report] = ev.Campaign
			}
		}
		offset++
	}
	for i, l := range usual {
		began := cpu()
		step(l.Features)
		then := cpu()
		spent[0] += then - began
		if next == nil || i < len(usual)/4 || i >= len(usual)*3/4 {
			continue
		}
		for range floodRate {
			f := next()
			f.Time = l.Features.Time
			step(f)
		}
		spent[1] += cpu() - then
	}
	for _, l := range usual {
		ids = append(ids, string(e.Resolve(at[l.Features.Report])))
	}
	return ids, e, spent
}

// TestFlood: a flood of ten times the usual traffic changes next to nothing for
// the campaigns that are not it, and what the engine keeps of one lure is bounded
// however often it comes.
func TestFlood(t *testing.T) {
	usual := usualTraffic(t, 3000)
	calm, before, _ := flooded(usual, nil)
	for _, f := range floods(t, usual) {
		t.Run(f.name, func(t *testing.T) {
			got, e, _ := flooded(usual, f.next)
			items := make([]score.Item, len(usual))
			for i := range items {
				items[i] = score.Item{Truth: calm[i], Got: got[i], Kind: string(simulate.KindCampaign)}
			}
			s := score.Score(items).Strict
			more := e.Exemplars() - before.Exemplars()
			t.Logf("agreement with calm: P %.4f R %.4f; %d exemplars more", s.P, s.R, more)
			if math.Min(s.P, s.R) < f.agree {
				t.Errorf("agreement with calm: P %.4f R %.4f, want %.3f", s.P, s.R, f.agree)
			}
			if f.one && more > 10*cluster.DefaultConfig().Exemplars {
				t.Errorf("%d exemplars more for one lure, want at most those of ten campaigns", more)
			}
		})
	}
}

// BenchmarkFlood measures what a report takes while a flood comes, beside what it
// takes without.
func BenchmarkFlood(b *testing.B) {
	usual := usualTraffic(b, 10_000)
	for _, f := range append([]flood{{name: "calm"}}, floods(b, usual)...) {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				_, e, spent := flooded(usual, f.next)
				b.ReportMetric(float64(spent[0].Nanoseconds())/float64(len(usual)), "ns/usual")
				b.ReportMetric(float64(spent[1].Nanoseconds())/float64(len(usual)/2*floodRate), "ns/flood")
				b.ReportMetric(float64(e.Exemplars()), "exemplars")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
