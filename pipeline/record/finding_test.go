package record

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/cluster"
)

func found(t testing.TB, entry cluster.Entry, row *Row) []byte {
	t.Helper()
	b, err := MarshalReport(entry.Features, row)
	if err == nil {
		b, err = AppendFinding(b, &entry)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func findings() []cluster.Entry {
	f := &cluster.Features{Report: cluster.ReportID{1, 2}, Time: 77, Subject: []uint32{5}}
	return []cluster.Entry{
		{Features: f, Finding: &cluster.Finding{Kind: cluster.FindingAlone}},
		{Features: f, Finding: &cluster.Finding{Kind: cluster.FindingNews, Again: true}, Copies: 300},
		{Features: f, Finding: &cluster.Finding{
			Kind: cluster.FindingCopy, Of: cluster.ReportID{9}, Score: 1.5, Content: 0.25,
			Evidence: []cluster.Evidence{{Key: cluster.KeyHost, Matched: cluster.ReportID{9}, Value: "a.example", Score: 1, Weight: -0.5}},
		}},
	}
}

// TestFinding: what a local found comes back, whole and in short, and neither the row
// nor a reader that does not ask for it is disturbed.
func TestFinding(t *testing.T) {
	row := &Row{Source: "user", FromName: "A"}
	for _, want := range findings() {
		b := found(t, want, row)
		got, err := UnmarshalEntry(b)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("UnmarshalEntry: %v, (-want +got):\n%s", err, diff)
		}
		short, err := UnmarshalFinding(b)
		want.Features = &cluster.Features{Report: want.Features.Report, Time: want.Features.Time}
		if diff := cmp.Diff(want, short); err != nil || diff != "" {
			t.Errorf("UnmarshalFinding: %v, (-want +got):\n%s", err, diff)
		}
		if id, r, err := UnmarshalReport(b); err != nil || id != want.Features.Report || r.GetFromName() != "A" {
			t.Errorf("UnmarshalReport = %v, %v, %v", id, r, err)
		}
	}
	plain, err := MarshalReport(&cluster.Features{Report: cluster.ReportID{1}}, row)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := UnmarshalFinding(plain); err != nil || e.Finding != nil || e.Features != nil {
		t.Errorf("finding of a record without one: %+v, %v", e, err)
	}
	newer := append([]byte(nil), found(t, findings()[0], row)...)
	newer[1] = versionReport + 1 // the version is the first field
	if _, err := UnmarshalFinding(newer); !errors.Is(err, ErrVersion) {
		t.Errorf("finding of a newer record: %v, want ErrVersion", err)
	}
}

// FuzzFinding: whatever the bytes are, the short reading agrees with the whole one.
func FuzzFinding(f *testing.F) {
	for _, entry := range findings() {
		f.Add(found(f, entry, &Row{Source: "user"}))
	}
	f.Add([]byte{0x22, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, err := UnmarshalEntry(b)
		if err != nil || whole.Features == nil {
			return
		}
		short, err := UnmarshalFinding(b)
		if err != nil {
			t.Fatalf("UnmarshalFinding: %v, but the record can be read", err)
		}
		if diff := cmp.Diff(whole.Finding, short.Finding); diff != "" || whole.Copies != short.Copies {
			t.Fatalf("findings differ (-whole +short):\n%s", diff)
		}
		if short.Finding != nil && (short.Features.Report != whole.Features.Report || short.Features.Time != whole.Features.Time) {
			t.Fatalf("report %v of %d, want %v of %d", short.Features.Report, short.Features.Time, whole.Features.Report, whole.Features.Time)
		}
	})
}
