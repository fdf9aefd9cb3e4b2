package intake

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

// lmtpServer serves on a unix socket until the test ends.
func lmtpServer(t *testing.T, sink pipeline.Sink, change func(*LMTPConfig)) string {
	t.Helper()
	cfg := DefaultLMTPConfig()
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- NewLMTP(cfg, LMTPDeps{Sink: sink}).Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("Serve:", err)
		}
	})
	return path
}

// deliver sends a message and returns each recipient's status code.
func deliver(t *testing.T, path, body string, to ...string) map[string]int {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	defer c.Close()
	if err := c.Mail("sender@example.org", nil); err != nil {
		t.Fatal(err)
	}
	for _, rcpt := range to {
		if err := c.Rcpt(rcpt, nil); err != nil {
			t.Fatal(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	statuses := map[string]int{}
	for _, rcpt := range to {
		statuses[rcpt] = 250
	}
	_, err = w.CloseWithLMTPResponse()
	var each smtp.LMTPDataError
	if errors.As(err, &each) {
		for rcpt, e := range each {
			statuses[rcpt] = e.Code
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return statuses
}

func TestLMTPAbuseBox(t *testing.T) {
	sink := &memSink{t: t, stored: map[string]int{}}
	path := lmtpServer(t, sink, nil)
	forward := string(testMessage(t, "forward.eml"))
	got := deliver(t, path, forward, "abuse@example.net", "desk@example.net")
	if diff := cmp.Diff(map[string]int{"abuse@example.net": 250, "desk@example.net": 250}, got); diff != "" {
		t.Error(diff)
	}
	crlf := strings.ReplaceAll(forward, "\n", "\r\n") // as it went over the wire
	want := Unwrap(&pipeline.Report{Raw: []byte(crlf), Source: SourceAbuseBox})[0].ID().String()
	if len(sink.stored) != 1 || sink.has(want) != 1 {
		t.Errorf("stored %v, want report %s once", sink.stored, want)
	}
}

func TestLMTPTrap(t *testing.T) {
	sink := &memSink{t: t, stored: map[string]int{}}
	path := lmtpServer(t, sink, func(c *LMTPConfig) { c.Source = SourceTrap })
	deliver(t, path, string(testMessage(t, "plain.eml")), "trap1@example.net", "trap2@example.net")
	if len(sink.stored) != 2 {
		t.Errorf("%d reports, want one for each of 2 recipients", len(sink.stored))
	}
}

func TestLMTPRefusals(t *testing.T) {
	away := errors.New("away")
	tests := []struct {
		name, body string
		fail       error
		want       int
	}{
		{"not mail", "Hello\r\n", nil, 554},
		{"too large", "Subject: x\r\n\r\n" + strings.Repeat("x\r\n", 1000), nil, 552},
		{"sink away", "Subject: x\r\n\r\nx\r\n", away, 451},
		{"too large for the topic", "Subject: x\r\n\r\nx\r\n", pipeline.ErrTooLarge, 552},
	}
	for _, tt := range tests {
		sink := &memSink{t: t, stored: map[string]int{}}
		sink.fail = func(int, []pipeline.Record) (error, bool) { return tt.fail, tt.fail == nil }
		path := lmtpServer(t, sink, func(c *LMTPConfig) { c.MaxMessage = 1000 })
		if got := deliver(t, path, tt.body, "abuse@example.net"); got["abuse@example.net"] != tt.want {
			t.Errorf("%s: %v, want %d", tt.name, got, tt.want)
		}
		if len(sink.stored) != 0 {
			t.Errorf("%s: stored %v", tt.name, sink.stored)
		}
	}
}
