package embedded

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// capi is the part of libchdb's C interface that is used, bound by [purego].
// Handles are opaque; a result must be destroyed once, whatever it carries.
type capi struct {
	signals      func(enabled int32)                                  // chdb_set_signal_handlers_enabled
	connect      func(argc int32, argv unsafe.Pointer) unsafe.Pointer // chdb_connect
	close        func(conn unsafe.Pointer)                            // chdb_close_conn
	query        cfunc                                                // chdb_query_with_params_n
	stream       cfunc                                                // chdb_stream_query_with_params_n
	fetch        func(conn unsafe.Pointer, stream uintptr) uintptr    // chdb_stream_fetch_result
	cancel       func(conn unsafe.Pointer, stream uintptr)            // chdb_stream_cancel_query
	destroy      func(result uintptr)                                 // chdb_destroy_query_result
	buffer       func(result uintptr) unsafe.Pointer                  // chdb_result_buffer
	length       func(result uintptr) uintptr                         // chdb_result_length
	failure      func(result uintptr) unsafe.Pointer                  // chdb_result_error
	rowsRead     func(result uintptr) uint64                          // chdb_result_storage_rows_read
	bytesRead    func(result uintptr) uint64                          // chdb_result_storage_bytes_read
	rowsResult   func(result uintptr) uint64                          // chdb_result_rows_read
	rowsWritten  func(result uintptr) uint64                          // chdb_result_rows_written
	bytesWritten func(result uintptr) uint64                          // chdb_result_bytes_written
}

// loadLibrary maps the library at path into this process. From then on this
// process should do nothing but serve the engine: see the package comment.
func loadLibrary(path string) (*capi, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("%w: load %s: %w; %s", ErrNoLibrary, path, err, fetchHint)
	}
	api := new(capi)
	for _, f := range []struct {
		name string
		fn   any
	}{
		{"chdb_set_signal_handlers_enabled", &api.signals},
		{"chdb_connect", &api.connect},
		{"chdb_close_conn", &api.close},
		{"chdb_query_with_params_n", &api.query},
		{"chdb_stream_query_with_params_n", &api.stream},
		{"chdb_stream_fetch_result", &api.fetch},
		{"chdb_stream_cancel_query", &api.cancel},
		{"chdb_destroy_query_result", &api.destroy},
		{"chdb_result_buffer", &api.buffer},
		{"chdb_result_length", &api.length},
		{"chdb_result_error", &api.failure},
		{"chdb_result_storage_rows_read", &api.rowsRead},
		{"chdb_result_storage_bytes_read", &api.bytesRead},
		{"chdb_result_rows_read", &api.rowsResult},
		{"chdb_result_rows_written", &api.rowsWritten},
		{"chdb_result_bytes_written", &api.bytesWritten},
	} {
		sym, err := purego.Dlsym(handle, f.name)
		if err != nil {
			return nil, fmt.Errorf("%w: %s has no function %s; %s", ErrNoLibrary, path, f.name, fetchHint)
		}
		purego.RegisterFunc(f.fn, sym)
	}
	return api, nil
}

// engine is the database engine of this process, on one data folder.
type engine struct {
	api  *capi
	args []string
	// root is never used for queries. It keeps the engine up: the engine shuts
	// down with its last connection.
	root *conn
}

// openEngine loads the library and opens the data folder dir.
func openEngine(library, dir string, options ...string) (*engine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := mendMetadata(dir); err != nil {
		return nil, err
	}
	api, err := loadLibrary(library)
	if err != nil {
		return nil, err
	}
	api.signals(0)
	e := &engine{api: api, args: append([]string{"clickhouse", "--path=" + dir}, options...)}
	if e.root, err = e.connect(); err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", dir, err)
	}
	return e, nil
}

// connect opens a connection: a session of its own, with its own settings,
// current database and temporary tables. It takes some 60 µs, so each request
// gets a new one and nothing leaks from one request to the next.
func (e *engine) connect() (*conn, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	argv := make([]unsafe.Pointer, len(e.args), len(e.args)+1)
	for i, arg := range e.args {
		argv[i] = cstring(&pin, arg)
	}
	pin.Pin(&argv[0])
	h := e.api.connect(int32(len(argv)), unsafe.Pointer(&argv[0]))
	if h == nil {
		return nil, errors.New("engine refused to open")
	}
	return &conn{api: e.api, handle: h}, nil
}

// close flushes and shuts the engine down. No other connection may be open.
func (e *engine) close() { e.root.close() }

// cstring is s as C wants it, pinned.
func cstring(pin *runtime.Pinner, s string) unsafe.Pointer {
	b := append([]byte(s), 0)
	pin.Pin(&b[0])
	return unsafe.Pointer(&b[0])
}
