package main

import (
	"bytes"
	"context"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	body, alike               float64
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

// command runs the program in this process.
func command(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	a := &app{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
	status = a.execute(context.Background(), args)
	return status, out.String(), errs.String()
}

// TestSimulate: what is written is what eval reads, whatever the form of the files:
// no message is missing, and each is the same mail.
func TestSimulate(t *testing.T) {
	var answers []string
	for _, flags := range [][]string{{"--per-file", "70"}, {"--gzip"}, {"--format", "eml"}} {
		dir := filepath.Join(t.TempDir(), "traffic")
		args := append([]string{"simulate", "-q", "--reports", "200", "--seed", "3", "--out", dir}, flags...)
		if status, _, stderr := command(args...); status != 0 {
			t.Fatalf("%v: status %d: %s", args, status, stderr)
		}
		for name, want := range map[string]int{"labels.tsv": 200, "meta.tsv": 201} {
			if got := strings.Count(read(t, dir, name), "\n"); got != want {
				t.Errorf("%v: %s has %d lines, want %d", flags, name, got, want)
			}
		}
		if attrs := read(t, dir, "attrs.csv"); !strings.HasPrefix(attrs, "recipient,region,list\n") || strings.Count(attrs, "\n") < 50 {
			t.Errorf("%v: attrs.csv begins %.60q", flags, attrs)
		}
		status, stdout, stderr := command("eval", "-q", dir)
		if status != 0 || !strings.HasPrefix(stdout, "messages 200 missing 0 ") {
			t.Errorf("%v: eval: status %d, %.80q %s", flags, status, stdout, stderr)
		}
		answers = append(answers, stdout)
		if status, _, _ := command(args...); status != 1 {
			t.Errorf("%v: a second time into the same folder: status %d, want 1", flags, status)
		}
	}
	// Line ends differ between the forms, nothing else.
	if answers[0] != answers[1] || answers[0] != answers[2] {
		t.Errorf("the form of the files changes the figures:\n%s", strings.Join(answers, "\n"))
	}
}

func TestSimulateUsage(t *testing.T) {
	for _, flags := range [][]string{
		{}, {"--out", "x", "--reports", "0"}, {"--out", "x", "--format", "pst"}, {"--out", "x", "--classes", "alone"},
		{"--out", "x", "--start", "soon"}, {"--out", "x", "--format", "eml", "--gzip"}, {"--out", "x", "--per-file", "0"}, {"x"},
	} {
		if status, _, _ := command(append([]string{"simulate"}, flags...)...); status != 2 {
			t.Errorf("simulate %v: status %d, want 2", flags, status)
		}
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
