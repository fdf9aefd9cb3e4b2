package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// maxSocketPath is the longest path of a unix socket everywhere (104 bytes with
// the closing zero on macOS).
const maxSocketPath = 103

// SocketPath is where the engine of data folder dir listens, whoever started it:
// in dir itself, or, where that path is too long for a socket, in a folder of
// the user's among the temporary files, named by a hash of dir.
func SocketPath(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	path := filepath.Join(dir, "engine.sock")
	if len(path) <= maxSocketPath {
		return path
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), fmt.Sprintf("shoal-%d", os.Getuid()), hex.EncodeToString(sum[:12])+".sock")
}

// Alive tells whether an engine answers on the unix socket at path.
func Alive(ctx context.Context, path string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/ping", nil)
	if err != nil {
		return false
	}
	resp, err := socketClient(path).Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

// socketClient is an HTTP client of the unix socket at path.
func socketClient(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
	}}
}

// lockData makes dir and takes it for this process. The lock goes with the
// process, however that ends. The error wraps [ErrInUse] and names the process
// that has it.
func lockData(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "engine.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		pid, _ := io.ReadAll(io.LimitReader(f, 32))
		f.Close()
		return nil, fmt.Errorf("another shoal has %s open (pid %s): %w", dir, strings.TrimSpace(string(pid)), ErrInUse)
	}
	// In this order it takes no room that the file has not got, on a full disk.
	line := fmt.Appendf(nil, "%d\n", os.Getpid())
	if _, err = f.WriteAt(line, 0); err == nil {
		err = f.Truncate(int64(len(line)))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return f, nil
}
