package embedded

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer writes the response to one query. Until the first block is there the
// header is not sent, so that an error still gets its HTTP status.
type answer struct {
	w        http.ResponseWriter
	encoding encoding
	format   string
	// out is set once the header is sent.
	out io.WriteCloser
	// tag marks an exception block of this answer, so that no data can pass for one.
	tag string
}

// common sets the header fields of every answer.
func (a *answer) common(h hello) {
	head := a.w.Header()
	head.Set("X-ClickHouse-Server-Display-Name", h.name)
	head.Set("X-ClickHouse-Timezone", h.timezone)
	// Values are out of mail: a browser that shows an answer runs and loads nothing.
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
}

// start sends the header.
func (a *answer) start(figures stats) error {
	a.tag = rand.Text()[:16]
	head := a.w.Header()
	head.Set("X-ClickHouse-Exception-Tag", a.tag)
	head.Set("Content-Type", contentType(a.format))
	if a.format != "" {
		head.Set("X-ClickHouse-Format", a.format)
	}
	head.Set("X-ClickHouse-Summary", fmt.Sprintf(
		`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"%d","result_bytes":"0"}`,
		figures.readRows, figures.readBytes, figures.writtenRows, figures.writtenBytes, figures.resultRows))
	if a.encoding.http != "" {
		head.Set("Content-Encoding", a.encoding.http)
	}
	var err error
	a.out, err = a.encoding.writer(a.w)
	return err
}

// block sends a part of the result.
func (a *answer) block(data []byte, figures stats) error {
	if a.out == nil {
		if err := a.start(figures); err != nil {
			return err
		}
	}
	// A client that stops reading must not hold its query for ever. Where the
	// connection has no deadlines there is nothing to be done.
	_ = http.NewResponseController(a.w).SetWriteDeadline(time.Now().Add(blockTime))
	_, err := a.out.Write(data)
	return err
}

// blockTime is what a client gets to take one block of a result.
const blockTime = 5 * time.Minute

// end closes the result. A result without bytes is sent with length 0, which
// clickhouse-go takes for a result without columns.
func (a *answer) end(figures stats) error {
	if a.out == nil {
		return a.empty(figures)
	}
	return a.out.Close()
}

// whole sends a result that is there as a whole.
func (a *answer) whole(data []byte, figures stats) error {
	if len(data) == 0 {
		return a.empty(figures)
	}
	if a.encoding == (encoding{}) {
		a.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	}
	if err := a.block(data, figures); err != nil {
		return err
	}
	return a.out.Close()
}

func (a *answer) empty(figures stats) error {
	a.encoding = encoding{}
	if err := a.start(figures); err != nil {
		return err
	}
	a.w.Header().Set("Content-Length", "0")
	a.w.WriteHeader(http.StatusOK)
	return nil
}

func (a *answer) native(data []byte) error {
	a.format = "Native"
	return a.whole(data, stats{})
}

func (a *answer) text(s string) error {
	_, err := io.WriteString(a.w, s)
	return err
}

// fail answers with an error: with its status, or, where the header is gone, as
// an exception block behind what was sent.
func (a *answer) fail(err error) {
	var e *engineError
	if !errors.As(err, &e) {
		// The client is gone; there is nobody to tell.
		return
	}
	if a.out != nil {
		a.interrupt(e)
		return
	}
	head := a.w.Header()
	head.Set("Content-Type", "text/plain; charset=UTF-8")
	head.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	a.w.WriteHeader(statusOf(e.Code))
	_, _ = io.WriteString(a.w, strings.TrimRight(e.Text, "\n")+"\n")
}

// interrupt ends a result under way with an exception block, framed as ClickHouse
// frames it, and breaks the connection so that no client takes it for complete.
func (a *answer) interrupt(e *engineError) {
	text := strings.TrimRight(e.Text, "\n")
	frame := fmt.Sprintf("\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", a.tag, text, len(text)+1, a.tag)
	_, _ = io.WriteString(a.out, frame)
	_ = a.out.Close()
	if f, ok := a.w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// contentType is the media type of a format, as ClickHouse names it.
func contentType(format string) string {
	switch f := strings.ToLower(format); {
	case f == "json", f == "jsoncompact", f == "jsonstrings", f == "jsoncolumns":
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(f, "jsoneachrow"), strings.HasPrefix(f, "jsoncompacteachrow"):
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(f, "csv"):
		return "text/csv; charset=UTF-8"
	case strings.HasPrefix(f, "tabseparated"), strings.HasPrefix(f, "tsv"):
		return "text/tab-separated-values; charset=UTF-8"
	case f == "native", strings.HasPrefix(f, "rowbinary"), f == "parquet", f == "arrow", f == "arrowstream":
		return "application/octet-stream"
	case f == "xml":
		return "application/xml; charset=UTF-8"
	}
	return "text/plain; charset=UTF-8"
}
