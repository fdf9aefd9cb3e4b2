package intake

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

func headersOf(pairs ...string) []pipeline.Header {
	var out []pipeline.Header
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pipeline.Header{Name: pairs[i], Value: []byte(pairs[i+1])})
	}
	return out
}

func TestFromRecord(t *testing.T) {
	at := time.Date(2020, 10, 20, 9, 0, 0, 0, time.UTC)
	all := map[string]pipeline.Origin{
		"source": "reported", "reported_at": "reported", "recipient": "reported", "reporter": "reported", "source_ip": "reported",
	}
	none := map[string]pipeline.Origin{
		"source": "missing", "reported_at": "missing", "recipient": "missing", "reporter": "missing", "source_ip": "missing",
	}
	tests := []struct {
		name    string
		headers []pipeline.Header
		want    pipeline.Report
	}{
		{"none", nil, pipeline.Report{Origins: none}},
		{"all", headersOf("source", "User", "Reported-At", "2020-10-20T11:00:00+02:00", "recipient", "A@example.com", "reporter", "B <b@example.com>",
			"source-ip", "::ffff:192.0.2.1", "attr.region", "FL", "ATTR.List", "x", "name", "a.mbox#1", "other", "?"),
			pipeline.Report{
				Name: "a.mbox#1", Source: "user", ReportedAt: at, Recipient: "A@example.com", Reporter: "B <b@example.com>",
				SourceIP: netip.MustParseAddr("192.0.2.1"), Attrs: map[string]string{"region": "FL", "List": "x"}, Origins: all,
			}},
		{"bad", headersOf("reported-at", "yesterday", "source-ip", "relay", "recipient", "", "attr.", "x", "attr.a", ""),
			pipeline.Report{Origins: none, Defects: []string{DefectBadReportedAt, DefectBadSourceIP}}},
		{"derived", headersOf("source", "fbl", "derived", "source,recipient"),
			pipeline.Report{Source: "fbl", Origins: map[string]pipeline.Origin{
				"source": "derived", "reported_at": "missing", "recipient": "missing", "reporter": "missing", "source_ip": "missing"}}},
		{"last counts", headersOf("source", "trap", "source", "user\xff"),
			pipeline.Report{Source: "user", Origins: map[string]pipeline.Origin{
				"source": "reported", "reported_at": "missing", "recipient": "missing", "reporter": "missing", "source_ip": "missing"}}},
	}
	for _, tt := range tests {
		got := FromRecord(pipeline.Record{Headers: tt.headers, Time: at})
		tt.want.ReceivedAt = at
		if diff := cmp.Diff(tt.want, got, sameReport); diff != "" {
			t.Errorf("%s: FromRecord (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestFromRecordBounds(t *testing.T) {
	var pairs []string
	for i := range maxHeaders + 10 {
		pairs = append(pairs, fmt.Sprintf("attr.a%d", i), strings.Repeat("ä", 4000))
	}
	r := FromRecord(pipeline.Record{Headers: headersOf(pairs...)})
	if len(r.Attrs) != maxAttrs || len(r.Attrs["a0"]) > maxAttrValue || len(r.Defects) != 1 {
		t.Errorf("%d attributes, %d bytes, defects %q; want %d, at most %d, one", len(r.Attrs), len(r.Attrs["a0"]), r.Defects, maxAttrs, maxAttrValue)
	}
}

func TestToRecordIsStable(t *testing.T) {
	r := pipeline.Report{Raw: []byte("A: 1\n\n"), Attrs: map[string]string{"c": "3", "a": "1", "b": "2"}}
	first := ToRecord(&r)
	for range 20 {
		if diff := cmp.Diff(first, ToRecord(&r)); diff != "" {
			t.Fatalf("another time, another record:\n%s", diff)
		}
	}
	if first.Topic != pipeline.TopicReports || first.Key != nil {
		t.Errorf("topic %q, key %q", first.Topic, first.Key)
	}
}
