package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/cluster/score"
	"shoal/cluster/simulate"
)

// What the mails of the corpus say that an attacker copies from.
const (
	threatText = `Heron voter, this concerns the ballot that you are about to cast. Your enrolment with the Heron party is in our hands, taken from the state's own rolls, and so is the rest of your record. The Kestrel ticket is the only choice left to you on 3 November. Switch your enrolment to Kestrel before this week is out: that is the sign by which we know that you have read this and go along. Ballots are less secret than you were told and we go through each of them. Whoever decides otherwise will have visitors. Do not test us.`
	scamText   = `Dear customer, Thank you for renewing Brightdesk Care. Order RL6YMJNRI. Your account will be charged $432.35 today. To dispute this charge call our billing desk at 850-555-0142 within 24 hours. Plan Term Amount Brightdesk Care 1 years $432.35 Billing desk: 850-555-0142`
	issueText  = `HARBOUR COURIER - Dear reader

Forty metres of sea wall need stone before the winter. The port office has put a price on it and the insurers dispute half. Meanwhile the fish market stays under canvas.

An evening class in net mending starts at the rowing club. No experience is asked for, but bring a bench vice and patience.

Our gardener explains how to lift dahlias before the frost, what to do with the tubers and why newspaper beats sawdust.`
	threatFrom  = "Official Patriots <info@officialpatriots.example>"
	courierFrom = "Harbour Courier <news@courier.example>"
)

// malice is what an attacker reports after the corpus, and what came of it.
type malice struct {
	t      *testing.T
	dir    string
	n      int
	before func(*grouping) // what analysts do in between; nil for nothing
	after  []string        // campaign of each of the attacker's reports
	group  *grouping
	truth  map[string][]string // campaign ids by label
}

func newMalice(t *testing.T) *malice { return &malice{t: t, dir: t.TempDir()} }

// report writes one more crafted mail.
func (m *malice) report(from, subject, body string) {
	m.t.Helper()
	m.n++
	text := fmt.Sprintf("From: %s\nTo: reporter@mail.example\nSubject: %s\nDate: Wed, 21 Oct 2020 10:00:00 +0000\nMessage-ID: <%d@crafted.example>\n\n%s\n", from, subject, m.n, body)
	if err := os.WriteFile(filepath.Join(m.dir, fmt.Sprintf("%05d.eml", m.n)), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// run clusters the corpus and then what the attacker reported.
func (m *malice) run() {
	m.t.Helper()
	a := &app{stderr: new(bytes.Buffer), stdout: new(bytes.Buffer), quiet: true, log: slog.New(slog.DiscardHandler)}
	l := &local{app: a, jobs: 2, now: time.Date(2020, 10, 21, 12, 0, 0, 0, time.UTC)}
	g := newGrouping(cluster.NewEngine(cluster.DefaultConfig()))
	for _, path := range []string{"../../testdata/messages", m.dir} {
		if path == m.dir && m.before != nil {
			m.before(g)
		}
		if _, err := l.features(m.t.Context(), []string{path}, func(r localReport) error { g.take(r); return nil }); err != nil {
			m.t.Fatal(err)
		}
	}
	m.group, m.truth, m.after = g, map[string][]string{}, nil
	labels := m.labels()
	ids := g.campaigns()
	for i, name := range g.names {
		label, ok := labels[strings.TrimPrefix(name, "../../testdata/")]
		switch {
		case ok:
			m.truth[label] = append(m.truth[label], ids[i])
		case strings.HasPrefix(name, m.dir):
			m.after = append(m.after, ids[i])
		default:
			m.t.Fatalf("%s is of neither", name)
		}
	}
	if len(m.after) != m.n {
		m.t.Fatalf("%d crafted reports came through, want %d", len(m.after), m.n)
	}
}

func (m *malice) labels() map[string]string {
	data, err := os.ReadFile("../../testdata/labels.tsv")
	if err != nil {
		m.t.Fatal(err)
	}
	labels := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) > 2 {
			labels[f[1]] = f[2]
		}
	}
	return labels
}

// of is the campaign that most reports of a label are in, and how many are not.
func (m *malice) of(label string) (id string, strays int) {
	count := map[string]int{}
	for _, c := range m.truth[label] {
		count[c]++
	}
	for c, n := range count {
		if n > count[id] || n == count[id] && c < id {
			id = c
		}
	}
	return id, len(m.truth[label]) - count[id]
}

// in counts the attacker's reports that are in a campaign.
func (m *malice) in(id string) (n int) {
	for _, c := range m.after {
		if c == id {
			n++
		}
	}
	return n
}

// mixed is the first part of the words of a, then those of b: share is how much
// of it is a.
func mixed(a, b string, share float64) string {
	x, y := strings.Fields(a), strings.Fields(b)
	return strings.Join(append(append([]string{}, x[:int(share*float64(len(x)))]...), y[int(share*float64(len(y))):]...), " ")
}

// apart says whether two of the corpus's campaigns are still two, and whole.
func (m *malice) apart() bool {
	m.t.Helper()
	threat, a := m.of("patriots-threat")
	scam, b := m.of("support-scam")
	m.t.Logf("%d crafted reports: %d in the one, %d in the other; %d and %d of their own reports elsewhere", m.n, m.in(threat), m.in(scam), a, b)
	return threat != scam && threat != "-" && scam != "-" && a <= 1 && b <= 1
}

// TestMaliceMerge: reports that are made of two campaigns do not make them one,
// however many there are.
func TestMaliceMerge(t *testing.T) {
	for name, body := range map[string]func(i int) string{
		"both texts in one mail":          func(int) string { return threatText + "\n\n" + scamText },
		"the one with a fifth of another": func(i int) string { return threatText + " " + mixed(scamText, "", 0.2) },
	} {
		for _, n := range []int{21, 420} {
			t.Run(fmt.Sprintf("%s, %d reports", name, n), func(t *testing.T) {
				m := newMalice(t)
				for i := range n {
					m.report(threatFrom, "Order confirmation", body(i))
				}
				if m.run(); !m.apart() {
					t.Error("the campaigns became one")
				}
			})
		}
	}
}

// TestMaliceChain: a chain of 21 steps from one campaign to the other does not make
// them one. When it is sent 20 times over it is more than both have, and may.
func TestMaliceChain(t *testing.T) {
	for _, n := range []int{1, 11, 21, 42, 420} {
		m := newMalice(t)
		for i := range n {
			m.report(threatFrom, "Order confirmation", mixed(threatText, scamText, 1-float64(i%21)/20))
		}
		m.run()
		apart := m.apart()
		if t.Logf("a chain of %d reports: apart %v", n, apart); n <= 21 && !apart {
			t.Errorf("%d reports made two campaigns one", n)
		}
	}
}

// turns crafts variants of both campaigns that resemble the other: each with the
// other's subject and a share of its text behind its own. Every one joins where it
// belongs, and there its exemplar speaks for the other.
func (m *malice) turns(n int, share float64) {
	for i := range n {
		if i%2 == 0 {
			m.report("Brightdesk Care <billing@tulip-hosting.example>", "vote for the Kestrel ticket or else", scamText+" "+mixed(threatText, "", share))
		} else {
			m.report(threatFrom, "Order confirmation K1URK5V3", threatText+" "+mixed(scamText, "", share))
		}
	}
}

// TestMaliceMergeAllowed measures what SECURITY.md tells: how few reports that are
// crafted on both sides make two campaigns one, of which the smaller has 12 reports
// or 120. It takes a share of the smaller one's, so that what is for small campaigns
// a few reports is for large ones many; a single one never does.
func TestMaliceMergeAllowed(t *testing.T) {
	for _, more := range []int{0, 108} {
		for _, share := range []float64{0.2, 0.3, 0.5, 1} {
			needed := "more than 48"
			for _, n := range []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48} {
				m := newMalice(t)
				m.scams(more)
				m.turns(n, share)
				if m.run(); m.apart() {
					continue
				}
				if needed = fmt.Sprint(n); n == 1 || more > 0 && n < 8 {
					t.Errorf("with %.0f %% of the other text %d reports made two campaigns one", 100*share, n)
				}
				break
			}
			t.Logf("where the smaller has %d, with %.0f %% of the other text %s reports make the two one", 12+more, 100*share, needed)
		}
	}
}

// scams reports more copies of the one campaign, as other victims do.
func (m *malice) scams(n int) {
	for i := range n {
		m.report("Brightdesk Care <billing@tulip-hosting.example>", "Order confirmation K1URK5V3", strings.ReplaceAll(scamText, "RL6YMJNRI", fmt.Sprintf("RL6YM%04d", i)))
	}
}

// TestMaliceMergeGuarded: what an analyst has said about both campaigns keeps them
// apart, however many such reports come.
func TestMaliceMergeGuarded(t *testing.T) {
	first := map[string]cluster.ReportID{}
	probe := newMalice(t)
	probe.run()
	labels := probe.labels()
	for i, name := range probe.group.names {
		if label := labels[strings.TrimPrefix(name, "../../testdata/")]; first[label] == (cluster.ReportID{}) {
			first[label] = probe.group.reports[i]
		}
	}
	threat, _ := probe.of("patriots-threat")
	scam, _ := probe.of("support-scam")
	for name, decisions := range map[string][]cluster.Decision{
		"labels": {
			{Kind: cluster.DecisionLabel, Campaign: cluster.CampaignID(threat), Label: "threat"},
			{Kind: cluster.DecisionLabel, Campaign: cluster.CampaignID(scam), Label: "scam"},
		},
		"pins": {
			{Kind: cluster.DecisionPin, Campaign: cluster.CampaignID(threat), Reports: []cluster.ReportID{first["patriots-threat"]}},
			{Kind: cluster.DecisionPin, Campaign: cluster.CampaignID(scam), Reports: []cluster.ReportID{first["support-scam"]}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMalice(t)
			m.before = func(g *grouping) {
				for i := range decisions {
					for _, ev := range g.engine.Step(cluster.Entry{Offset: g.engine.Offset() + 1, Decision: &decisions[i]}) {
						if ev.Kind == cluster.EventRefused {
							t.Fatalf("refused: %s", ev.Note)
						}
					}
				}
			}
			m.turns(100, 0.5)
			if m.run(); !m.apart() {
				t.Error("the campaigns became one")
			}
		})
	}
}

// TestMalicePoison: mail in a legitimate sender's name with other content does not
// come to lie with that sender's mail. A copy of it with one link changed does.
func TestMalicePoison(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		joins      bool
	}{
		{"an abusive text in the sender's name", scamText, false},
		{"the sender's masthead and another text", "HARBOUR COURIER - Dear reader\n\n" + threatText + "\n\nYou get this mail because you subscribed at the Harbour Courier, Quay 3.", false},
		{"a copy with a link put in", issueText + "\n\nWatch it here: http://evil.example/watch\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMalice(t)
			for range 50 {
				m.report(courierFrom, "Harbour Courier: what the storm left", tt.body)
			}
			m.run()
			id, _ := m.of("courier-2020-10-20")
			n := m.in(id)
			t.Logf("%d of %d crafted reports in the issue's campaign", n, m.n)
			if id == "-" || (n > 0) != tt.joins {
				t.Errorf("%d of %d crafted reports joined %s, want any: %v", n, m.n, id, tt.joins)
			}
		})
	}
}

// TestMaliceInflate: the same mail of the same reporter is one report; changed by a
// byte it is another one, of the same person.
func TestMaliceInflate(t *testing.T) {
	m := newMalice(t)
	m.report(threatFrom, "or else", threatText)
	one, err := os.ReadFile(filepath.Join(m.dir, "00001.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for m.n < 100 {
		m.n++
		if err := os.WriteFile(filepath.Join(m.dir, fmt.Sprintf("%05d.eml", m.n)), one, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.run()
	if got := len(m.distinct()); got != 1 {
		t.Errorf("100 copies of a report are %d reports, want 1", got)
	}
	for range 100 {
		m.report(threatFrom, "or else", threatText)
	}
	m.run()
	if got := len(m.distinct()); got != 101 {
		t.Errorf("with 100 that differ in their Message-ID: %d reports, want 101: is the documentation right?", got)
	}
}

// distinct are the ids of the attacker's reports.
func (m *malice) distinct() map[cluster.ReportID]bool {
	ids := map[cluster.ReportID]bool{}
	for i, name := range m.group.names {
		if strings.HasPrefix(name, m.dir) {
			ids[m.group.reports[i]] = true
		}
	}
	return ids
}

// TestMaliceFlood puts ten crafted reports after each of the traffic's: they have
// its links, hosts, senders and servers, and a text of their own, to push the
// traffic out of the index. Its grouping stays as good within a hundredth, and
// what the engine keeps stays bounded.
func TestMaliceFlood(t *testing.T) {
	cfg := cluster.DefaultConfig()
	calm, _ := flooded(t, cfg, 0)
	stormy, exemplars := flooded(t, cfg, 10)
	t.Logf("F1 %.4f without, %.4f with the flood; %d exemplars", calm, stormy, exemplars)
	if stormy < calm-0.01 {
		t.Errorf("F1 %.4f with the flood, %.4f without", stormy, calm)
	}
	if exemplars > cfg.LiveExemplars {
		t.Errorf("%d exemplars, over the bound", exemplars)
	}
}

// flooded is the strict F1 of simulated traffic with a number of crafted reports
// after each, and the exemplars that the engine keeps at the end.
func flooded(t *testing.T, cfg cluster.Config, crafted int) (f1 float64, exemplars int) {
	t.Helper()
	stream, err := simulate.Features(simulate.Default(3000, 3))
	if err != nil {
		t.Fatal(err)
	}
	e := cluster.NewEngine(cfg)
	at, first := map[cluster.ReportID]int{}, []cluster.CampaignID{}
	var items []score.Item
	random := rand.New(rand.NewPCG(1, 2))
	step := func(f *cluster.Features) {
		for _, ev := range e.Step(cluster.Entry{Offset: e.Offset() + 1, Features: f}) {
			if i, ok := at[ev.Report]; ok && (ev.Kind == cluster.EventAssigned || ev.Kind == cluster.EventMoved) {
				first[i] = ev.Campaign
			}
		}
	}
	for l := range stream {
		at[l.Features.Report] = len(items)
		items, first = append(items, score.Item{Truth: l.Campaign, Kind: string(l.Kind)}), append(first, "")
		own := *l.Features
		step(&own)
		for range crafted {
			f := *l.Features
			f.BodyDigest, f.Subject, f.Files = "", nil, nil
			f.Text, f.Words = strangeSketch(random, f.Text), strangeSketch(random, f.Words)
			binary.BigEndian.PutUint64(f.Report[:], random.Uint64())
			step(&f)
		}
	}
	for i := range items {
		items[i].Got = string(e.Resolve(first[i]))
	}
	return score.Score(items).Strict.F1, e.Exemplars()
}

// strangeSketch is a sketch of the same size of another text.
func strangeSketch(random *rand.Rand, s cluster.Sketch) cluster.Sketch {
	hashes := make([]uint32, len(s.Hashes))
	for i := range hashes {
		hashes[i] = random.Uint32()
	}
	slices.Sort(hashes)
	return cluster.Sketch{Total: s.Total, Hashes: slices.Compact(hashes)}
}
