package main

import (
	"iter"
	"math"
	"slices"
	"testing"

	"shoal/cluster"
	"shoal/cluster/simulate"
	"shoal/pipeline"
	"shoal/pipeline/extract"
	"shoal/pipeline/message"
)

// extracted gives the features of simulated messages by the real road.
func extracted(t *testing.T, cfg simulate.Config) iter.Seq[simulate.Labelled] {
	t.Helper()
	messages, err := simulate.Messages(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ex, err := extract.New(extract.Config{Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	parser := message.New(message.Default())
	return func(yield func(simulate.Labelled) bool) {
		for m := range messages {
			r := &pipeline.Report{Raw: m.Raw, Recipient: m.Recipient, ReceivedAt: m.ReportedAt}
			f, _ := ex.Extract(r, parser.Parse(m.Raw))
			if !yield(simulate.Labelled{Features: f, Campaign: m.Campaign, Class: m.Class, Kind: m.Kind}) {
				return
			}
		}
	}
}

// shape is what the features of a class are like, as means.
type shape struct {
	n, copies                 float64
	text, words, tags, values float64
	body, alike, alikeDigest  float64
	first                     map[string]*cluster.Features
}

func shapes(stream iter.Seq[simulate.Labelled]) map[simulate.Class]*shape {
	out := map[simulate.Class]*shape{}
	for l := range stream {
		s := out[l.Class]
		if s == nil {
			s = &shape{first: map[string]*cluster.Features{}}
			out[l.Class] = s
		}
		f := l.Features
		s.n++
		s.text += float64(f.Text.Total)
		s.words += float64(f.Words.Total)
		s.tags += float64(f.Tags.Total)
		s.values += float64(len(f.Values))
		if f.BodyDigest != "" {
			s.body++
		}
		if l.Campaign == "-" {
			continue
		}
		if first := s.first[l.Campaign]; first == nil {
			s.first[l.Campaign] = f
		} else {
			s.copies++
			s.alike += resemblance(first.Text, f.Text)
		}
	}
	for _, s := range out {
		for _, x := range []*float64{&s.text, &s.words, &s.tags, &s.values, &s.body} {
			*x /= s.n
		}
		s.alike /= max(1, s.copies)
	}
	return out
}

// resemblance is what two samples share, over the range that both cover.
func resemblance(a, b cluster.Sketch) float64 {
	if len(a.Hashes) == 0 && len(b.Hashes) == 0 {
		return 1
	}
	limit := ^uint32(0)
	for _, s := range []cluster.Sketch{a, b} {
		if n := len(s.Hashes); s.Total > n {
			limit = min(limit, s.Hashes[n-1])
		}
	}
	both, union := 0, 0
	for _, h := range a.Hashes {
		if h <= limit {
			union++
			if _, ok := slices.BinarySearch(b.Hashes, h); ok {
				both++
			}
		}
	}
	for _, h := range b.Hashes {
		if _, ok := slices.BinarySearch(a.Hashes, h); h <= limit && !ok {
			union++
		}
	}
	return float64(both) / float64(max(1, union))
}

// TestFeaturesLikeExtracted holds the short way, features without mail, against
// what extraction makes of the mail.
func TestFeaturesLikeExtracted(t *testing.T) {
	cfg := simulate.Default(6000, 5)
	cfg.Plain = true
	direct, err := simulate.Features(cfg)
	if err != nil {
		t.Fatal(err)
	}
	want, got := shapes(extracted(t, cfg)), shapes(direct)
	var reports, text, directText, values, directValues float64
	for c := range simulate.Private + 1 {
		x, y := want[c], got[c]
		if x == nil || y == nil || x.n != y.n {
			t.Errorf("%v: not as many reports in both streams", c)
			continue
		}
		t.Logf("%-15v %4.0f text %3.0f %3.0f words %3.0f %3.0f tags %2.0f %2.0f values %2.0f %2.0f digests %.2f %.2f alike %.2f %.2f", c, x.n,
			x.text, y.text, x.words, y.words, x.tags, y.tags, x.values, y.values, x.body, y.body, x.alike, y.alike)
		reports += x.n
		text, directText = text+x.n*x.text, directText+x.n*y.text
		values, directValues = values+x.n*x.values, directValues+x.n*y.values
		if x.copies >= 20 && math.Abs(x.alike-y.alike) > 0.12 {
			t.Errorf("%v: copies resemble each other by %.2f, extracted ones by %.2f", c, y.alike, x.alike)
		}
	}
	if ratio := directText / text; ratio < 0.75 || ratio > 1.35 {
		t.Errorf("%.0f shingles a report, extraction gives %.0f", directText/reports, text/reports)
	}
	if ratio := directValues / values; ratio < 0.75 || ratio > 1.35 {
		t.Errorf("%.0f values a report, extraction gives %.0f", directValues/reports, values/reports)
	}
}
