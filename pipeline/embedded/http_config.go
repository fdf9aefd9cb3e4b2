package embedded

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"
)

// Config says how the engine is served. Its zero values but Dir and Library are
// usable: see [Config.Defaults].
type Config struct {
	// Dir is the data folder. One process at a time has it open.
	Dir string
	// Library is the path of libchdb: see [LibraryPath].
	Library string
	// Socket is the path of the unix socket, which has all rights and mode 0600.
	// Empty means [SocketPath] of Dir.
	Socket string
	// Listen is a loopback address (host:port; port 0 takes a free one), or empty
	// for no TCP. Any other address is refused: the interface has no encryption.
	Listen string
	// ListenFull gives Listen all rights. Without it, it reads only: see [Server].
	ListenFull bool
	// Key, where set, is the password that requests over TCP must carry.
	Key string
	// MaxQueries bounds the queries that run at once; more wait.
	MaxQueries int
	// MaxBody bounds a request body, decompressed, in bytes.
	MaxBody int64
	// MaxResult bounds a result that cannot be sent block by block, in bytes.
	MaxResult int64
	// MaxMemory bounds the memory of one query, in bytes; from half of it on, large
	// sorts and groupings go to disk. All queries together get twice as much.
	MaxMemory int64
	// StopTime is what requests under way get to finish when the engine stops.
	StopTime time.Duration
	// ReadTime, ReadRows and ReadBytes bound a query and its result where the
	// listener reads only.
	ReadTime  time.Duration
	ReadRows  int64
	ReadBytes int64
}

// Defaults fills in what is not set.
func (c Config) Defaults() Config {
	def(&c.Socket, SocketPath(c.Dir))
	def(&c.MaxQueries, 16)
	def(&c.MaxBody, 1<<30)
	def(&c.MaxResult, 256<<20)
	def(&c.MaxMemory, 2<<30)
	def(&c.StopTime, 10*time.Second)
	def(&c.ReadTime, time.Minute)
	def(&c.ReadRows, 1_000_000)
	def(&c.ReadBytes, 256<<20)
	return c
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate tells what is wrong with c.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return errors.New("no data folder")
	case strings.ContainsAny(c.Dir, "*?{}[]"):
		return fmt.Errorf("data folder %q: the engine takes * ? { } [ ] in a path for patterns", c.Dir)
	case c.Library == "":
		return fmt.Errorf("%w: %s", ErrNoLibrary, fetchHint)
	case len(c.Socket) > maxSocketPath:
		return fmt.Errorf("socket %q: longer than %d bytes", c.Socket, maxSocketPath)
	case c.Listen != "":
		return checkLoopback(c.Listen)
	}
	return nil
}

// checkLoopback refuses an address that other machines could reach.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen address: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen address %q: not loopback", addr)
	}
	return nil
}

// absolute makes the paths of c independent of the working folder.
func (c Config) absolute() (Config, error) {
	var err error
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return c, err
	}
	c.Socket, err = filepath.Abs(c.Socket)
	return c, err
}
