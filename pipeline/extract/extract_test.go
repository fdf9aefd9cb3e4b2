package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
)

var received = time.Date(2020, 10, 20, 15, 0, 0, 0, time.UTC)

const threat = "Received: from mx.example.org (mx.example.org [192.0.2.1]) by mail.example.org with ESMTP id 1;\r\n Tue, 20 Oct 2020 14:00:00 +0000\r\n" +
	"Received: from relay.example.sa (relay.example.sa [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id ABC\r\n\tfor <maria.keller@example.org>; Tue, 20 Oct 2020 13:59:58 +0000\r\n" +
	"Authentication-Results: mx.example.org; spf=fail smtp.mailfrom=info@forged.example; dkim=none; dmarc=fail header.from=forged.example\r\n" +
	"From: \"Proud Example\" <info@forged.example>\r\nTo: Maria Keller <maria.keller@example.org>\r\n" +
	"Subject: Fwd: Maria, vote or else! Ref 8812345\r\nMessage-ID: <1@forged.example>\r\nDate: Tue, 20 Oct 2020 13:59:00 +0000\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\n" +
	"Maria Keller,\r\n\r\nWe are in possession of all your infor\u200bmation (email, address, telephone, everything).\r\n" +
	"See http://video.example.net/w/99?e=maria.keller%40example.org or call +1 (8O5) 304-5566 now.\r\nPay 1BoatSLRHtKNngkdXEeobR76b53LETtpyT today.\r\n\r\n12 Elm Street\r\nTampa, FL 33601\r\n"

func extractRaw(t testing.TB, r *pipeline.Report) (*cluster.Features, *record.Row) {
	t.Helper()
	if r.ReceivedAt.IsZero() {
		r.ReceivedAt = received
	}
	return newExtractor(t).extract(r, message.New(message.Default()).Parse(r.Raw))
}

func TestExtract(t *testing.T) {
	f, row := extractRaw(t, &pipeline.Report{Raw: []byte(threat), Source: "user", Attrs: map[string]string{"region": "FL"}})
	want := &record.Row{
		ReportedAtMs: time.Date(2020, 10, 20, 14, 0, 0, 0, time.UTC).UnixMilli(), ReceivedAtMs: received.UnixMilli(),
		Source: "user", Recipient: Pseudonym([]byte("0123456789abcdef"), "maria.keller@example.org"), RecipientDomain: "example.org",
		Attrs: map[string]string{"region": "FL"}, FromAddress: "info@forged.example", FromDomain: "forged.example", FromName: "Proud Example",
		Subject: "Fwd: <recipient>, vote or else! Ref 8812345", MessageId: "<1@forged.example>",
		SourceIp: "203.0.113.9", Helo: "relay.example.sa", Spf: "fail", Dkim: "none", Dmarc: "fail", SpoofedDomain: "forged.example",
		ReturnPathDomain: "forged.example", HeaderFingerprint: row.HeaderFingerprint, Language: "en", BodySsdeep: row.BodySsdeep,
		Urls: []string{"http://video.example.net/w/99?e=<recipient>"}, UrlHosts: []string{"video.example.net"},
		Size: uint64(len(threat)), Phones: []string{"18053045566"}, Wallets: []string{"1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
		Personal: []string{"name", "postal address"},
		Origins:  map[string]string{"source": "reported", "recipient": "derived", "reporter": "missing", "reported_at": "derived", "source_ip": "derived"},
	}
	if diff := cmp.Diff(want, row, cmp.Comparer(proto.Equal)); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	for key, text := range map[cluster.Key]string{
		cluster.KeySubjectShape: "#me vote or else ref #", cluster.KeyURLPath: "/w/#n1?e=#me", cluster.KeyPhone: "18053045566",
		cluster.KeySenderDomain: "forged.example", cluster.KeyNetwork: "203.0.113.0/24", cluster.KeyLanguage: "en",
	} {
		if !slices.ContainsFunc(f.Values, func(v cluster.Value) bool { return v.Key == key && v.Text == text }) {
			t.Errorf("no value %d %q in %v", key, text, f.Values)
		}
	}
	check(t, f, row, "maria.keller@example.org")
}

// TestPersonalised: copies to two people agree in everything computed from text.
func TestPersonalised(t *testing.T) {
	other := strings.NewReplacer("Maria Keller", "Bob O'Neil", "maria.keller", "bob77", "Maria,", "Bob,", "12 Elm Street", "4400 NW Oak Ave", "Tampa, FL 33601", "Anchorage, AK 99501", "8812345", "71").Replace(threat)
	a, _ := extractRaw(t, &pipeline.Report{Raw: []byte(threat)})
	b, _ := extractRaw(t, &pipeline.Report{Raw: []byte(other)})
	if diff := cmp.Diff(a.Text, b.Text); diff != "" {
		t.Errorf("text differs:\n%s", diff)
	}
	if diff := cmp.Diff(a.Subject, b.Subject); diff != "" {
		t.Errorf("subject differs:\n%s", diff)
	}
	if a.Report == b.Report {
		t.Error("two reports, one id")
	}
}

// TestDeterminism: one extractor, used by several at a time, gives the same bytes.
func TestDeterminism(t *testing.T) {
	x := newExtractor(t)
	done := make(chan string)
	for range 8 {
		go func() {
			var last string
			for range 20 {
				r := &pipeline.Report{Raw: []byte(threat), ReceivedAt: received, Attrs: map[string]string{"a": "1", "b": "2"}}
				f, row := x.Extract(r, message.New(message.Default()).Parse(r.Raw))
				o := proto.MarshalOptions{Deterministic: true}
				b, err := o.Marshal(row)
				s := fmt.Sprintf("%v %x %v", f, b, err)
				if last != "" && s != last {
					s = "differs"
				}
				last = s
			}
			done <- last
		}()
	}
	first := <-done
	for range 7 {
		if s := <-done; s != first || s == "differs" {
			t.Fatalf("extractions differ:\n%s\n%s", first, s)
		}
	}
}

// check holds f and row against what the engine and the store rely on.
func check(t testing.TB, f *cluster.Features, row *record.Row, recipient string) {
	t.Helper()
	sketches := []struct {
		s cluster.Sketch
		k int
	}{{f.Text, cluster.TextSketchSize}, {f.Words, cluster.WordSketchSize}, {f.Tags, cluster.TagSketchSize}}
	for _, file := range f.Files {
		sketches = append(sketches, struct {
			s cluster.Sketch
			k int
		}{file.Text, cluster.FileSketchSize})
		if len(file.Name) > cluster.MaxValueText || len(file.Digest) > cluster.MaxDigest {
			t.Errorf("file %+v out of bounds", file)
		}
	}
	for _, s := range sketches {
		if len(s.s.Hashes) > s.k || len(s.s.Hashes) != min(s.s.Total, s.k) || !slices.IsSorted(s.s.Hashes) || len(slices.Compact(slices.Clone(s.s.Hashes))) != len(s.s.Hashes) {
			t.Errorf("sketch out of order or bounds: %+v", s.s)
		}
	}
	if len(f.Subject) > cluster.MaxSubject || len(f.Files) > cluster.MaxFiles || len(f.Values) > cluster.MaxValues || len(f.BodyDigest) > cluster.MaxDigest || len(f.HTMLDigest) > cluster.MaxDigest {
		t.Errorf("features out of bounds")
	}
	for i, v := range f.Values {
		if i > 0 && (v.Key < f.Values[i-1].Key || v.Key == f.Values[i-1].Key && v.Hash <= f.Values[i-1].Hash) {
			t.Errorf("values not sorted and distinct: %v", f.Values)
		}
		if len(v.Text) > cluster.MaxValueText || v.Text == "" || !utf8.ValidString(v.Text) {
			t.Errorf("value text %q", v.Text)
		}
		if shows(v.Text, recipient) {
			t.Errorf("value %d %q shows the recipient", v.Key, v.Text)
		}
	}
	checkRow(t, row, recipient)
}

func checkRow(t testing.TB, row *record.Row, recipient string) {
	t.Helper()
	if _, err := proto.Marshal(row); err != nil { // fails on invalid UTF-8
		t.Errorf("marshal row: %v", err)
	}
	if shows(row.String(), recipient) {
		t.Errorf("row shows the recipient %q: %v", recipient, row)
	}
	if len(row.Urls) > maxURLs || len(row.UrlHosts) > maxHosts || len(row.Attachments) > maxAttachments || len(row.Attrs) > maxAttrs || len(row.Defects) > maxDefects+1 || len(row.Body) > maxBody {
		t.Errorf("row out of bounds")
	}
	for _, s := range append(slices.Clone(row.Urls), row.Subject, row.FromName, row.FromAddress, row.MessageId, row.Mailer) {
		if len(s) > maxURL || s != strings.Map(printable, s) {
			t.Errorf("row text %q", s)
		}
	}
	at := time.UnixMilli(row.ReportedAtMs)
	if at.After(time.UnixMilli(row.ReceivedAtMs).Add(24*time.Hour)) && row.ReceivedAtMs > 0 {
		t.Errorf("reported at %v, received at %v", at, time.UnixMilli(row.ReceivedAtMs))
	}
}

func shows(s, recipient string) bool {
	return recipient != "" && strings.Contains(lowerASCII(s), lowerASCII(recipient))
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(threat), "maria.keller@example.org")
	f.Add([]byte("From: a@b.example\nTo: x@y.example\nContent-Type: text/html\n\n<p style='color:#fff'>hid<b>den</p><a href='http://e.example/x%40?q=eEB5LmV4YW1wbGU='>{{name}} V I A G R A</a><img src=cid:1>"), "x@y.example")
	f.Add([]byte("Subject: [l] Re: x\n\n> quoted x@y.example\n-----Original Message-----\nFrom: a\nTo: b\nSubject: c\n\n\u202ereal text +1 800 555 0100\n-- \nsig"), "x@y.example")
	f.Add([]byte("Content-Type: application/pdf; name=x@y.example.pdf\n\n%PDF-1.4\n1 0 obj<</Length 9>>stream\nBT (Hello) Tj <0048> Tj ET\nendstream"), "x@y.example")
	x, err := New(Config{Key: []byte("0123456789abcdef"), KeepBody: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte, recipient string) {
		local, domain, ok := cutAddress(recipient)
		if !ok || len(raw) > 1<<16 || !hostLike(local) || !hostLike(domain) || len(local) < 2 || len(domain) < 4 {
			return
		}
		m := message.New(message.Default()).Parse(raw)
		r := &pipeline.Report{Raw: raw, Recipient: recipient, ReceivedAt: received, Name: string(raw[:min(len(raw), 50)]), Attrs: map[string]string{recipient: string(raw)}}
		feat, row := x.extract(r, m)
		check(t, feat, row, recipient)
		again, row2 := x.extract(r, m)
		if !cmp.Equal(feat, again) || !proto.Equal(row, row2) {
			t.Errorf("extracted twice, two results:\n%s%s", cmp.Diff(feat, again), cmp.Diff(row, row2, cmp.Comparer(proto.Equal)))
		}
	})
}
