package embedded

import (
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strconv"
	"unsafe"
)

// conn is one connection of the engine. It runs one query at a time and is not
// safe for concurrent use.
type conn struct {
	api    *capi
	handle unsafe.Pointer
}

// param is a query parameter: the value of {name:Type}.
type param struct{ name, value string }

// stats are the engine's own figures about a query.
type stats struct {
	readRows, readBytes       uint64
	writtenRows, writtenBytes uint64
	resultRows                uint64
}

// engineError is what the engine, or this interface in its stead, says to a
// statement that it cannot run.
type engineError struct {
	// Code is ClickHouse's error code.
	Code int
	// Text is ClickHouse's text: "Code: 60. DB::Exception: ...".
	Text string
}

func (e *engineError) Error() string { return e.Text }

// codeOf finds the code at the front of the engine's error texts.
var codeOf = regexp.MustCompile(`^Code: (\d+)\. `)

func newEngineError(text string) *engineError {
	e := &engineError{Code: codeUnknownException, Text: text}
	if m := codeOf.FindStringSubmatch(text); m != nil {
		e.Code, _ = strconv.Atoi(m[1])
	}
	return e
}

// refuse is an error of this interface, in the engine's form.
func refuse(code int, name, format string, args ...any) *engineError {
	text := fmt.Sprintf("Code: %d. DB::Exception: %s. (%s)", code, fmt.Sprintf(format, args...), name)
	return &engineError{Code: code, Text: text}
}

// inner is the connection that the handle points to.
func (c *conn) inner() unsafe.Pointer { return *(*unsafe.Pointer)(c.handle) }

func (c *conn) close() { c.api.close(c.handle) }

// exec runs a statement that has no result.
func (c *conn) exec(sql string) error {
	_, _, err := c.query(sql, "Null", nil)
	return err
}

// query runs one statement and returns its whole result, copied.
func (c *conn) query(sql, format string, params []param) ([]byte, stats, error) {
	result := c.call(c.api.query, sql, format, params)
	defer c.api.destroy(result)
	if err := c.failure(result); err != nil {
		return nil, stats{}, err
	}
	return c.bytes(result), c.stats(result), nil
}

// stream starts a statement whose result is fetched block by block.
func (c *conn) stream(sql, format string, params []param) (*stream, error) {
	result := c.call(c.api.stream, sql, format, params)
	if err := c.failure(result); err != nil {
		c.api.destroy(result)
		return nil, err
	}
	return &stream{conn: c, handle: result}, nil
}

// stream is a result under way. The connection is busy until it is closed.
type stream struct {
	conn   *conn
	handle uintptr
	done   bool
	total  stats
}

// next returns the next block of the result in the format asked for, copied, or
// io.EOF.
func (s *stream) next() ([]byte, error) {
	result := s.conn.api.fetch(s.conn.inner(), s.handle)
	defer s.conn.api.destroy(result)
	if err := s.conn.failure(result); err != nil {
		s.done = true
		return nil, err
	}
	block := s.conn.bytes(result)
	if len(block) == 0 {
		s.done = true
		return nil, io.EOF
	}
	s.total = s.conn.stats(result)
	return block, nil
}

// close ends the query where it is still running.
func (s *stream) close() {
	if !s.done {
		s.conn.api.cancel(s.conn.inner(), s.handle)
	}
	s.conn.api.destroy(s.handle)
}

// cfunc is the common shape of the two functions that start a query.
type cfunc func(conn, sql unsafe.Pointer, n uintptr, format unsafe.Pointer, m uintptr, a, an, v, vn unsafe.Pointer, count uintptr) uintptr

func (c *conn) call(fn cfunc, sql, format string, params []param) uintptr {
	var pin runtime.Pinner
	defer pin.Unpin()
	count := len(params)
	names, values := make([]unsafe.Pointer, count+1), make([]unsafe.Pointer, count+1)
	nameLens, valueLens := make([]uintptr, count+1), make([]uintptr, count+1)
	for i, p := range params {
		names[i], nameLens[i] = cstring(&pin, p.name), uintptr(len(p.name))
		values[i], valueLens[i] = cstring(&pin, p.value), uintptr(len(p.value))
	}
	pin.Pin(&names[0])
	pin.Pin(&values[0])
	return fn(c.inner(), cstring(&pin, sql), uintptr(len(sql)), cstring(&pin, format), uintptr(len(format)),
		unsafe.Pointer(&names[0]), unsafe.Pointer(&nameLens[0]),
		unsafe.Pointer(&values[0]), unsafe.Pointer(&valueLens[0]), uintptr(count))
}

// failure is the result's error, or nil. Nothing else of a failed result may be
// read: its figures are noise.
func (c *conn) failure(result uintptr) error {
	if result == 0 {
		return newEngineError("no result")
	}
	p := c.api.failure(result)
	if p == nil {
		return nil
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return newEngineError(string(unsafe.Slice((*byte)(p), n)))
}

func (c *conn) bytes(result uintptr) []byte {
	n := c.api.length(result)
	if n == 0 {
		return nil
	}
	return append([]byte(nil), unsafe.Slice((*byte)(c.api.buffer(result)), n)...)
}

func (c *conn) stats(result uintptr) stats {
	return stats{
		readRows:     c.api.rowsRead(result),
		readBytes:    c.api.bytesRead(result),
		resultRows:   c.api.rowsResult(result),
		writtenRows:  c.api.rowsWritten(result),
		writtenBytes: c.api.bytesWritten(result),
	}
}
