package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server serves ClickHouse's HTTP interface over the engine in this process. It
// belongs into a process of its own: see [Process] and the package comment.
type Server struct {
	cfg    Config
	log    *slog.Logger
	engine *engine
	// slots bounds the queries under way.
	slots chan struct{}
	// serial numbers requests, for spool files and for cancelling.
	serial atomic.Uint64
	// banned are names that must not be called where only reading is allowed.
	banned  map[string]bool
	hello   hello
	metrics *metrics
	room    *room
}

// NewServer returns a server for cfg. It opens nothing yet.
func NewServer(cfg Config, log *slog.Logger) (*Server, error) {
	cfg, err := cfg.Defaults().absolute()
	if err != nil {
		return nil, err
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, log: log, slots: make(chan struct{}, cfg.MaxQueries), metrics: newMetrics(), room: newRoom(cfg.Dir)}, nil
}

// Endpoint is where a running engine listens.
type Endpoint struct {
	// Socket is a path.
	Socket string `json:"socket"`
	// Addr is host:port, empty where there is no TCP.
	Addr string `json:"addr,omitempty"`
	// PID is the process that has the engine.
	PID int `json:"pid"`
}

// Run opens the data folder and serves until ctx ends; then it lets requests
// finish for some seconds, closes the engine and returns nil. ready is called
// once when the listeners are open. The error wraps [ErrInUse] where another
// process has the folder, [ErrNoLibrary] where the library cannot be loaded,
// [ErrNoRoom] where the disk ran full under the engine: it can be started again at once.
func (s *Server) Run(ctx context.Context, ready func(Endpoint)) error {
	lock, err := lockData(s.cfg.Dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := s.open(); err != nil {
		return err
	}
	unix, tcp, err := s.listen()
	if err != nil {
		s.engine.close()
		return err
	}
	at := Endpoint{Socket: s.cfg.Socket, PID: os.Getpid()}
	if tcp != nil {
		at.Addr = tcp.Addr().String()
	}
	ready(at)
	idle, err := s.serve(ctx, unix, tcp)
	if !idle {
		// Closing under a query would crash. What was acknowledged is on disk.
		return errors.Join(err, errors.New("engine left open: a query did not end"))
	}
	s.engine.close()
	return err
}

// open opens the engine.
func (s *Server) open() error {
	if err := s.clearSpool(); err != nil {
		return err
	}
	config, err := writeEngineConfig(s.cfg.Dir, 2*s.cfg.MaxMemory)
	if err != nil {
		return err
	}
	if s.engine, err = openEngine(s.cfg.Library, filepath.Join(s.cfg.Dir, "store"), config); err != nil {
		return err
	}
	if err := s.ask(); err != nil {
		s.engine.close()
		return err
	}
	return nil
}

// ask asks the engine what it is and what it can.
func (s *Server) ask() error {
	var err error
	if s.hello, err = s.engine.hello(); err == nil {
		s.banned, err = s.engine.bannedFunctions()
	}
	if err != nil {
		return fmt.Errorf("first query: %w", err)
	}
	if !strings.HasPrefix(s.hello.version, engineVersion) {
		return fmt.Errorf("%w: %s is of version %s; %s", ErrNoLibrary, s.cfg.Library, s.hello.version, fetchHint)
	}
	return nil
}

// spool is the folder for the data of INSERTs under way.
func (s *Server) spool() string { return filepath.Join(s.cfg.Dir, "spool") }

// clearSpool empties the folder. The folder itself stays: on a full disk it could not
// be made again.
func (s *Server) clearSpool() error {
	if err := os.MkdirAll(s.spool(), 0o700); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	left, err := os.ReadDir(s.spool())
	for _, f := range left {
		err = errors.Join(err, os.RemoveAll(filepath.Join(s.spool(), f.Name())))
	}
	if err != nil {
		return fmt.Errorf("clear spool: %w", err)
	}
	return nil
}

// listen opens the unix socket, and the TCP port where one is wanted.
func (s *Server) listen() (unix, tcp net.Listener, err error) {
	if err := os.MkdirAll(filepath.Dir(s.cfg.Socket), 0o700); err != nil {
		return nil, nil, fmt.Errorf("socket folder: %w", err)
	}
	// The lock is held, so a socket that is there is a dead process's.
	if err := os.Remove(s.cfg.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("old socket: %w", err)
	}
	if unix, err = net.Listen("unix", s.cfg.Socket); err != nil {
		return nil, nil, err
	}
	if err := os.Chmod(s.cfg.Socket, 0o600); err != nil {
		unix.Close()
		return nil, nil, fmt.Errorf("socket mode: %w", err)
	}
	if s.cfg.Listen == "" {
		return unix, nil, nil
	}
	if tcp, err = net.Listen("tcp", s.cfg.Listen); err != nil {
		unix.Close()
		return nil, nil, err
	}
	return unix, tcp, nil
}

// serve answers on both listeners until ctx ends. It tells whether all queries
// have ended.
func (s *Server) serve(ctx context.Context, unix, tcp net.Listener) (idle bool, err error) {
	servers := []*http.Server{s.httpServer(s.handler(access{full: true}))}
	listeners := []net.Listener{unix}
	if tcp != nil {
		servers = append(servers, s.httpServer(s.handler(access{full: s.cfg.ListenFull, tcp: true})))
		listeners = append(listeners, tcp)
	}
	failed := make(chan error, len(servers))
	var group sync.WaitGroup
	for i, srv := range servers {
		group.Go(func() {
			if err := srv.Serve(listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		})
	}
	watching, unwatch := context.WithCancel(ctx)
	defer unwatch()
	group.Go(func() { s.room.watch(watching) })
	select {
	case <-ctx.Done():
	case err = <-failed:
	case <-s.room.lost:
		err = errRoomLost
	}
	unwatch()
	s.shutdown(servers)
	group.Wait()
	return s.drain(), err
}

// shutdown lets requests finish, and breaks those that do not: their queries are
// cancelled as those of clients that went away.
func (s *Server) shutdown(servers []*http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.StopTime)
	defer cancel()
	for _, srv := range servers {
		if err := srv.Shutdown(ctx); err != nil {
			s.log.Warn("requests broken off", "err", err)
			srv.Close()
		}
	}
}

// drain waits for the queries under way: a handler ends soon after its
// connection.
func (s *Server) drain() bool {
	late := time.NewTimer(drainTime)
	defer late.Stop()
	for range cap(s.slots) {
		select {
		case s.slots <- struct{}{}:
		case <-late.C:
			return false
		}
	}
	return true
}

// drainTime is what a cancelled query gets to end.
const drainTime = 5 * time.Second

func (s *Server) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    1 << 20,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}
