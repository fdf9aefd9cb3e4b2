package record

import (
	"errors"
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

func TestReportRoundTrip(t *testing.T) {
	want, row := testFeatures(), &Row{Subject: "hello", Attrs: map[string]string{"region": "FL"}, Recipient: "p_x"}
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
		"entry": &Entry{Version: Version + 1}, "event": &Event{Version: Version + 1},
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

// FuzzUnmarshalEntry: whatever the bytes, no panic; and what was read reads the
// same after it was written.
func FuzzUnmarshalEntry(f *testing.F) {
	b, err := MarshalReport(testFeatures(), &Row{Subject: "s"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := UnmarshalEntry(b)
		if err != nil || e.Features == nil {
			return
		}
		again, err := MarshalReport(e.Features, &Row{})
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
	})
}
