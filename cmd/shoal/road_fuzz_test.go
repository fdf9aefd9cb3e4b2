package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"google.golang.org/protobuf/proto"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/extract"
	"shoal/pipeline/record"
)

// FuzzRoad takes whatever stands in a record of topic "reports" as far as the events
// about it: it becomes reports or a dead letter with a reason, always the same ones,
// that the engine takes, and no row tells who got the mail.
func FuzzRoad(f *testing.F) {
	mails, err := filepath.Glob("../../testdata/messages/*/*.eml")
	if err != nil || len(mails) == 0 {
		f.Fatalf("no testdata: %v", err)
	}
	for _, name := range mails[:min(len(mails), 12)] {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, int64(1_600_000_000_000), "recipient", "jo.doe@mail.example", "attr-region", "jo.doe@mail.example")
	}
	f.Add([]byte("To: a\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nOriginal-Rcpt-To: <jo.doe@mail.example>\nSource-IP: 192.0.2.1\n\n--b\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: jo.doe@mail.example\n\nhello jo.doe@mail.example\n--b--\n"), int64(1)<<62, "reporter", "Jo <jo@mail.example>", "derived", "reporter")
	f.Add([]byte("From: x@y.example\n\nhi"), int64(-1)<<63, "recipient", "a@\u0085b\u202e.example", "defects", "x y\x1b,z")
	f.Add([]byte("From: x@y.example\n\nhi"), int64(253402300800000), "reported-at", "9999-12-31T23:59:59+23:59", "source-ip", "IPv6:::ffff:192.0.2.1")
	small := cluster.DefaultConfig()
	small.IndexBits, small.FrequencyBits, small.Remember = 8, 12, 16
	x, err := extraction(extract.Config{Key: []byte("0123456789abcdef"), KeepBody: true}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, mail []byte, at int64, name1, value1, name2, value2 string) {
		if len(mail) > 1<<16 {
			return
		}
		rec := pipeline.Record{Value: mail, Time: time.UnixMilli(at), Headers: []pipeline.Header{{Name: name1, Value: []byte(value1)}, {Name: name2, Value: []byte(value2)}}}
		values, err := x(t.Context(), rec)
		var dead *pipeline.DeadError
		if err != nil && (!errors.As(err, &dead) || dead.Reason == pipeline.ReasonInvalid) || err == nil && len(values) == 0 {
			t.Fatalf("%d reports, %v", len(values), err)
		}
		again, _ := x(t.Context(), rec)
		engine := cluster.NewEngine(small)
		for i, v := range values {
			if !bytes.Equal(v, again[i]) {
				t.Errorf("report %d is another the second time", i)
			}
			takesReport(t, engine, int64(i), v)
		}
	})
}

// takesReport takes a features record through the engine.
func takesReport(t *testing.T, engine *cluster.Engine, offset int64, value []byte) {
	t.Helper()
	entry, err := record.UnmarshalEntry(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := entry.Features.Validate(); err != nil {
		t.Error(err)
	}
	entry.Offset = offset
	for _, e := range engine.Step(entry) {
		b, err := record.MarshalEvent(&e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := record.UnmarshalEvent(b); err != nil {
			t.Error(err)
		}
	}
	_, row, err := record.UnmarshalReport(value)
	if err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(row.RecipientDomain+row.Subject+row.FromName+strings.Join(row.Defects, ""), unicode.IsControl); i >= 0 {
		t.Errorf("control characters in %v", row)
	}
	if wire, err := proto.Marshal(row); err != nil || bytes.Contains(bytes.ToLower(wire), []byte("jo.doe@mail.example")) && row.Recipient == extract.Pseudonym([]byte("0123456789abcdef"), "jo.doe@mail.example") {
		t.Errorf("row tells the recipient (%v): %v", err, row)
	}
}
