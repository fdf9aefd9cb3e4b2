package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil"
	"golang.org/x/sync/semaphore"

	"shoal/pipeline"
)

// LMTPConfig tells an [LMTP] server its bounds.
type LMTPConfig struct {
	// Source is what the mail is: [SourceAbuseBox] for a box that reports are
	// sent to, [SourceTrap] for mailboxes that nobody writes to in good faith.
	Source string
	// Hostname is what the server calls itself.
	Hostname string
	// MaxMessage bounds a message in bytes, MaxInFlight all that are in memory.
	MaxMessage, MaxInFlight int64
	// MaxRecipients bounds the recipients of one message, MaxConnections those who
	// are connected: others wait.
	MaxRecipients, MaxConnections int
	// Timeout bounds each read and write of a connection, MessageTime how long the
	// whole of a message may take to come, WriteTimeout a write to the sink, and Grace
	// how long a stop waits for open connections.
	Timeout, MessageTime, WriteTimeout, Grace time.Duration
}

// DefaultLMTPConfig returns the defaults.
func DefaultLMTPConfig() LMTPConfig {
	return LMTPConfig{
		Source: SourceAbuseBox, Hostname: "shoal",
		MaxMessage: MaxMessage, MaxInFlight: 256 << 20, MaxRecipients: 100, MaxConnections: 1024,
		Timeout: time.Minute, MessageTime: 2 * time.Minute, WriteTimeout: 15 * time.Second, Grace: 20 * time.Second,
	}
}

// Validate says what is wrong with c.
func (c LMTPConfig) Validate() error {
	switch {
	case c.Source != SourceAbuseBox && c.Source != SourceTrap:
		return fmt.Errorf("lmtp: source %q is neither %s nor %s", c.Source, SourceAbuseBox, SourceTrap)
	case c.MaxMessage < 1 || c.MaxInFlight < c.MaxMessage:
		return errors.New("lmtp: one message must fit into what may be in flight")
	case c.MaxRecipients < 1 || c.MaxConnections < 1:
		return errors.New("lmtp: a message has at least one recipient, and comes over a connection")
	case c.Timeout <= 0 || c.MessageTime <= 0 || c.WriteTimeout <= 0 || c.Grace <= 0:
		return errors.New("lmtp: timeouts must be above 0")
	}
	return nil
}

// LMTPDeps are what an [LMTP] server works with.
type LMTPDeps struct {
	// Sink is topic "reports".
	Sink pipeline.Sink
	// Attrs are joined to recipients; optional.
	Attrs *Attrs
	// Log and Registerer are optional.
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

// LMTP takes reports from a mail server (RFC 2033), so that an abuse box or
// spam traps need no mailbox to be read out. It says that a message is delivered
// only when the sink has it durably; the mail server's queue repeats the rest.
// It knows no authentication: listen on a unix socket or loopback.
//
// In an abuse box the envelope is the forwarder's and tells nothing of the
// reported message; for a trap it is the message's own, so each recipient is
// one report.
type LMTP struct {
	cfg     LMTPConfig
	deps    LMTPDeps
	group   *group
	memory  *semaphore.Weighted
	metrics *lmtpMetrics
}

// NewLMTP returns a server. Its config must be valid.
func NewLMTP(cfg LMTPConfig, deps LMTPDeps) *LMTP {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	m := newLMTPMetrics(deps.Registerer)
	return &LMTP{
		cfg: cfg, deps: deps, metrics: m,
		group:  &group{sink: deps.Sink, timeout: cfg.WriteTimeout, records: m.batch},
		memory: semaphore.NewWeighted(cfg.MaxInFlight),
	}
}

// Serve takes connections from ln until ctx ends, then lets open ones finish for
// the grace time. It closes ln.
func (l *LMTP) Serve(ctx context.Context, ln net.Listener) error {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{lmtp: l}, nil }))
	s.LMTP, s.Domain = true, l.cfg.Hostname
	s.MaxMessageBytes, s.MaxRecipients = l.cfg.MaxMessage, l.cfg.MaxRecipients
	s.ReadTimeout, s.WriteTimeout = l.cfg.Timeout, l.cfg.Timeout
	s.EnableSMTPUTF8 = true
	s.ErrorLog = slog.NewLogLogger(l.deps.Log.Handler(), slog.LevelWarn)
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(netutil.LimitListener(ln, l.cfg.MaxConnections)) }()
	select {
	case err := <-failed:
		return fmt.Errorf("lmtp: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.Grace)
	defer cancel()
	err := s.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.Close()
	}
	<-failed
	if err != nil && !errors.Is(err, smtp.ErrServerClosed) {
		return fmt.Errorf("stop lmtp: %w", err)
	}
	return nil
}

// session is one connection. The server calls its methods one at a time.
type session struct {
	lmtp *LMTP
	from string
	to   []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error   { s.to = append(s.to, to); return nil }
func (s *session) Reset()                                      { s.from, s.to = "", nil }
func (s *session) Logout() error                               { return nil }

// Data takes a message; its status is that of every recipient.
func (s *session) Data(r io.Reader) error {
	o, err := s.take(r)
	s.lmtp.metrics.messages[o].Inc()
	return err
}

// take reads a message and returns nil once the sink has its reports. Errors
// that begin with 4 make the mail server try again.
func (s *session) take(r io.Reader) (outcome, error) {
	l := s.lmtp
	if !l.memory.TryAcquire(l.cfg.MaxMessage) {
		return outcomeBusy, reply(452, 4, 3, 1, "too many messages at once, try again")
	}
	defer l.memory.Release(l.cfg.MaxMessage)
	raw, err := io.ReadAll(&dueReader{r, time.Now().Add(l.cfg.MessageTime)})
	switch {
	case errors.Is(err, smtp.ErrDataTooLarge):
		return outcomeLarge, err
	case err != nil:
		return outcomeBroken, reply(451, 4, 4, 2, "the message ended before it was complete")
	case !looksLikeMail(raw):
		return outcomeNotMail, reply(554, 5, 6, 0, "not a mail message but "+describe(raw))
	}
	err = s.store(raw)
	switch {
	case errors.Is(err, pipeline.ErrTooLarge):
		return outcomeLarge, reply(552, 5, 3, 4, "the message is larger than the reports topic takes")
	case err != nil:
		l.deps.Log.Error("message not stored", "error", err)
		return outcomeAway, reply(451, 4, 3, 0, "the message could not be stored just now")
	}
	return outcomeTaken, nil
}

// dueReader reads until a time, so that who dribbles a message cannot hold its memory.
type dueReader struct {
	io.Reader
	due time.Time
}

func (d *dueReader) Read(p []byte) (int, error) {
	if !time.Now().Before(d.due) {
		return 0, os.ErrDeadlineExceeded
	}
	return d.Reader.Read(p)
}

// store writes the reports of one message, about as much at a time as one message may
// have: of a trap each recipient is a report, and what is wrapped is taken apart, and
// takes memory, for each.
func (s *session) store(raw []byte) error {
	l := s.lmtp
	var recs []pipeline.Record
	size := int64(0)
	for _, base := range s.reports(raw) {
		for _, u := range Unwrap(&base) {
			l.deps.Attrs.Apply(&u)
			recs = append(recs, ToRecord(&u))
			size += int64(len(u.Raw))
		}
		if size < l.cfg.MaxMessage {
			continue
		}
		if err := l.group.write(recs); err != nil {
			return err
		}
		recs, size = nil, 0
	}
	if len(recs) == 0 {
		return nil
	}
	return l.group.write(recs)
}

// reports are those of one message, as it came.
func (s *session) reports(raw []byte) []pipeline.Report {
	base := pipeline.Report{Raw: raw, Source: s.lmtp.cfg.Source}
	if base.Source != SourceTrap {
		return []pipeline.Report{base}
	}
	var all []pipeline.Report
	for _, to := range s.to {
		base.Recipient, base.MailFrom = to, firstAddress(s.from)
		all = append(all, base)
	}
	return all
}

func reply(code, class, subject, detail int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: text}
}
