package intake

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shoal/pipeline"
)

var sameReport = cmp.Options{
	cmpopts.EquateComparable(netip.Addr{}),
	cmpopts.EquateEmpty(),
	cmp.FilterValues(func(a, b []byte) bool { return len(a)+len(b) > 0 }, cmp.Comparer(bytes.Equal)),
}

// checkFixpoint asserts that unwrapping what Unwrap returned changes nothing,
// directly and through a record of topic "reports".
func checkFixpoint(t *testing.T, out []pipeline.Report) {
	t.Helper()
	if len(out) == 0 {
		t.Fatal("Unwrap returned no report")
	}
	for i := range out {
		again := Unwrap(&out[i])
		if len(again) != 1 {
			t.Fatalf("unwrapping again gave %d reports, want 1", len(again))
		}
		if diff := cmp.Diff(out[i], again[0], sameReport); diff != "" {
			t.Fatalf("unwrapping again changed (-once +twice):\n%s", diff)
		}
	}
}

// checkRoundTrip asserts that a report is the same after topic "reports".
func checkRoundTrip(t *testing.T, out []pipeline.Report) {
	t.Helper()
	for i := range out {
		rec := FromRecord(ToRecord(&out[i]))
		again := Unwrap(&rec)
		if diff := cmp.Diff(out[i:i+1], again, sameReport); diff != "" {
			t.Fatalf("through a record changed (-before +after):\n%s", diff)
		}
		if a, b := out[i].ID(), again[0].ID(); a != b {
			t.Fatalf("id %s became %s", a, b)
		}
	}
}
