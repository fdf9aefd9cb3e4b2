package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Process runs the engine in a child process and starts it again when it dies.
// The child is this same binary: see [ChildMain].
type Process struct {
	cfg Config
	log *slog.Logger

	mu sync.Mutex
	// at is where the child listens; changed is closed when that changes.
	at      Endpoint
	up      bool
	err     error
	changed chan struct{}
	starts  int
}

// NewProcess returns a process for cfg. Nothing runs yet.
func NewProcess(cfg Config, log *slog.Logger) (*Process, error) {
	cfg, err := cfg.Defaults().absolute()
	if err != nil {
		return nil, err
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Process{cfg: cfg, log: log, changed: make(chan struct{})}, nil
}

const (
	// closeTime is what a child gets to end by itself, beside its StopTime.
	closeTime = 15 * time.Second
	minPause  = 100 * time.Millisecond
	maxPause  = 5 * time.Second
	// steadyTime is how long a child must have run to be no part of a series of
	// failures.
	steadyTime = time.Minute
	// opens is how often a folder is opened before it counts as one that cannot be:
	// now and then the engine fails at one that it opens a moment later.
	opens = 3
)

// Run keeps a child running until ctx ends; then it stops the child, lets it
// finish its requests for a bounded time, and returns nil. Where no child can
// start at all, Run ends with the error, which wraps [ErrInUse] or [ErrNoLibrary]
// where that is why; what can be otherwise a moment later is tried some times.
func (p *Process) Run(ctx context.Context) (err error) {
	defer func() { p.set(Endpoint{}, errors.Join(err, errStopped)) }()
	pause := minPause
	for tries := 1; ; tries++ {
		began := time.Now()
		err := p.runChild(ctx)
		if ctx.Err() != nil {
			if err != nil {
				p.log.Warn("engine did not end cleanly", "err", err)
			}
			return nil
		}
		if p.Starts() == 0 && (tries >= opens || errors.Is(err, ErrInUse) || errors.Is(err, ErrNoLibrary)) {
			return fmt.Errorf("engine: %w", err)
		}
		if time.Since(began) > steadyTime {
			pause = minPause
		}
		p.log.Error("engine ended, starting it again", "err", err, "pause", pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, maxPause)
	}
}

var errStopped = errors.New("engine stopped")

// Endpoint waits until the engine listens and tells where. It fails when ctx
// ends or Run has returned.
func (p *Process) Endpoint(ctx context.Context) (Endpoint, error) {
	for {
		p.mu.Lock()
		at, up, err, changed := p.at, p.up, p.err, p.changed
		p.mu.Unlock()
		if up || err != nil {
			return at, err
		}
		select {
		case <-ctx.Done():
			return Endpoint{}, ctx.Err()
		case <-changed:
		}
	}
}

// Starts is how often the engine came up, restarts included.
func (p *Process) Starts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.starts
}

// set publishes that the child listens at at, or no longer, or never again.
func (p *Process) set(at Endpoint, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.up, p.err = at, at != Endpoint{}, err
	if p.up {
		p.starts++
		if at.Addr != "" {
			// A restarted child keeps the port that clients know.
			p.cfg.Listen = at.Addr
		}
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// runChild starts one child, waits until it ends and returns why.
func (p *Process) runChild(ctx context.Context) error {
	// The child is told when the thread that started it ends (Linux), so this
	// goroutine keeps its thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd, err := p.command()
	if err != nil {
		return err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	logs := &lineLog{log: p.log}
	cmd.Stderr = logs
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { p.stop(cmd.Process) })
	defer stop()
	err = p.attend(stdin, stdout)
	p.set(Endpoint{}, nil)
	stdin.Close()
	if werr := cmd.Wait(); err == nil {
		err = werr
	}
	if err == nil && ctx.Err() == nil {
		err = errors.New("ended by itself")
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, logs.last())
}

// command is the child: this binary, marked as a child by its environment.
func (p *Process) command() (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "clickhouse", "--data", p.cfg.Dir)
	// The engine's time zone is that of its environment.
	cmd.Env = append(os.Environ(), childMark+"=1", "TZ=UTC")
	cmd.WaitDelay = time.Second
	tieToParent(cmd)
	return cmd, nil
}

// attend gives the child its configuration and follows what it reports on its
// standard output until that ends.
func (p *Process) attend(stdin io.Writer, stdout io.Reader) error {
	if err := json.NewEncoder(stdin).Encode(p.cfg); err != nil {
		return fmt.Errorf("configure: %w", err)
	}
	reports := json.NewDecoder(stdout)
	for {
		var r childReport
		if err := reports.Decode(&r); err != nil {
			return nil
		}
		if err := r.failure(); err != nil {
			return err
		}
		p.set(r.At, nil)
		p.log.Info("engine listens", "socket", r.At.Socket, "addr", r.At.Addr, "pid", r.At.PID)
	}
}

// stop ends a child: it asks, and after a bounded time it kills.
func (p *Process) stop(child *os.Process) {
	_ = child.Signal(syscall.SIGTERM)
	time.AfterFunc(p.cfg.StopTime+closeTime, func() {
		if child.Kill() == nil {
			p.log.Warn("engine did not end in time and was killed")
		}
	})
}
