package publish_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
	"shoal/pipeline/publish"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

// labelled is story with labels, and with a subject that tries to leave its place.
func labelled() *storetest.Log {
	l := story()
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "cnews2", Label: "the Paper, it's 50% off?", Actor: "ana"})
	l.Add(cluster.EventDrifted, &record.Event{Campaign: "cvideo"})
	l.Mail("codd", 2, in("AK"), lawful, subject("it's {x:String} ? \\ <b>"))
	return l
}

// TestBrowse: each filter and order gives what the story says.
func TestBrowse(t *testing.T) {
	db := open(t, labelled())
	day := midnight(storetest.Start).AddDate(0, 0, 1)
	for _, tt := range []struct {
		name  string
		f     publish.Filter
		want  string // ids
		total uint64
	}{
		{"day", publish.Filter{Day: day, Limit: 10}, "cbig cnews2 cvideo codd cnews cold", 6},
		{"page", publish.Filter{Day: day, Offset: 1, Limit: 2}, "cnews2 cvideo", 6},
		{"change", publish.Filter{Day: day, Change: "faded", Limit: 10}, "cnews", 1},
		{"merged", publish.Filter{Day: day, Change: "merged", Limit: 10}, "cold", 1},
		{"unknown words", publish.Filter{Day: day, Change: "' OR 1", Status: "x", Label: "?", Sort: "; DROP", Limit: 1}, "cbig", 6},
		{"newest", publish.Filter{Day: day, Sort: "newest", Change: "new", Limit: 10}, "cbig cnews2 codd cvideo", 4},
		{"growth", publish.Filter{Day: day, Sort: "growth", Limit: 1}, "cbig", 6},
		{"recipients", publish.Filter{Day: day, Sort: "recipients", Limit: 1}, "cbig", 6},
		{"status", publish.Filter{Day: day, Status: "drifted", Limit: 10}, "cvideo", 1},
		{"label", publish.Filter{Day: day, Label: "yes", Limit: 10}, "cnews2", 1},
		{"no label", publish.Filter{Label: "no", Limit: 10}, "cbig cvideo cnews codd", 4},
		{"operation", publish.Filter{Operation: "o1", Limit: 10}, "cbig cvideo", 2},
		{"text of a subject", publish.Filter{Day: day, Text: " VOTE or ", Limit: 10}, "cbig", 1},
		{"text of a label", publish.Filter{Text: "it's 50% off?", Limit: 10}, "cnews2", 1},
		{"hostile text", publish.Filter{Text: "it's {x:String} ? \\ <b>", Limit: 10}, "codd", 1},
		{"all", publish.Filter{Limit: 10}, "cbig cnews2 cvideo cnews codd", 5},
		{"all, newest", publish.Filter{Sort: "newest", Limit: 1}, "cbig", 5},
		{"all, last seen", publish.Filter{Sort: "growth", Limit: 1}, "cbig", 5},
		{"all, recipients", publish.Filter{Sort: "recipients", Limit: 1}, "cbig", 5},
		{"merged ones", publish.Filter{Status: "merged", Limit: 10}, "cold", 1},
		{"none", publish.Filter{Text: "no such words", Limit: 10}, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := publish.Browse(t.Context(), db, tt.f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range p.Campaigns {
				got = append(got, c.ID)
				if (c.Day != nil) != !tt.f.Day.IsZero() {
					t.Errorf("%s has figures of a day: %v", c.ID, c.Day)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" || p.Total != tt.total {
				t.Errorf("total %d, want %d; ids (-want +got):\n%s", p.Total, tt.total, diff)
			}
		})
	}
	p, err := publish.Browse(t.Context(), db, publish.Filter{Day: day, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if c := p.Campaigns[0]; len(c.Timeline) == 0 || len(c.Targets) == 0 || c.Words().AimFirst == "" || c.Day.Reports != 44 {
		t.Errorf("what a list shows of cbig: %+v", c)
	}
}

// TestSearch: whatever an analyst pastes finds its campaign.
func TestSearch(t *testing.T) {
	db := open(t, labelled())
	of := func(name string) string { return storetest.ID(name).String() }
	for term, want := range map[string]string{ // "*" for anything
		of("cbig/3"):                 "cbig report 1",
		of("alone"):                  " report 1",
		"198.51.100.1":               "*",
		"203[.]0[.]113[.]9":          "cnews2 sending server 6, cnews sending server 4, codd sending server 2,  sending server 1",
		"video[.]example":            "*",
		"INFO[@]boys[.]example":      "*",
		"Paper.example":              "cnews2 sender domain 6, cnews sender domain 4, codd sender domain 2,  sender domain 1",
		"hxxps[:]//video[.]example/": "*",
		"vote or else, NEIGHBOUR":    "cbig subject 43",
		"3:abc:de":                   "*",
		"+1 555 0100":                "*",
		"no such thing at all":       "",
		"it's {x:String} ? \\ <b>":   "codd subject 2",
		"50% off":                    "cnews2 label 6",
		"  ":                         "",
	} {
		hits, err := publish.Search(t.Context(), db, term)
		if err != nil {
			t.Fatalf("%s: %v", term, err)
		}
		var got []string
		for _, h := range hits {
			got = append(got, fmt.Sprint(h.Campaign, " ", h.Where, " ", h.Reports))
		}
		if found := strings.Join(got, ", "); found != want && !(want == "*" && found != "") {
			t.Errorf("Search(%q) = %q, want %q", term, found, want)
		}
	}
}

// TestReports: pages of a campaign's reports, those that stand alone, variants and
// outcomes.
func TestReports(t *testing.T) {
	db := open(t, labelled())
	day := midnight(storetest.Start).AddDate(0, 0, 1)
	seen := map[string]bool{}
	for offset := 0; offset < 44; offset += 10 {
		rows, err := publish.Reports(t.Context(), db, "cbig", time.Time{}, offset, 10)
		if err != nil || len(rows) != min(11, 44-offset) {
			t.Fatalf("%d reports at %d, %v", len(rows), offset, err)
		}
		for _, r := range rows[:min(10, len(rows))] {
			seen[r.ID] = true
		}
	}
	if len(seen) != 44 {
		t.Errorf("%d different reports in all pages, want 44", len(seen))
	}
	if rows, err := publish.Reports(t.Context(), db, "", day, 0, 10); err != nil || len(rows) != 1 || rows[0].ID != storetest.ID("alone").String() {
		t.Errorf("alone: %v, %v", rows, err)
	}
	variants, err := publish.Variants(t.Context(), db, "cnews2")
	if err != nil || len(variants) != 5 || variants[0].Joined != 1 || variants[0].Subject != "News of the day" {
		t.Errorf("variants %+v, %v", variants, err)
	}
	done, err := publish.Outcome(t.Context(), db, "ana", storetest.Start.UnixMilli(), day.AddDate(0, 0, 1).UnixMilli())
	if err != nil || len(done) != 1 || done[0].Event != "labelled" {
		t.Errorf("outcome %+v, %v", done, err)
	}
	if s, err := publish.Totals(t.Context(), db, day, nil); err != nil || s.Figures.Reports != 58 {
		t.Errorf("totals %+v, %v", s, err)
	}
}

// TestLatestDay: a report that claims to be of a day to come does not hide today.
func TestLatestDay(t *testing.T) {
	at := func(day time.Time) func(*record.Row) {
		return func(r *record.Row) { r.ReportedAtMs = day.UnixMilli() }
	}
	old, future := time.Date(2020, 10, 20, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	l := storetest.NewLog()
	l.Open("future", "cfuture", at(future))
	db := open(t, l)
	if day, err := publish.LatestDay(t.Context(), db); err != nil || !day.Equal(future) {
		t.Errorf("LatestDay = %v, %v; want the only one", day, err)
	}
	n := len(l.Events)
	l.Open("old", "cold", at(old))
	if err := db.Insert(t.Context(), l.Batch(n, len(l.Events))); err != nil {
		t.Fatal(err)
	}
	if day, err := publish.LatestDay(t.Context(), db); err != nil || !day.Equal(old) {
		t.Errorf("LatestDay = %v, %v; want %v", day, err, old)
	}
}

// TestBrowseErrors: a query that fails is an error.
func TestBrowseErrors(t *testing.T) {
	db := open(t, labelled())
	for name, read := range map[string]func(db publish.Database) error{
		"browse": func(db publish.Database) error {
			_, err := publish.Browse(t.Context(), db, publish.Filter{Limit: 2})
			return err
		},
		"search": func(db publish.Database) error {
			_, err := publish.Search(t.Context(), db, "paper.example")
			return err
		},
		"variants": func(db publish.Database) error { _, err := publish.Variants(t.Context(), db, "cbig"); return err },
	} {
		n := 0
		for ; ; n++ {
			if err := read(&broken{db, n}); err == nil {
				break
			} else if !errors.Is(err, errBroken) {
				t.Fatalf("%s with query %d broken: %v", name, n, err)
			}
		}
		if n < 2 {
			t.Errorf("%s asks %d queries", name, n)
		}
	}
}

var _ publish.Database = (*store.DB)(nil)
