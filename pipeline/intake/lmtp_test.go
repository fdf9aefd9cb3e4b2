package intake

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
)

// lmtpServer serves on a unix socket until the test ends.
func lmtpServer(t testing.TB, sink pipeline.Sink, change func(*LMTPConfig)) string {
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

// TestLMTPManyRecipients: a message for many traps is written a message's size at a
// time.
func TestLMTPManyRecipients(t *testing.T) {
	sink := &memSink{t: t, stored: map[string]int{}}
	path := lmtpServer(t, sink, func(c *LMTPConfig) { c.Source, c.MaxMessage = SourceTrap, 1000 })
	body := "Subject: x\r\n\r\n" + strings.Repeat("x", 600) + "\r\n"
	deliver(t, path, body, "trap1@example.net", "trap2@example.net", "trap3@example.net")
	if want := []int{2, 1}; len(sink.stored) != 3 || !slices.Equal(sink.sizes, want) {
		t.Errorf("%d reports in writes of %v, want 3 in %v", len(sink.stored), sink.sizes, want)
	}
}

// dribble gives a byte of a message each second, without end.
type dribble struct{ n int }

func (d *dribble) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	d.n++
	return copy(p[:1], "Subject: x"[d.n%10:]), nil
}

// TestLMTPDribble: who sends a message too slowly does not hold its memory.
func TestLMTPDribble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := DefaultLMTPConfig()
		cfg.MaxInFlight = cfg.MaxMessage
		l := NewLMTP(cfg, LMTPDeps{Sink: &memSink{t: t}})
		began := time.Now()
		o, err := (&session{lmtp: l}).take(new(dribble))
		if e := (*smtp.SMTPError)(nil); o != outcomeBroken || !errors.As(err, &e) || e.Code != 451 {
			t.Errorf("outcome %v, error %v", o, err)
		}
		if took := time.Since(began); took != cfg.MessageTime {
			t.Errorf("it took %v, want %v", took, cfg.MessageTime)
		}
		if !l.memory.TryAcquire(cfg.MaxInFlight) {
			t.Error("memory is still held")
		}
	})
}

// pipes is a listener whose connections are pipes.
type pipes struct {
	conns chan net.Conn
	close func()
}

func newPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn)}
	p.close = sync.OnceFunc(func() { close(p.conns) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p.conns; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p *pipes) Close() error { p.close(); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// TestLMTPConnections: one more than there may be waits until another has gone.
func TestLMTPConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, ln := DefaultLMTPConfig(), newPipes()
		cfg.MaxConnections = 1
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- NewLMTP(cfg, LMTPDeps{Sink: &memSink{t: t}}).Serve(ctx, ln) }()
		greeted := make(chan int, 2)
		dial := func(n int) net.Conn {
			client, server := net.Pipe()
			go func() { ln.conns <- server }()
			go func() {
				if _, err := bufio.NewReader(client).ReadString('\n'); err == nil {
					greeted <- n
				}
			}()
			synctest.Wait()
			return client
		}
		first, second := dial(1), dial(2)
		defer second.Close()
		if n := len(greeted); n != 1 || <-greeted != 1 {
			t.Errorf("%d are greeted where one may be connected", n)
		}
		first.Close()
		synctest.Wait()
		if n := len(greeted); n != 1 || <-greeted != 2 {
			t.Errorf("%d are greeted after the first has gone, want the second", n)
		}
		second.Close()
		stop()
		if err := <-done; err != nil {
			t.Error("Serve:", err)
		}
	})
}

// countSink counts the records that it takes.
type countSink struct{ n atomic.Int64 }

func (s *countSink) Write(_ context.Context, recs []pipeline.Record) error {
	s.n.Add(int64(len(recs)))
	return nil
}

var statusLine = regexp.MustCompile(`^[2-5][0-9][0-9][ -][^\n]*\r\n$`)

// FuzzLMTP: whatever a client says, each line of the answer has a status, and
// something is stored where the server said so, and nowhere else.
func FuzzLMTP(f *testing.F) {
	const hello, to = "LHLO a\r\nMAIL FROM:<a@b.example>\r\n", "RCPT TO:<c@d.example>\r\n"
	f.Add(hello + to + to + "DATA\r\nSubject: x\r\n\r\n..x\r\n.\r\nQUIT\r\n")
	f.Add(hello + to + "DATA\r\nno mail\r\n.\r\n" + hello + to + "DATA\r\nSubject: cut off\r\n")
	f.Add(hello + to + "BDAT 14\r\nSubject: x\r\n\r\nBDAT 2 LAST\r\nhiRSET\r\nNOOP\r\n")
	f.Add(hello + to + "BDAT 99999999999\r\nBDAT 5\r\nhelloBDAT 0 LAST\r\n")
	f.Add("EHLO a\r\nMAIL FROM:<> SIZE=-1 BODY=BINARYMIME SMTPUTF8\r\n" + to + "DATA x\r\n\x00\xff\r\nVRFY c\r\nAUTH PLAIN\r\nSTARTTLS\r\n")
	f.Add(hello + to + "DATA\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\n.\r\n")
	sink := new(countSink)
	path := lmtpServer(f, sink, func(c *LMTPConfig) { c.MaxMessage, c.MaxInFlight, c.MaxRecipients = 1000, 1000, 3 })
	f.Fuzz(func(t *testing.T, said string) {
		if len(said) > 1<<14 {
			return
		}
		before := sink.n.Load()
		taken := 0
		for line := range strings.Lines(converse(t, path, said)) {
			if !statusLine.MatchString(line) {
				t.Errorf("%q is answered %q", said, line)
			}
			if strings.HasSuffix(line, "OK: queued\r\n") {
				taken++
			}
		}
		if stored := sink.n.Load() - before; (taken > 0) != (stored > 0) {
			t.Errorf("%q: %d answers that a message was taken, %d records stored", said, taken, stored)
		}
	})
}

// converse says all at once and gives the whole answer.
func converse(t *testing.T, path, said string) string {
	t.Helper()
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		_, _ = io.WriteString(conn, said) // the server may hang up first
		_ = conn.CloseWrite()
	}()
	answer, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatal(err)
	}
	return string(answer)
}
