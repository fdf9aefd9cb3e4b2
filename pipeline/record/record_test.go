package record

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"shoal/cluster"
)

func testFeatures() *cluster.Features {
	return &cluster.Features{
		Report: cluster.ReportID{1, 2, 3}, Time: 1603195200000,
		Text:    cluster.Sketch{Total: 300, Hashes: []uint32{1, 5, 1 << 31}},
		Words:   cluster.Sketch{Total: 2, Hashes: []uint32{7, 9}},
		Subject: []uint32{3, 1, 2}, BodyDigest: "3:abc:d", HTMLDigest: "6:x:y",
		Files: []cluster.File{{
			Kind: cluster.FileImage, Inline: true, Size: 4711, Hash: 1 << 63, Look: 42,
			Digest: "3:q:r", Text: cluster.Sketch{Total: 1, Hashes: []uint32{8}}, Name: "a.png",
		}},
		Values: []cluster.Value{{Key: cluster.KeyPhone, Hash: 1<<64 - 1, Text: "8505550142"}},
	}
}

// testRow repeats some of the features, and has some fields that only could.
func testRow() *Row {
	return &Row{
		Subject: "hello", Attrs: map[string]string{"region": "FL"}, Recipient: "p_x",
		BodySsdeep: "3:abc:d", HtmlSsdeep: "another", FromAddress: "ann@example.org", FromDomain: "example.org",
		Origins: map[string]string{"source": "reported", "recipient": "derived", "reported_at": "missing"},
	}
}

// wholeValues are values whose text is all of them, two that are cut, and one of
// the zero hash.
func wholeValues() []cluster.Value {
	return []cluster.Value{
		{Key: cluster.KeySubjectShape, Hash: valueHash(cluster.KeySubjectShape, "vote # or else"), Text: "vote # or else"},
		{Key: cluster.KeyPhone, Hash: 0, Text: "8505550142"},
		{Key: cluster.KeyToken, Hash: 12, Text: "cut"},
		{Key: cluster.KeyToken, Hash: 11, Text: ""},
		{Key: cluster.KeySenderAddress, Hash: valueHash(cluster.KeySenderAddress, "ann@example.org"), Text: "ann@example.org"},
	}
}

func TestReportRoundTrip(t *testing.T) {
	words := shapeWords("vote # or else more")
	for name, change := range map[string]func(*cluster.Features, *Row){
		"plain":                 func(*cluster.Features, *Row) {},
		"whole values":          func(f *cluster.Features, _ *Row) { f.Values = wholeValues() },
		"subject of its shape":  func(f *cluster.Features, _ *Row) { f.Values, f.Subject = wholeValues(), words[:3] },
		"subject goes on":       func(f *cluster.Features, _ *Row) { f.Values, f.Subject = wholeValues(), words },
		"subject is shorter":    func(f *cluster.Features, _ *Row) { f.Values, f.Subject = wholeValues(), words[:2] },
		"no subject":            func(f *cluster.Features, _ *Row) { f.Values, f.Subject = wholeValues(), nil },
		"sketch out of order":   func(f *cluster.Features, _ *Row) { f.Text.Hashes = []uint32{2, 1} },
		"sketch with a repeat":  func(f *cluster.Features, _ *Row) { f.Text.Hashes = []uint32{2, 2} },
		"unknown origin":        func(_ *cluster.Features, r *Row) { r.Origins["helo"] = "derived" },
		"unknown origin's word": func(_ *cluster.Features, r *Row) { r.Origins["source"] = "guessed" },
		"no origins":            func(_ *cluster.Features, r *Row) { r.Origins = nil },
	} {
		t.Run(name, func(t *testing.T) {
			f, row := testFeatures(), testRow()
			change(f, row)
			checkRoundTrip(t, f, row)
		})
	}
}

func checkRoundTrip(t *testing.T, want *cluster.Features, row *Row) {
	t.Helper()
	b, err := MarshalReport(want, row)
	if err != nil {
		t.Fatal(err)
	}
	got, err := UnmarshalEntry(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Features); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	gotRow, err := UnmarshalRow(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(row, gotRow, protocmp.Transform()); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

// TestVersion1 reads a record that a program wrote before rows and features
// shared texts.
func TestVersion1(t *testing.T) {
	b, err := os.ReadFile("testdata/report-v1.bin")
	if err != nil {
		t.Fatal(err)
	}
	want := testFeatures()
	want.Values = append([]cluster.Value{{Key: cluster.KeySubjectShape, Hash: 77, Text: "hello"}}, want.Values...)
	got, err := UnmarshalEntry(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Features); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	_, row, err := UnmarshalReport(b)
	if err != nil {
		t.Fatal(err)
	}
	wantRow := &Row{
		Subject: "hello", Attrs: map[string]string{"region": "FL"}, Origins: map[string]string{"source": "derived"},
		Recipient: "p_x", BodySsdeep: "3:abc:d",
	}
	if diff := cmp.Diff(wantRow, row, protocmp.Transform()); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

// TestMalformedIsRefused: what could be read two ways, or only in part, is not.
func TestMalformedIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Report){
		"no features":          func(r *Report) { r.Features = nil },
		"report id":            func(r *Report) { r.Features.ReportId = []byte("short") },
		"sketch cut":           func(r *Report) { r.Features.Text.Packed = r.Features.Text.Packed[:3] },
		"sketch goes on":       func(r *Report) { r.Features.Tags = &Sketch{Packed: append(pack([]uint32{1, 2}), 1)} },
		"sketch twice":         func(r *Report) { r.Features.Text.Hashes = []uint32{1} },
		"file's sketch":        func(r *Report) { r.Features.Files[0].Text.Packed = []byte{1} },
		"keys without texts":   func(r *Report) { r.Features.ValueTexts = r.Features.ValueTexts[1:] },
		"values twice":         func(r *Report) { r.Features.Values = []*Value{{Key: 40}} },
		"hash of no value":     func(r *Report) { r.Features.ValueHashed, r.Features.ValueHashes = []uint32{99}, []uint64{1} },
		"place without hash":   func(r *Report) { r.Features.ValueHashed = append(r.Features.ValueHashed, 3) },
		"subject beyond shape": func(r *Report) { r.Features.SubjectOfShape = 9 },
		"row: unknown repeat":  func(r *Report) { r.RowRepeats = 1 << 13 },
		"row: unknown origin":  func(r *Report) { r.RowOrigins = 1 << 10 },
		"row: no protobuf":     func(r *Report) { r.Row = []byte{0xff} },
	} {
		f := testFeatures()
		f.Values = wholeValues()
		r, err := newReport(fromFeatures(f), testRow())
		if err != nil {
			t.Fatal(err)
		}
		spoil(r)
		b, err := proto.Marshal(&Entry{Version: versionReport, Kind: &Entry_Report{Report: r}})
		if err != nil {
			t.Fatal(err)
		}
		_, entryErr := UnmarshalEntry(b)
		_, _, rowErr := UnmarshalReport(b)
		if err := entryErr; err == nil && rowErr == nil {
			t.Errorf("%s: read without an error", name)
		} else if strings.HasPrefix(name, "row: ") != (entryErr == nil) {
			t.Errorf("%s: entry's error %v, row's %v", name, entryErr, rowErr)
		}
	}
}

func TestDecisionRoundTrip(t *testing.T) {
	want := &cluster.Decision{
		Kind: cluster.DecisionSplit, Time: 5, Campaign: "ca", Other: "cb",
		Reports: []cluster.ReportID{{1}, {2}}, Label: "l", Actor: "ann", Note: "why",
	}
	b, err := MarshalDecision(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := UnmarshalEntry(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Decision); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	if row, err := UnmarshalRow(b); row != nil || err != nil {
		t.Errorf("row of a decision = %v, %v, want nil, nil", row, err)
	}
}

func TestEventKeepsEverything(t *testing.T) {
	b, err := MarshalEvent(&cluster.Event{
		Seq: 9, Offset: 8, Time: 7, Kind: cluster.EventMerged, Report: cluster.ReportID{1}, Campaign: "ca", Other: "cb",
		Operation: "op", Label: "l", Actor: "a", Note: "n",
		Score: 4, Content: 2.5, Evidence: []cluster.Evidence{{Key: cluster.KeyLook, Matched: cluster.ReportID{2}, Value: "v", Score: 0.5, Weight: -1.5}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := UnmarshalEvent(b)
	if err != nil {
		t.Fatal(err)
	}
	id, matched := make([]byte, 16), make([]byte, 16)
	id[0], matched[0] = 1, 2
	want := &Event{
		Version: Version, Seq: 9, Offset: 8, TimeMs: 7, Kind: uint32(cluster.EventMerged), ReportId: id,
		Campaign: "ca", Other: "cb", Operation: "op", Label: "l", Actor: "a", Note: "n",
		Score: 4, Content: 2.5, Evidence: []*Evidence{{Key: uint32(cluster.KeyLook), Matched: matched, Value: "v", Score: 0.5, Weight: -1.5}},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestNewerVersionIsRefused(t *testing.T) {
	for name, m := range map[string]proto.Message{
		"entry": &Entry{Version: versionReport + 1}, "event": &Event{Version: Version + 1},
	} {
		b, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if name == "entry" {
			_, err = UnmarshalEntry(b)
		} else {
			_, err = UnmarshalEvent(b)
		}
		if !errors.Is(err, ErrVersion) {
			t.Errorf("%s: error %v, want ErrVersion", name, err)
		}
	}
}

// FuzzPack: hashes are read as they were written, and what was read of any bytes
// is ascending.
func FuzzPack(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255})
	f.Add(pack([]uint32{1, 5, 1 << 31, 1<<32 - 1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var hashes []uint32
		for rest := b; len(rest) >= 4; rest = rest[4:] {
			hashes = append(hashes, binary.BigEndian.Uint32(rest))
		}
		slices.Sort(hashes)
		hashes = slices.Compact(hashes)
		got, err := unpack(pack(hashes))
		if err != nil || !slices.Equal(got, hashes) {
			t.Errorf("unpack(pack(%v)) = %v, %v", hashes, got, err)
		}
		if any, err := unpack(b); err == nil {
			for i := 1; i < len(any); i++ {
				if any[i-1] >= any[i] {
					t.Errorf("unpack(%x) = %v", b, any)
				}
			}
		}
	})
}

// FuzzUnmarshalEntry: whatever the bytes, no panic; and what was read, features
// and row, reads the same after it was written.
func FuzzUnmarshalEntry(f *testing.F) {
	whole := testFeatures()
	whole.Values = wholeValues()
	for _, features := range []*cluster.Features{testFeatures(), whole} {
		b, err := MarshalReport(features, testRow())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	old, err := os.ReadFile("testdata/report-v1.bin")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(old)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := UnmarshalEntry(b)
		if err != nil || e.Features == nil {
			return
		}
		row, err := UnmarshalRow(b)
		if err != nil {
			row = &Row{}
		}
		again, err := MarshalReport(e.Features, row)
		if err != nil {
			t.Fatalf("marshal of what was read: %v", err)
		}
		e2, err := UnmarshalEntry(again)
		if err != nil {
			t.Fatalf("unmarshal of what was written: %v", err)
		}
		if diff := cmp.Diff(e.Features, e2.Features); diff != "" {
			t.Fatalf("features changed (-first +second):\n%s", diff)
		}
		row2, err := UnmarshalRow(again)
		if err != nil {
			t.Fatalf("unmarshal of the row that was written: %v", err)
		}
		if diff := cmp.Diff(row, row2, protocmp.Transform()); diff != "" {
			t.Fatalf("row changed (-first +second):\n%s", diff)
		}
	})
}
