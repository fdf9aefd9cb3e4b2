package intake

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"shoal/pipeline"
)

// desk is a Handler with its sink and its tokens' secrets.
type desk struct {
	*Handler
	sink         *memSink
	secret, weak string // weak has no scope to report
	log          *bytes.Buffer
	reg          *prometheus.Registry
}

func newDesk(t *testing.T, change func(*HandlerConfig, *HandlerDeps)) *desk {
	t.Helper()
	secret, tok, err := NewToken(rand.Reader, "desk", ScopeReport)
	if err != nil {
		t.Fatal(err)
	}
	weak, reader, err := NewToken(rand.Reader, "reader", "read")
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := ParseTokens(strings.NewReader(tok.String() + "\n" + reader.String()))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{sink: &memSink{t: t, stored: map[string]int{}}, secret: secret, weak: weak, log: &bytes.Buffer{}, reg: prometheus.NewRegistry()}
	cfg, deps := DefaultHandlerConfig(), HandlerDeps{Sink: d.sink, Tokens: tokens, Registerer: d.reg}
	deps.Log = slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if change != nil {
		change(&cfg, &deps)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	d.Handler = NewHandler(cfg, deps)
	return d
}

// post sends a body with the desk's token and headers "Name: value".
func (d *desk) post(body io.Reader, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, Path, body)
	req.Header.Set("Authorization", "Bearer "+d.secret)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, req)
	return w
}

// metric reads a counter or gauge as a scrape shows it.
func (d *desk) metric(t *testing.T, name, label string) float64 {
	t.Helper()
	families, err := d.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "shoal_intake_"+name && (label == "" || m.GetLabel()[0].GetValue() == label) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	t.Fatalf("no metric %s{%s}", name, label)
	return 0
}

func answer(t *testing.T, w *httptest.ResponseRecorder) accepted {
	t.Helper()
	var a accepted
	if err := json.Unmarshal(w.Body.Bytes(), &a); w.Code != http.StatusAccepted || err != nil {
		t.Fatalf("status %d, body %s", w.Code, w.Body)
	}
	return a
}

func TestPost(t *testing.T) {
	attrs, err := LoadAttrs(strings.NewReader("recipient,region\nvoter@example.com,FL\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, func(_ *HandlerConfig, deps *HandlerDeps) { deps.Attrs = attrs })
	tests := []struct {
		file    string
		headers []string
		reports int
	}{
		{"plain.eml", nil, 1},
		{"plain.eml", []string{"Content-Type: application/x-www-form-urlencoded", "X-Shoal-Reporter: Voter@Example.com"}, 1},
		{"arf.eml", []string{"X-Request-Id: abc-1"}, 1},
		{"forward-three.eml", nil, 3},
	}
	for _, tt := range tests {
		w := d.post(bytes.NewReader(testMessage(t, tt.file)), tt.headers...)
		a := answer(t, w)
		if len(a.Reports) != tt.reports || a.ReportID != a.Reports[0] {
			t.Errorf("%s: answer %+v, want %d reports", tt.file, a, tt.reports)
		}
		for _, id := range a.Reports {
			if d.sink.has(id) == 0 {
				t.Errorf("%s: report %s was promised and is not in the topic", tt.file, id)
			}
		}
		if w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", tt.file)
		}
	}
	if got := d.metric(t, "http_reports_total", ""); got != 6 {
		t.Errorf("%g reports counted, want 6", got)
	}
	if got := d.metric(t, "http_in_flight_bytes", ""); got != 0 {
		t.Errorf("%g bytes still in flight", got)
	}
}

func TestPostHeaders(t *testing.T) {
	d := newDesk(t, nil)
	req := httptest.NewRequest(http.MethodPost, Path, nil)
	for name, value := range map[string]string{
		"X-Shoal-Source": "Trap", "X-Shoal-Reported-At": "2020-10-20T09:00:00Z", "X-Shoal-Recipient": "A@example.com",
		"X-Shoal-Reporter": "b@example.com", "X-Shoal-Source-IP": "192.0.2.1", "X-Shoal-Attr-Region": "FL", "X-Shoal-Attr-list": "x",
	} {
		req.Header.Set(name, value)
	}
	r, p := d.report(req, []byte("Subject: x\n\n"))
	if p != nil {
		t.Fatal(p.Detail)
	}
	got := see(&Unwrap(r)[0])
	want := got
	want.Source, want.Recipient, want.Reporter, want.At, want.IP = "trap r", "a@example.com r", "b@example.com r", "2020-10-20T09:00:00Z r", "192.0.2.1 r"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"region": "FL", "list": "x"}, r.Attrs); diff != "" {
		t.Error(diff)
	}
}

func TestPostRefusals(t *testing.T) {
	away := errors.New("no broker at 192.0.2.1")
	big := strings.Repeat("x", 2000)
	const ok = "Subject: hello\n\nHello\n"
	tests := []struct {
		name    string
		body    io.Reader
		headers []string
		fail    error
		status  int
		detail  string
		header  string // that the answer has
	}{
		{"no token", strings.NewReader(ok), []string{"Authorization: "}, nil, 401, "Authorization: Bearer", "WWW-Authenticate"},
		{"wrong token", strings.NewReader(ok), []string{"Authorization: Bearer x"}, nil, 401, "not known", "WWW-Authenticate"},
		{"no scope", strings.NewReader(ok), []string{"Authorization: Bearer WEAK"}, nil, 403, `reader has no scope "report"`, "WWW-Authenticate"},
		{"empty", strings.NewReader(""), nil, nil, 400, "empty", ""},
		{"text", strings.NewReader("Hello, world\n"), nil, nil, 400, "text without a mail header", ""},
		{"picture", strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), nil, nil, 400, "image/png", ""},
		{"cut off", io.MultiReader(strings.NewReader(ok), errReader{}), nil, nil, 400, "ended before", ""},
		{"bad time", strings.NewReader(ok), []string{"X-Shoal-Reported-At: 20 October"}, nil, 400, "RFC 3339", ""},
		{"bad ip", strings.NewReader(ok), []string{"X-Shoal-Source-Ip: relay"}, nil, 400, "no IP address", ""},
		{"bad source", strings.NewReader(ok), []string{"X-Shoal-Source: a b"}, nil, 400, "single word", ""},
		{"too large", strings.NewReader(ok + big), nil, nil, 413, "at most 1000 bytes", ""},
		{"too large, length untold", io.MultiReader(strings.NewReader(ok + big)), nil, nil, 413, "at most 1000 bytes", ""},
		{"too large for the topic", strings.NewReader(ok), nil, fmt.Errorf("x: %w", pipeline.ErrTooLarge), 413, "topic", ""},
		{"sink away", strings.NewReader(ok), nil, away, 503, "send it again", "Retry-After"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, func(c *HandlerConfig, _ *HandlerDeps) { c.MaxMessage = 1000 })
			d.sink.fail = func(int, []pipeline.Record) (error, bool) { return tt.fail, tt.fail == nil }
			for i := range tt.headers {
				tt.headers[i] = strings.Replace(tt.headers[i], "WEAK", d.weak, 1)
			}
			w := d.post(tt.body, tt.headers...)
			var p problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%v: %s: %s", err, w.Header().Get("Content-Type"), w.Body)
			}
			if w.Code != tt.status || p.Status != tt.status || p.Title != http.StatusText(tt.status) || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("%d %+v, want %d with %q", w.Code, p, tt.status, tt.detail)
			}
			if tt.header != "" && w.Header().Get(tt.header) == "" {
				t.Errorf("no header %s", tt.header)
			}
			if p.RequestID == "" || p.RequestID != w.Header().Get("X-Request-Id") || !strings.Contains(d.log.String(), p.RequestID) {
				t.Errorf("request id %q, in header %q, log %s", p.RequestID, w.Header().Get("X-Request-Id"), d.log)
			}
			if tt.fail != nil && (strings.Contains(w.Body.String(), "192.0.2.1") || !strings.Contains(d.log.String(), tt.fail.Error())) {
				t.Error("the cause belongs in the log and not in the answer")
			}
			if got := d.metric(t, "http_requests_total", strconv.Itoa(tt.status)); got != 1 {
				t.Errorf("%g requests of status %d counted, want 1", got, tt.status)
			}
		})
	}
}

// FuzzPost: whatever is posted, the answer is one of those documented, what was
// promised is in the topic and nothing else is, memory is given back, and neither
// answer nor log shows the recipient.
func FuzzPost(f *testing.F) {
	f.Add([]byte("Subject: x\n\nhello"), "user", "2020-10-20T09:00:00Z", "192.0.2.1", "region", "FL")
	f.Add([]byte("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\n--b--"), "trap", "", "::1", "a.b", "\xff")
	f.Add([]byte("\x00\x1f\x8b"), "a b", "yesterday", "relay", "X\r\nY", "z")
	const recipient = "victim@mail.example"
	f.Fuzz(func(t *testing.T, body []byte, source, at, ip, name, value string) {
		if strings.Contains(strings.ToLower(string(body)+source+at+ip+name+value), "victim") {
			t.Skip("the seed of the check itself")
		}
		d := newDesk(t, func(c *HandlerConfig, _ *HandlerDeps) { c.MaxMessage = 4000 })
		req := httptest.NewRequest(http.MethodPost, Path, bytes.NewReader(body))
		for n, v := range map[string]string{
			"Authorization": "Bearer " + d.secret, headerXRecipient: recipient, headerXSource: source,
			headerXReportedAt: at, headerXSourceIP: ip, headerXAttr + name: value, headerXID: value,
		} {
			req.Header[http.CanonicalHeaderKey(n)] = []string{v} // also what a client cannot send
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, req)
		if !slices.Contains([]int{202, 400, 413}, w.Code) || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var a accepted
		_ = json.Unmarshal(w.Body.Bytes(), &a)
		if w.Code != 202 && len(d.sink.stored) > 0 || w.Code == 202 && (len(a.Reports) == 0 || a.ReportID != a.Reports[0]) {
			t.Fatalf("%d %s, %d reports in the topic", w.Code, w.Body, len(d.sink.stored))
		}
		for _, id := range a.Reports {
			if d.sink.has(id) == 0 {
				t.Errorf("report %s was promised and is not in the topic", id)
			}
		}
		if !saneID.MatchString(w.Header().Get(headerXID)) {
			t.Errorf("request id %q", w.Header().Get(headerXID))
		}
		if shown := w.Body.String() + d.log.String() + fmt.Sprint(w.Header()); strings.Contains(shown, "victim") {
			t.Errorf("the recipient is shown: %s", shown)
		}
		if got := d.metric(t, "http_in_flight_bytes", ""); got != 0 {
			t.Errorf("%g bytes still in flight", got)
		}
	})
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestPostMethod(t *testing.T) {
	d := newDesk(t, nil)
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, Path, nil))
	if w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestPostRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, func(c *HandlerConfig, _ *HandlerDeps) { c.Rate, c.Burst = 0.1, 2 })
		send := func() *httptest.ResponseRecorder { return d.post(strings.NewReader("Subject: x\n\n")) }
		for i, want := range []int{202, 202, 429, 429} {
			if w := send(); w.Code != want || want == 429 && w.Header().Get("Retry-After") != "10" {
				t.Errorf("post %d: %d, Retry-After %q; want %d", i, w.Code, w.Header().Get("Retry-After"), want)
			}
		}
		time.Sleep(10 * time.Second)
		if w := send(); w.Code != 202 {
			t.Errorf("after the wait: %d, want 202", w.Code)
		}
	})
}

// TestPostTogether holds the first write back and checks that all posts of that
// time make the second.
func TestPostTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.sink.gate = make(chan struct{})
		var wg sync.WaitGroup
		for i := range 21 {
			wg.Go(func() {
				a := answer(t, d.post(strings.NewReader(fmt.Sprintf("Subject: %d\n\n", i))))
				if d.sink.has(a.ReportID) != 1 {
					t.Errorf("answered before the topic had it")
				}
			})
			synctest.Wait()
		}
		close(d.sink.gate)
		wg.Wait()
		if diff := cmp.Diff([]int{1, 20}, d.sink.sizes); diff != "" {
			t.Errorf("sizes of the writes (-want +got):\n%s", diff)
		}
	})
}

// TestPostMemory checks that bodies beyond the bound are refused while others
// are in flight, and taken after.
func TestPostMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, func(c *HandlerConfig, _ *HandlerDeps) { c.MaxMessage, c.MaxInFlight = 100, 100 })
		d.sink.gate = make(chan struct{})
		body := "Subject: x\n\n" + strings.Repeat("x", 50)
		var first *httptest.ResponseRecorder
		done := make(chan struct{})
		go func() { first = d.post(strings.NewReader(body)); close(done) }()
		synctest.Wait()
		if w := d.post(strings.NewReader(body)); w.Code != 429 || w.Header().Get("Retry-After") == "" {
			t.Errorf("second post: %d, want 429", w.Code)
		}
		close(d.sink.gate)
		<-done
		if first.Code != 202 {
			t.Errorf("first post: %d, want 202", first.Code)
		}
		if w := d.post(strings.NewReader(body)); w.Code != 202 {
			t.Errorf("third post: %d, want 202", w.Code)
		}
	})
}

// TestPostRevoked: a token is let in as long as it is in the set.
func TestPostRevoked(t *testing.T) {
	d := newDesk(t, nil)
	tokens := d.tokens.Load()
	for _, tt := range []struct {
		set  *Tokens
		want int
	}{{tokens, 202}, {nil, 401}, {&Tokens{}, 401}, {tokens, 202}} {
		d.SetTokens(tt.set)
		if w := d.post(strings.NewReader("Subject: x\n\n")); w.Code != tt.want {
			t.Errorf("with %d tokens: %d, want %d", tt.set.Len(), w.Code, tt.want)
		}
	}
	d.SetTokens(nil)
	if n := len(d.guests); n != 0 {
		t.Errorf("%d tokens that are gone are remembered", n)
	}
}

// TestPostShare: a token that draws its bodies out leaves the others room.
func TestPostShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, func(c *HandlerConfig, deps *HandlerDeps) {
			c.MaxMessage, c.MaxInFlight = 100, 400
			deps.Tokens.list[1].Scopes = []string{ScopeReport}
		})
		slow, end := io.Pipe()
		var wg sync.WaitGroup
		for range 2 { // of unknown length: 100 bytes each are set aside
			wg.Go(func() { d.post(slow) })
		}
		synctest.Wait()
		if w := d.post(strings.NewReader("Subject: x\n\n")); w.Code != 429 {
			t.Errorf("beyond its half: %d, want 429", w.Code)
		}
		if w := d.post(strings.NewReader("Subject: x\n\n"), "Authorization: Bearer "+d.weak); w.Code != 202 {
			t.Errorf("another token: %d, want 202", w.Code)
		}
		end.Close()
		wg.Wait()
	})
}

// TestLogsHoldNoSecret: neither token nor recipient is in the log, whatever is posted.
func TestLogsHoldNoSecret(t *testing.T) {
	d := newDesk(t, nil)
	d.sink.fail = func(int, []pipeline.Record) (error, bool) { return errors.New("away"), false }
	for _, h := range []string{"X-Shoal-Recipient: victim-4711@mail.example", "X-Shoal-Source: victim-4711@mail.example x", "X-Request-Id: victim 4711", "Authorization: Bearer shoal_guessed"} {
		d.post(strings.NewReader("To: victim-4711@mail.example\n\n"), h)
		d.post(strings.NewReader("victim-4711@mail.example"), h)
	}
	log := d.log.String()
	if !strings.Contains(log, "status=503") || !strings.Contains(log, "status=401") {
		t.Fatalf("the log is not that of the posts:\n%s", log)
	}
	for _, secret := range []string{"4711", d.secret, d.weak, "shoal_guessed"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q:\n%s", secret, log)
		}
	}
}

// TestPostFailures lets writes fail, stored and not, while posts are repeated
// until they are answered: every report is in the topic, under one id.
func TestPostFailures(t *testing.T) {
	for _, stored := range []bool{false, true} {
		t.Run(fmt.Sprintf("stored=%v", stored), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, nil)
				d.sink.fail = func(n int, _ []pipeline.Record) (error, bool) {
					if n%3 != 0 {
						return errors.New("away"), stored
					}
					return nil, true
				}
				var wg sync.WaitGroup
				for i := range 50 {
					wg.Go(func() { postUntilTaken(t, d, fmt.Sprintf("Subject: %d\n\n", i)) })
				}
				wg.Wait()
				if len(d.sink.stored) != 50 {
					t.Errorf("%d reports in the topic, want 50", len(d.sink.stored))
				}
			})
		})
	}
}

func postUntilTaken(t *testing.T, d *desk, body string) {
	for range 100 {
		w := d.post(strings.NewReader(body))
		if w.Code == 503 {
			time.Sleep(5 * time.Second)
			continue
		}
		if d.sink.has(answer(t, w).ReportID) == 0 {
			t.Error("a report was promised and is not in the topic")
		}
		return
	}
	t.Error("never taken")
}

// TestPostTooLargeAlone checks that a record which the topic can never take does
// not take others of its write along.
func TestPostTooLargeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.sink.gate = make(chan struct{})
		d.sink.fail = func(_ int, recs []pipeline.Record) (error, bool) {
			for _, r := range recs {
				if bytes.Contains(r.Value, []byte("huge")) {
					return pipeline.ErrTooLarge, false
				}
			}
			return nil, true
		}
		codes := make([]int, 4)
		var wg sync.WaitGroup
		for i, subject := range []string{"a", "b", "huge", "c"} {
			wg.Go(func() { codes[i] = d.post(strings.NewReader("Subject: " + subject + "\n\n")).Code })
			synctest.Wait()
		}
		close(d.sink.gate)
		wg.Wait()
		if diff := cmp.Diff([]int{202, 202, 413, 202}, codes); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
	})
}

func TestHandlerConfig(t *testing.T) {
	if err := DefaultHandlerConfig().Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*HandlerConfig){
		"no message":  func(c *HandlerConfig) { c.MaxMessage = 0 },
		"no memory":   func(c *HandlerConfig) { c.MaxInFlight = c.MaxMessage - 1 },
		"no rate":     func(c *HandlerConfig) { c.Rate = 0 },
		"no patience": func(c *HandlerConfig) { c.WriteTimeout = 0 },
	} {
		c := DefaultHandlerConfig()
		change(&c)
		if c.Validate() == nil {
			t.Errorf("%s: Validate = nil", name)
		}
	}
}
