package embedded

import (
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// encoding is how an answer is compressed.
type encoding struct {
	// http is a Content-Encoding, or empty.
	http string
	// native is set for ClickHouse's own framing, which has no header field.
	native bool
	method compress.Method
}

// chooseEncoding is what the client asked for: compress=1 is ClickHouse's own
// framing; Accept-Encoding counts only with enable_http_compression=1.
func chooseEncoding(r *http.Request, values url.Values) encoding {
	if values.Get("compress") == "1" {
		e := encoding{native: true, method: compress.LZ4}
		if strings.EqualFold(values.Get("network_compression_method"), "ZSTD") {
			e.method = compress.ZSTD
		}
		return e
	}
	if v := values.Get("enable_http_compression"); v != "1" && v != "true" {
		return encoding{}
	}
	for name := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ";")
		if name == "gzip" || name == "zstd" {
			return encoding{http: name}
		}
	}
	return encoding{}
}

// writer compresses into w. Close ends the stream and leaves w open.
func (e encoding) writer(w io.Writer) (io.WriteCloser, error) {
	switch {
	case e.native:
		return &frameWriter{w: w, frames: compress.NewWriter(compress.LevelZero, e.method)}, nil
	case e.http == "gzip":
		return gzip.NewWriterLevel(w, gzip.BestSpeed)
	case e.http == "zstd":
		return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	}
	return plainWriter{w}, nil
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

// frameWriter writes ClickHouse's compressed frames.
type frameWriter struct {
	w      io.Writer
	frames *compress.Writer
}

// maxFrame is the plain size of one compressed frame, as ClickHouse's own.
const maxFrame = 1 << 20

func (f *frameWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), maxFrame)
		if err := f.frames.Compress(rest[:n]); err != nil {
			return 0, err
		}
		if _, err := f.w.Write(f.frames.Data); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

func (f *frameWriter) Close() error { return nil }

// readBody is the request's body, decompressed and bounded.
func (s *Server) readBody(r *http.Request, values url.Values) (io.Reader, error) {
	body, err := decode(r.Header.Get("Content-Encoding"), r.Body)
	if err != nil {
		return nil, err
	}
	if values.Get("decompress") == "1" {
		body = compress.NewReader(body)
	}
	return &bounded{r: body, n: s.cfg.MaxBody}, nil
}

// decode undoes a Content-Encoding.
func decode(name string, body io.Reader) (io.Reader, error) {
	var r io.Reader
	var err error
	switch name {
	case "", "identity":
		return body, nil
	case "gzip":
		r, err = gzip.NewReader(body)
	case "deflate":
		r, err = zlib.NewReader(body)
	case "lz4":
		r = lz4.NewReader(body)
	case "zstd":
		r, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	default:
		return nil, refuse(48, "NOT_IMPLEMENTED", "Content-Encoding %q", name)
	}
	if err != nil {
		return nil, refuse(codeIncorrectData, "INCORRECT_DATA", "%s", fmt.Sprintf("%s body: %s", name, err))
	}
	return r, nil
}
