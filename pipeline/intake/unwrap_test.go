package intake

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

func testMessage(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// got is what a test looks at of a report. Field values are followed by the
// first letter of their origin.
type got struct {
	Name, Subject, Source, Recipient, Reporter, At, IP, MailFrom string
	Defects                                                      string
}

func see(r *pipeline.Report) got {
	h, _ := parseFields(r.Raw)
	mark := func(v, key string) string {
		if o := r.Origins[key]; v != "" || o != pipeline.OriginMissing {
			return v + " " + string(o[:1])
		}
		return ""
	}
	g := got{
		Name: r.Name, Subject: h.get("Subject") + " " + h.get("Message-ID"), MailFrom: r.MailFrom,
		Source:    mark(r.Source, "source"),
		Recipient: mark(r.Recipient, "recipient"),
		Reporter:  mark(r.Reporter, "reporter"),
		Defects:   strings.Join(r.Defects, " "),
	}
	if !r.ReportedAt.IsZero() {
		g.At = mark(r.ReportedAt.Format(time.RFC3339), "reported_at")
	}
	if r.SourceIP.IsValid() {
		g.IP = mark(r.SourceIP.String(), "source_ip")
	}
	return g
}

const lure = "Vote or else <1@boys.example.org>"

var unwrapTests = []struct {
	file string
	in   pipeline.Report
	want []got
}{
	{file: "plain.eml", want: []got{{Subject: lure, Recipient: "voter@example.com d"}}},
	{file: "from-line.eml", want: []got{{Subject: lure, Recipient: "voter@example.com d"}}},
	{file: "old-mac.eml", want: []got{{Subject: lure, Recipient: "voter@example.com d"}}},
	{file: "arf.eml", want: []got{{
		Subject: lure, Source: "fbl d", Recipient: "voter.one@example.com r", At: "2020-10-20T09:00:00Z r",
		IP: "192.0.2.77 r", MailFrom: "bounce@boys.example.org", Defects: "feedback-several-incidents",
	}}},
	{file: "arf-mixed-base64.eml", want: []got{{
		Subject: lure, Source: "auth-failure d", Recipient: "voter@example.com d", At: "2020-10-20T09:00:00Z r", IP: "2001:db8::7 r",
	}}},
	{file: "arf-headers.eml", want: []got{{
		Subject: "headers alone ", Source: "fbl d", Recipient: "one@example.com r", At: "2020-10-21T10:00:00Z d",
		Defects: "bad-date bad-source-ip feedback-headers-only feedback-not-spam feedback-several-recipients",
	}}},
	{file: "arf-without-message.eml", want: []got{{Subject: " ", Defects: "feedback-without-message"}}},
	{file: "jmr.eml", want: []got{{
		Subject: lure, Source: "fbl d", Recipient: "voter@hotmail.example.com r", At: "2020-10-21T10:00:00Z d",
	}}},
	{file: "forward.eml", want: []got{{
		Subject: lure, Source: "abuse-box d", Recipient: "voter@example.com d", Reporter: "ann@example.com d", At: "2020-10-21T10:00:00Z d",
	}}},
	{file: "forward.eml", in: pipeline.Report{Source: "user", Reporter: "Ann <A.N@Example.com>"}, want: []got{{
		Subject: lure, Source: "user r", Recipient: "voter@example.com d", Reporter: "a.n@example.com r", At: "2020-10-21T10:00:00Z d",
	}}},
	{file: "forward.eml", in: pipeline.Report{Source: "trap"}, want: []got{{
		Subject: "Fwd: Vote or else ", Source: "trap r", Recipient: "abuse@example.net d",
	}}},
	{file: "forward.eml", in: pipeline.Report{Recipient: "ABUSE@example.net"}, want: []got{{
		Subject: "Fwd: Vote or else ", Recipient: "abuse@example.net r",
	}}},
	{file: "forward-three.eml", in: pipeline.Report{Name: "box#7"}, want: []got{
		{Name: "box#7#1", Subject: lure, Source: "abuse-box d", Recipient: "voter@example.com d", Reporter: "ann@example.com d"},
		{Name: "box#7#2", Subject: "Vote or else <2@boys.example.org>", Source: "abuse-box d", Recipient: "voter@example.com d", Reporter: "ann@example.com d"},
		{Name: "box#7#3", Subject: "Vote or else <3@boys.example.org>", Source: "abuse-box d", Recipient: "voter@example.com d", Reporter: "ann@example.com d"},
	}},
	{file: "forward-and-picture.eml", want: []got{{Subject: "Fwd: Vote or else ", Recipient: "abuse@example.net d"}}},
	{file: "forward-arf.eml", want: []got{{
		Subject: lure, Source: "abuse-box d", Recipient: "voter.one@example.com r", Reporter: "ann@example.com d", At: "2020-10-20T09:00:00Z r",
		IP: "192.0.2.77 r", MailFrom: "bounce@boys.example.org", Defects: "feedback-several-incidents",
	}}},
	{file: "forward-forward-arf.eml", want: []got{{Subject: " ", Defects: "wrapping-too-deep"}}},
	{file: "report-safe.eml", want: []got{{Subject: lure, Source: "abuse-box d", Recipient: "voter@example.com d"}}},
	{file: "digest.eml", want: []got{{Subject: " "}}},
	{file: "bounce.eml", want: []got{{Subject: " "}}},
	{file: "bounce-mixed.eml", want: []got{{Subject: " "}}},
}

func TestUnwrap(t *testing.T) {
	for _, tt := range unwrapTests {
		t.Run(tt.file, func(t *testing.T) {
			in := tt.in
			in.Raw = testMessage(t, tt.file)
			before := bytes.Clone(in.Raw)
			out := Unwrap(&in)
			var seen []got
			for i := range out {
				seen = append(seen, see(&out[i]))
			}
			if diff := cmp.Diff(tt.want, seen); diff != "" {
				t.Errorf("Unwrap(%s) (-want +got):\n%s", tt.file, diff)
			}
			if !bytes.Equal(before, in.Raw) || len(in.Origins) > 0 {
				t.Error("Unwrap changed its argument")
			}
			checkFixpoint(t, out)
			checkRoundTrip(t, out)
		})
	}
}

// TestUnwrapSameOnEveryRoad checks that a report is the same one whether its
// feedback report was unwrapped before it was published or after.
func TestUnwrapSameOnEveryRoad(t *testing.T) {
	for _, name := range []string{"arf.eml", "forward.eml", "plain.eml", "old-mac.eml"} {
		raw := testMessage(t, name)
		late := FromRecord(pipeline.Record{Value: raw})
		early := Unwrap(&pipeline.Report{Raw: raw})
		viaTopic := FromRecord(ToRecord(&early[0]))
		if a, b := Unwrap(&late)[0].ID(), Unwrap(&viaTopic)[0].ID(); a != b {
			t.Errorf("%s: id %s where the worker unwraps, %s where the importer did", name, a, b)
		}
	}
}

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"From : a@example.com\n":           "From : a@example.com\n",
		"From a\n>From b\nFrom: c\n":       "From: c\n",
		"\ufeff \r\n\nFrom: c\n":           "From: c\n",
		"From a\rFrom: c\r\rx":             "From: c\n\nx",
		"  From: c\n":                      "  From: c\n",
		"Received: a\n From b\n\nFrom c\n": "Received: a\n From b\n\nFrom c\n",
		"From ":                            "From ",
		"":                                 "",
	} {
		if got := normalise([]byte(in)); string(got) != want {
			t.Errorf("normalise(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUnwrapBounds(t *testing.T) {
	var b strings.Builder
	b.WriteString("From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n")
	for range maxParts + 5 {
		b.WriteString("--b\nContent-Type: message/rfc822\n\nSubject: x\n\nx\n")
	}
	out := Unwrap(&pipeline.Report{Raw: []byte(b.String())})
	if len(out) != 1 || len(out[0].Defects) != 1 || out[0].Defects[0] != DefectTooLarge {
		t.Errorf("%d reports with defects %q, want the mail as it is with %q", len(out), out[0].Defects, DefectTooLarge)
	}
}

func TestDeriveRecipient(t *testing.T) {
	tests := []struct{ name, header, want string }{
		{"delivered-to first", "To: a@example.com\nX-Original-To: b@example.com\nDelivered-To: <C@Example.com>", "c@example.com"},
		{"topmost delivered-to", "Delivered-To: a@example.com\nDelivered-To: b@example.com", "a@example.com"},
		{"envelope-to", "Envelope-To: a@example.com\nTo: b@example.com", "a@example.com"},
		{"received for", "Received: from x by y for z; now\nReceived: from x (for fun)\n\tby y for <a@example.com>; now", "a@example.com"},
		{"sole to", "To: \"A, B\" <a@example.com>\nFrom: b@example.com", "a@example.com"},
		{"two in to", "To: a@example.com, b@example.com", ""},
		{"to the sender", "To: a@example.com\nFrom: A <A@example.com>", ""},
		{"undisclosed", "To: undisclosed-recipients:;", ""},
		{"broken to", "To: \"A <a@example.com>", "a@example.com"},
	}
	for _, tt := range tests {
		h, _ := parseFields([]byte(tt.header))
		if got := deriveRecipient(h); got != tt.want {
			t.Errorf("%s: deriveRecipient = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRedacted(t *testing.T) {
	for in, want := range map[string]bool{
		"redacted@example.com": true, "xxxx@example.com": true, "***@example.com": true,
		"max@example.com": false, "x1@example.com": false, "@example.com": false, "": false,
	} {
		out := Unwrap(&pipeline.Report{Raw: []byte("Subject: x\n\n"), Recipient: in})
		if got := len(out[0].Defects) == 1; got != want {
			t.Errorf("recipient %q: defects %q, want redacted %v", in, out[0].Defects, want)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	names, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(names) == 0 {
		f.Fatal("no messages in testdata", err)
	}
	for _, name := range names {
		f.Add(testMessage(f, filepath.Base(name)), "", "")
	}
	f.Add([]byte("From : a@b\n\n"), "", "")
	f.Add([]byte("\ufeff>From x\nFrom y\n \r\nSubject: a\r\rb"), "trap", "A@b")
	f.Fuzz(func(t *testing.T, raw []byte, source, recipient string) {
		out := Unwrap(&pipeline.Report{Raw: raw, Name: "x", Source: source, Recipient: recipient})
		total := 0
		for i := range out {
			total += len(out[i].Raw)
			if len(out[i].Origins) != 5 {
				t.Fatalf("%d origins, want 5", len(out[i].Origins))
			}
		}
		if total > len(raw) {
			t.Fatalf("%d bytes out of %d", total, len(raw))
		}
		checkFixpoint(t, out)
		checkRoundTrip(t, out)
	})
}
