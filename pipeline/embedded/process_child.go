package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// childMark is the environment variable that marks a child of [Process].
const childMark = "SHOAL_ENGINE_CHILD"

// childReport is what a child writes to its standard output: where it listens,
// or why it cannot.
type childReport struct {
	At        Endpoint `json:"at"`
	Error     string   `json:"error,omitempty"`
	InUse     bool     `json:"in_use,omitempty"`
	NoLibrary bool     `json:"no_library,omitempty"`
}

// reported is an error of the child, in the parent.
type reported struct {
	text string
	kind error
}

func (e *reported) Error() string { return e.text }
func (e *reported) Unwrap() error { return e.kind }

func (r childReport) failure() error {
	switch {
	case r.Error == "":
		return nil
	case r.InUse:
		return &reported{r.Error, ErrInUse}
	case r.NoLibrary:
		return &reported{r.Error, ErrNoLibrary}
	}
	return errors.New(r.Error)
}

// ChildMain makes this process the engine's where [Process] started it as that,
// and then does not return; otherwise it does nothing. A binary that uses
// [Process] calls it first in main, and a test that does calls it first in its
// TestMain.
func ChildMain() {
	if os.Getenv(childMark) == "" {
		return
	}
	os.Unsetenv(childMark)
	os.Exit(child(os.Stdin, os.Stdout, os.Stderr))
}

// child serves the configuration that comes on stdin until SIGTERM, or until
// stdin ends because the parent did.
func child(stdin io.Reader, stdout, stderr io.Writer) int {
	log := slog.New(slog.NewTextHandler(stderr, nil))
	reports := json.NewEncoder(stdout)
	in := bufio.NewReader(stdin)
	line, err := in.ReadBytes('\n')
	var cfg Config
	if err == nil {
		err = json.Unmarshal(line, &cfg)
	}
	if err != nil {
		fmt.Fprintln(stderr, "no configuration on standard input:", err)
		return 2
	}
	// An interrupt at the terminal reaches the whole group; the parent decides.
	signal.Ignore(syscall.SIGINT)
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	if err := runServer(ctx, cfg, log, reports); err != nil {
		_ = reports.Encode(childReport{Error: err.Error(), InUse: errors.Is(err, ErrInUse), NoLibrary: errors.Is(err, ErrNoLibrary)})
		return 1
	}
	return 0
}

func runServer(ctx context.Context, cfg Config, log *slog.Logger, reports *json.Encoder) error {
	s, err := NewServer(cfg, log)
	if err != nil {
		return err
	}
	ready := func(at Endpoint) { _ = reports.Encode(childReport{At: at}) }
	// A predecessor that was killed may need a moment to let go of the folder.
	for range 20 {
		if err = s.Run(ctx, ready); !errors.Is(err, ErrInUse) {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
	return err
}

// lineLog logs what a child writes to its standard error, and keeps the end of it.
type lineLog struct {
	log *slog.Logger

	mu   sync.Mutex
	tail []string
	part string
}

const (
	tailLines = 10
	maxLine   = 2000
)

func (l *lineLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part += string(p)
	for {
		line, rest, ok := strings.Cut(l.part, "\n")
		if !ok && len(l.part) < maxLine {
			return len(p), nil
		}
		l.part = rest
		l.log.Warn("engine", "line", line[:min(len(line), maxLine)])
		if l.tail = append(l.tail, line); len(l.tail) > tailLines {
			l.tail = l.tail[1:]
		}
	}
}

// last is the end of what was written, as an error, or nil.
func (l *lineLog) last() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tail) == 0 {
		return nil
	}
	return errors.New(strings.Join(l.tail, "\n"))
}
