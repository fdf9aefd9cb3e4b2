package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shoal/pipeline"
)

func TestTimes(t *testing.T) {
	const header = "From: a@b.example\nDate: Mon, 19 Oct 2020 10:00:00 +0000\n"
	received := time.Date(2020, 10, 20, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, raw string
		reported  time.Time
		want      time.Time
		origin    string
		defect    bool
	}{
		{"reported", header, received.Add(-time.Hour), received.Add(-time.Hour), "reported", false},
		{"date", header, time.Time{}, time.Date(2020, 10, 19, 10, 0, 0, 0, time.UTC), "derived", false},
		{"received before date", "Received: from x by y; Mon, 19 Oct 2020 11:00:00 +0000\n" + header, time.Time{}, time.Date(2020, 10, 19, 11, 0, 0, 0, time.UTC), "derived", false},
		{"future", "Date: Mon, 19 Oct 2099 10:00:00 +0000\n", time.Time{}, received, "derived", true},
		{"before mail", "Date: Mon, 19 Oct 1970 10:00:00 +0000\n", time.Time{}, received, "derived", true},
		{"none", "Subject: x\n", time.Time{}, received, "missing", false},
	}
	for _, tt := range tests {
		_, row := extractRaw(t, &pipeline.Report{Raw: []byte(tt.raw + "\nbody"), ReportedAt: tt.reported, ReceivedAt: received})
		if got := time.UnixMilli(row.ReportedAtMs); !got.Equal(tt.want) || row.Origins["reported_at"] != tt.origin || contains(row.Defects, defectTime) != tt.defect {
			t.Errorf("%s: reported_at = %v (%s), defects %v; want %v (%s)", tt.name, got.UTC(), row.Origins["reported_at"], row.Defects, tt.want, tt.origin)
		}
	}
}

func TestRecipientOrigin(t *testing.T) {
	tests := []struct{ name, header, reported, want, origin string }{
		{"reported", "To: x@y.example\n", "Me@Own.Example", "me@own.example", "reported"},
		{"delivered-to", "Delivered-To: me@own.example\nTo: x@y.example\n", "", "me@own.example", "derived"},
		{"to", "To: Me <me@own.example>\n", "", "me@own.example", "derived"},
		{"received for", "Received: from a by b for <me@own.example>; x\nTo: p@x.example, q@x.example\n", "", "me@own.example", "derived"},
		{"unknown", "To: undisclosed-recipients:;\n", "", "", "missing"},
	}
	for _, tt := range tests {
		_, row := extractRaw(t, &pipeline.Report{Raw: []byte(tt.header + "\nbody"), Recipient: tt.reported})
		if want := Pseudonym([]byte("0123456789abcdef"), tt.want); row.Recipient != want || row.Origins["recipient"] != tt.origin {
			t.Errorf("%s: recipient %q (%s), want that of %q (%s)", tt.name, row.Recipient, row.Origins["recipient"], tt.want, tt.origin)
		}
	}
}

// TestBlankSubject: what is blank once it can be read is no subject.
func TestBlankSubject(t *testing.T) {
	if _, row := extractRaw(t, &pipeline.Report{Raw: []byte("Subject: \u202e      \u202c\n\nbody")}); row.Subject != "" {
		t.Errorf("subject %q", row.Subject)
	}
}

// TestCuts: what is too much leaves a defect.
func TestCuts(t *testing.T) {
	var html strings.Builder
	html.WriteString("Content-Type: text/html\n\n")
	for i := range 300 {
		fmt.Fprintf(&html, "<a href='http://h%d.example/%s'>x</a>", i, strings.Repeat(string(rune('a'+i%26)), 3+i%5))
	}
	attrs := make(map[string]string)
	for i := range 50 {
		attrs[fmt.Sprint("a", i)] = strings.Repeat("é", 300)
	}
	f, row := extractRaw(t, &pipeline.Report{Raw: []byte(html.String()), Attrs: attrs})
	for _, d := range []string{defectURLs, defectAttrs, defectNoFrom} {
		if !slices.Contains(row.Defects, d) {
			t.Errorf("defects %v, want %s", row.Defects, d)
		}
	}
	check(t, f, row, "")
}

func TestKeepBody(t *testing.T) {
	x := newExtractor(t)
	x.cfg.KeepBody = true
	f, row := x.Extract(&pipeline.Report{Raw: []byte(threat), ReceivedAt: received}, parsed(strings.ReplaceAll(threat, "\r\n", "\n")))
	for _, secret := range []string{"Maria", "Keller", "Elm", "33601", "maria.keller"} {
		if strings.Contains(row.Body, secret) {
			t.Errorf("body shows %q:\n%s", secret, row.Body)
		}
	}
	if !strings.Contains(row.Body, "possession of all your information") {
		t.Errorf("body lacks the text:\n%s", row.Body)
	}
	if _, plain := newExtractor(t).Extract(&pipeline.Report{Raw: []byte(threat), ReceivedAt: received}, parsed(threat)); plain.Body != "" {
		t.Errorf("body kept without being asked for")
	}
	check(t, f, row, "maria.keller@example.org")
}
