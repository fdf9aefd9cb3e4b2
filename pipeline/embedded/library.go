package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// LibraryVersion is the version of libchdb that this package is written for and
// tested with. deploy/libchdb/fetch.sh fetches it.
const LibraryVersion = "26.5.3"

// engineVersion begins the version that the engine in that library tells of
// itself. The data folder's format and the rules of http_readonly.go were tried
// with it.
const engineVersion = "26.5."

// ErrNoLibrary says that the engine's library is not on this machine, or is not
// the one that this package needs. The error that wraps it says what to do.
var ErrNoLibrary = errors.New("no libchdb " + LibraryVersion)

// fetchHint ends every error about the library.
const fetchHint = "run `make libchdb` (or deploy/libchdb/fetch.sh), or name the file in SHOAL_LIBCHDB"

// LibraryPath finds libchdb: the file that SHOAL_LIBCHDB names, or else the one
// in the user's cache folder, which fetch.sh fills. It does not load it. The
// error wraps [ErrNoLibrary] and says which command fetches the library.
func LibraryPath(getenv func(string) string) (string, error) {
	path := getenv("SHOAL_LIBCHDB")
	if path == "" {
		path = cachedLibrary(getenv)
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w at %s: %s", ErrNoLibrary, path, fetchHint)
	}
	return path, nil
}

// cachedLibrary is where fetch.sh puts the library: one folder for each version
// and platform, outside every work tree.
func cachedLibrary(getenv func(string) string) string {
	cache := getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(getenv("HOME"), ".cache")
	}
	name := fmt.Sprintf("chdb-%s-%s-%s", LibraryVersion, runtime.GOOS, runtime.GOARCH)
	return filepath.Join(cache, "shoal", name, "libchdb.so")
}
