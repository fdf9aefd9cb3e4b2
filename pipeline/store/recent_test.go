package store

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
)

// table is report_rows in memory: what stands at a place of a report.
type table map[placeKey]placement

func (t table) write(n placement) {
	key := placeKey{place: n.place, report: n.report}
	if old, ok := t[key]; !ok || old.version <= n.version {
		t[key] = n
	}
}

// rekey does what the statement of a step does to a table.
func (t table) rekey(s step) {
	var rows []placement
	for _, n := range t {
		if !n.deleted {
			rows = append(rows, n)
		}
	}
	for _, n := range rows {
		for _, l := range stepped(n.place, n.report[0], []step{s}) {
			if l.seq <= n.version {
				continue
			}
			gone, next := n, n
			gone.place, gone.version, gone.deleted = l.from, l.seq, true
			next.place, next.version = place{campaign: l.to}, l.seq
			t.write(gone)
			t.write(next)
		}
	}
}

// shown is where each report is, and an error where it is in two places.
func (t table) shown() (map[byte]string, error) {
	out := map[byte]string{}
	for _, n := range t {
		if n.deleted {
			continue
		}
		if other, twice := out[n.report[0]]; twice {
			return nil, fmt.Errorf("report %d is in %s and in %v", n.report[0], other, n.place)
		}
		out[n.report[0]] = fmt.Sprintf("%q/%q", n.place.campaign, n.place.alone)
	}
	return out, nil
}

// fate makes a log as a clusterer would: reports open campaigns or join them,
// campaigns merge, reports move.
func fate(rng *rand.Rand, n int) (events []*record.Event) {
	var open []string // campaigns
	many := map[string]bool{}
	in := map[byte]string{}
	add := func(kind cluster.EventKind, campaign, other string, report byte) {
		events = append(events, event(uint64(len(events)+1), kind, campaign, other, report))
	}
	created := func(c string) {
		if !many[c] {
			many[c] = true
			add(cluster.EventCreated, c, "", 0)
		}
	}
	for r := byte(1); len(events) < n && r < 250; {
		switch k := rng.IntN(10); {
		case k < 4 || len(open) < 2:
			c := fmt.Sprint("c", r)
			open, in[r] = append(open, c), c
			add(cluster.EventAssigned, c, "", r)
			r++
		case k < 7:
			c := open[rng.IntN(len(open))]
			created(c)
			add(cluster.EventAssigned, c, "", r)
			in[r] = c
			r++
		case k < 9:
			i, j := rng.IntN(len(open)), rng.IntN(len(open))
			if i == j {
				continue
			}
			old, young := open[min(i, j)], open[max(i, j)]
			created(old)
			add(cluster.EventMerged, old, young, 0)
			open = append(open[:max(i, j)], open[max(i, j)+1:]...)
			for r, c := range in {
				if c == young {
					in[r] = old
				}
			}
		default:
			r, c := byte(1+rng.IntN(int(r-1))), open[rng.IntN(len(open))]
			if in[r] != c {
				created(c)
				add(cluster.EventMoved, c, in[r], r)
				in[r] = c
			}
		}
	}
	return events
}

// TestRecent: whatever is remembered, forgotten, tried again, stored twice or cut
// otherwise after a restart, each report is where the events put it, once; and what is
// remembered saves statements.
func TestRecent(t *testing.T) {
	saved, asked, tried := 0, 0, 0
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 7))
		events := fate(rng, 60)
		rows := make([]*record.Row, len(events))
		for i := range rows {
			rows[i] = &record.Row{Subject: "s"}
		}
		whole, made := table{}, map[string]bool{}
		for i := range events {
			store(t, whole, made, new(recent), pipeline.Batch{Events: events[i : i+1], Rows: rows[i : i+1]})
		}
		want, err := whole.shown()
		if err != nil {
			t.Fatal(err)
		}
		cut, r := table{}, new(recent)
		made = map[string]bool{}
		for from := 0; from < len(events); {
			to := min(len(events), from+1+rng.IntN(12))
			b := pipeline.Batch{Events: events[from:to], Rows: rows[from:to]}
			for ; rng.IntN(4) == 0; tried++ { // fails, and is tried again as it is
				attempt(t, cut, made, r, b, rng.IntN(3))
			}
			n, all := store(t, cut, made, r, b)
			saved, asked = saved+all-n, asked+all
			switch rng.IntN(8) {
			case 0: // killed before the commit
				*r = recent{}
				continue
			case 1: // stored twice
				continue
			case 2: // forgotten
				for i := range r.queue {
					r.set(r.queue[i], nil)
				}
			}
			from = to
			if _, err := cut.shown(); err != nil {
				t.Fatalf("seed %d, after event %d: %v", seed, to, err)
			}
		}
		got, err := cut.shown()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-one by one +in batches):\n%s", seed, diff)
		}
	}
	if tried == 0 {
		t.Error("nothing failed")
	}
	if saved*2 < asked {
		t.Errorf("%d of %d moves needed no statement, want most", saved, asked)
	}
}

// store does what Insert does. It gives how many events needed a statement, and of
// how many that move rows.
func store(t *testing.T, rows table, made map[string]bool, r *recent, b pipeline.Batch) (asked, moving int) {
	p, tr := attempt(t, rows, made, r, b, 2)
	r.keep(tr, b.Events[len(b.Events)-1].GetSeq()+1)
	for _, s := range p.steps {
		asked += len(s.events)
	}
	for _, s := range steps(p.lineage) {
		moving += len(s.events)
	}
	return asked, moving
}

// attempt is Insert up to where it remembers: of what it writes after the campaigns'
// state it gets through nothing (0), the rows (1), or the statements too (2).
func attempt(t *testing.T, rows table, made map[string]bool, r *recent, b pipeline.Batch, through int) (*plan, *tracker) {
	p, err := newPlan(b)
	if err != nil {
		t.Fatal(err)
	}
	for c := range p.created {
		made[c] = true
	}
	known := r.begin(b)
	existing := map[string]bool{}
	for _, c := range assignedCampaigns(b) {
		_, ok := known.reports(c)
		existing[c] = ok && known.existed(c) || !ok && made[c]
	}
	tr := p.place(b, existing, known)
	for _, n := range p.placements {
		if through > 0 {
			rows.write(*n)
		}
	}
	for _, s := range p.steps {
		if through > 1 {
			rows.rekey(s)
		}
	}
	return p, tr
}
