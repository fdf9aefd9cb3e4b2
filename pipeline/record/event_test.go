package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"shoal/cluster"
)

// FuzzUnmarshalEvent: whatever the bytes, no panic; and what was read reads the same
// after it was written.
func FuzzUnmarshalEvent(f *testing.F) {
	b, err := MarshalEvent(&cluster.Event{
		Seq: 7, Offset: 9, Time: 1, Kind: cluster.EventLabelled, Report: cluster.ReportID{1}, Campaign: "c1", Other: "c2", Label: "l", Actor: "a", Note: "n",
		Score: 1.5, Content: 0.5, Evidence: []cluster.Evidence{{Key: 1, Matched: cluster.ReportID{2}, Value: "v", Score: 1, Weight: -2}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{0x08, 0x63})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := UnmarshalEvent(b)
		if err != nil {
			return
		}
		if e.GetVersion() > Version {
			t.Errorf("an event of version %d was read", e.GetVersion())
		}
		again, err := proto.Marshal(e)
		if err != nil {
			t.Fatalf("marshal of what was read: %v", err)
		}
		e2, err := UnmarshalEvent(again)
		if err != nil {
			t.Fatalf("unmarshal of what was written: %v", err)
		}
		if diff := cmp.Diff(e, e2, protocmp.Transform(), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("event changed (-first +second):\n%s", diff)
		}
	})
}
