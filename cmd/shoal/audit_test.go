package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/store"
)

// cmdStatement changes the database of an engine by hand: statement SOCKET SQL.
func cmdStatement(ts *testscript.TestScript, _ bool, args []string) {
	cfg := store.DefaultConfig()
	cfg.URL = socketURL(args[0])
	db, err := store.Open(context.Background(), cfg)
	ts.Check(err)
	defer db.Close()
	ts.Check(db.Exec(context.Background(), args[1]))
}

// cmdProduce publishes a file as it is: produce TOPIC FILE [SOURCE].
func cmdProduce(ts *testscript.TestScript, _ bool, args []string) {
	client, err := kafka.NewClient(kafka.DefaultConfig(ts.Getenv("KAFKA")), kafka.Options{})
	ts.Check(err)
	defer client.Close()
	rec := pipeline.Record{Value: []byte(ts.ReadFile(args[1]))}
	if len(args) > 2 {
		rec.Headers = []pipeline.Header{{Name: pipeline.HeaderSource, Value: []byte(args[2])}}
	}
	ts.Check(client.NewSink(args[0]).Write(context.Background(), []pipeline.Record{rec}))
}

// cmdAudited waits until an audit that is written as JSON has a total: audited
// FIELD N ARG...; in_flight.STAGE is a field, too.
func cmdAudited(ts *testscript.TestScript, _ bool, args []string) {
	eventually(ts, "audit", func() error {
		if err := ts.Exec("shoal", append([]string{"audit", "--format", "json"}, args[2:]...)...); err != nil {
			return err
		}
		return totalIs(ts.ReadFile("stdout"), args[0], args[1])
	})
}

func totalIs(audit, field, want string) error {
	var a struct {
		Reports struct {
			Total    map[string]json.Number `json:"total"`
			InFlight map[string]json.Number `json:"in_flight"`
		} `json:"reports"`
	}
	if err := json.Unmarshal([]byte(audit), &a); err != nil {
		return err
	}
	got := a.Reports.Total[field]
	if stage, ok := strings.CutPrefix(field, "in_flight."); ok {
		got = a.Reports.InFlight[stage]
	}
	if got.String() != want {
		return fmt.Errorf("%s is %q, want %s", field, got, want)
	}
	return nil
}

func reportOf(n byte) cluster.ReportID { return cluster.ReportID{n} }

// TestSettle gives each outcome its case.
func TestSettle(t *testing.T) {
	const from, to, oldest = 100, 200, 120
	seen := func(n byte, at, offset int64) occurrence { return occurrence{id: reportOf(n), at: at, offset: offset} }
	for _, tt := range []struct {
		name    string
		seen    []occurrence
		kept    []store.Kept
		letters map[spot]string
		buried  map[cluster.ReportID]string
		waiting map[cluster.ReportID]string
		want    [fates]int64
	}{
		{name: "stored", seen: []occurrence{seen(1, 150, 0)}, kept: []store.Kept{{ID: reportOf(1), ReceivedAt: 150}},
			want: [fates]int64{fateStored: 1}},
		{name: "deleted by hand", seen: []occurrence{seen(1, 150, 0), seen(2, 150, 1)}, kept: []store.Kept{{ID: reportOf(1), ReceivedAt: 150}},
			want: [fates]int64{fateStored: 1, fateMissing: 1}},
		{name: "the second record of two is stored", seen: []occurrence{seen(1, 150, 0), seen(1, 160, 1)},
			kept: []store.Kept{{ID: reportOf(1), ReceivedAt: 160}}, want: [fates]int64{fateStored: 1, fateRepeat: 1}},
		{name: "stored before the span", seen: []occurrence{seen(1, 150, 0)}, kept: []store.Kept{{ID: reportOf(1), ReceivedAt: 50}},
			want: [fates]int64{fateRepeat: 1}},
		{name: "two of one report are missing once", seen: []occurrence{seen(1, 150, 0), seen(1, 160, 1)},
			want: [fates]int64{fateRepeat: 1, fateMissing: 1}},
		{name: "no mail, dead", seen: []occurrence{seen(0, 150, 0)}, letters: map[spot]string{{0, 0}: "unreadable"},
			want: [fates]int64{fateDead: 1}},
		{name: "no mail, without a letter", seen: []occurrence{seen(0, 150, 0), seen(0, 150, 1)}, want: [fates]int64{fateMissing: 2}},
		{name: "dead, and sent again", seen: []occurrence{seen(1, 150, 0), seen(1, 160, 1)}, letters: map[spot]string{{0, 0}: "panic"},
			kept: []store.Kept{{ID: reportOf(1), ReceivedAt: 160}}, want: [fates]int64{fateStored: 1, fateDead: 1}},
		{name: "extracted, then dead", seen: []occurrence{seen(1, 150, 0)}, buried: map[cluster.ReportID]string{reportOf(1): "invalid"},
			want: [fates]int64{fateDead: 1}},
		{name: "after what the stage has committed", seen: []occurrence{seen(1, 150, 9), seen(2, 150, 10)},
			want: [fates]int64{fateMissing: 1, fateWaiting: 1}},
		{name: "in flight further on", seen: []occurrence{seen(1, 150, 0)}, waiting: map[cluster.ReportID]string{reportOf(1): "writer"},
			want: [fates]int64{fateWaiting: 1}},
		{name: "past its time", seen: []occurrence{seen(1, 110, 0)}, want: [fates]int64{fateExpired: 1}},
		{name: "past its time and not dropped yet", seen: []occurrence{seen(1, 110, 0)}, kept: []store.Kept{{ID: reportOf(1), ReceivedAt: 110}},
			want: [fates]int64{fateStored: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := facts{from: from, to: to, oldest: oldest, kept: map[cluster.ReportID]*kept{}, letters: tt.buried, waiting: tt.waiting}
			for _, k := range tt.kept {
				f.kept[k.ID] = &kept{Kept: k}
			}
			l := ledger{seen: tt.seen, letters: tt.letters, done: []int64{10}, stage: "worker",
				own: func(o *occurrence, k *store.Kept) bool { return o.at == k.ReceivedAt }}
			l.settle(&f)
			if diff := cmp.Diff(tt.want, l.total()); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			if sum := newBalance(l.total()).Reports; sum != int64(len(tt.seen)) {
				t.Errorf("%d reports have an outcome, want %d", sum, len(tt.seen))
			}
			if int64(len(l.missing)) != tt.want[fateMissing] {
				t.Errorf("%d are listed as missing, want %d", len(l.missing), tt.want[fateMissing])
			}
		})
	}
}

// TestStrays finds what is stored and is in no log, and nothing that was not read.
func TestStrays(t *testing.T) {
	f := facts{from: 1, to: math.MaxInt64, kept: map[cluster.ReportID]*kept{}}
	for n, offset := range map[byte]int64{1: 5, 2: 6, 3: 20, 4: 2, 5: -1} {
		f.kept[reportOf(n)] = &kept{Kept: store.Kept{ID: reportOf(n), ReceivedAt: 1, Offset: offset}}
	}
	f.kept[reportOf(7)] = &kept{Kept: store.Kept{ID: reportOf(7), ReceivedAt: 1, Offset: 6}}
	f.kept[reportOf(6)] = &kept{Kept: store.Kept{ID: reportOf(6), ReceivedAt: 0, Offset: 7}} // before the span
	l := ledger{seen: []occurrence{{id: reportOf(1), at: 1, offset: 5}}, done: []int64{10}, own: func(*occurrence, *store.Kept) bool { return true }}
	l.settle(&f)
	got := f.strays(3, 10)
	if len(got) != 2 || got[0].ID != reportOf(2) || got[1].ID != reportOf(7) {
		t.Errorf("strays = %v, want reports 2 and 7, in this order", got)
	}
}

func TestAuditSpan(t *testing.T) {
	now := time.Date(2020, 10, 21, 12, 0, 0, 0, time.UTC)
	day := time.Date(2020, 10, 20, 0, 0, 0, 0, time.UTC).UnixMilli()
	for _, tt := range []struct {
		f        auditFlags
		from, to int64
		err      string
	}{
		{f: auditFlags{}, from: 0, to: math.MaxInt64},
		{f: auditFlags{since: 12 * time.Hour}, from: day + 24*3600_000, to: math.MaxInt64},
		{f: auditFlags{from: "2020-10-20", to: "2020-10-20T01:00:00Z"}, from: day, to: day + 3600_000},
		{f: auditFlags{from: "2020-10-20", since: time.Hour}, err: "--since"},
		{f: auditFlags{from: "2020-10-20", to: "2020-10-20"}, err: "ends before"},
		{f: auditFlags{to: "yesterday"}, err: "--to yesterday"},
	} {
		from, to, err := tt.f.span(now)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("span of %q %q %v = %v, want an error with %q", tt.f.from, tt.f.to, tt.f.since, err, tt.err)
			}
			continue
		}
		if err != nil || from != tt.from || to != tt.to {
			t.Errorf("span of %q %q %v = %d, %d, %v, want %d, %d", tt.f.from, tt.f.to, tt.f.since, from, to, err, tt.from, tt.to)
		}
	}
}

// What retention has taken is said: the account is of what is left.
func TestAuditTellsWhatIsGone(t *testing.T) {
	c := account{OK: true, Gone: []gone{{Topic: "reports", Partition: 3, Records: 7, Begins: time.Date(2020, 10, 20, 0, 0, 0, 0, time.UTC)}}}
	if want, got := "first 7 offsets of reports/3: it begins at 2020-10-20 00:00:00 UTC", c.table(); !strings.Contains(got, want) {
		t.Errorf("table = %q, want %q in it", got, want)
	}
}

// A hostile word of a producer does not reach the terminal as it is.
func TestAuditTableIsPrintable(t *testing.T) {
	c := account{OK: true, Reports: side{Sources: []sourceBalance{{Source: "a\x1b[2J\u202eb"}}, Dead: map[string]int64{"x\x07y": 1}}}
	if got := c.table(); strings.ContainsAny(got, "\x1b\x07\u202e") || !strings.Contains(got, "a[2Jb") {
		t.Errorf("table = %q, want no control characters", got)
	}
}
