package intake

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

var gzipMagic = []byte{0x1f, 0x8b}

// Errors of an unpacker.
var (
	errExpands = errors.New("gzip expands too far")
	errUnpack  = errors.New("unpack")
)

// Bounds on how far gzip may expand: many times its size, after a start that
// small files need.
const (
	maxRatio     = 250
	freeUnpacked = 16 << 20
)

// unpacker is a gzip reader that refuses bombs.
type unpacker struct {
	zr        *gzip.Reader
	in        *countReader
	out, most int64
}

func newUnpacker(r io.Reader, most int64) (*unpacker, error) {
	in := &countReader{r: r}
	zr, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnpack, err)
	}
	return &unpacker{zr: zr, in: in, most: most}, nil
}

// Read returns errExpands at a bound, and errUnpack for data that is cut off or
// broken. The source's own errors pass.
func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.zr.Read(p)
	u.out += int64(n)
	switch {
	case u.out > u.most || u.out > freeUnpacked+maxRatio*u.in.n:
		return 0, errExpands
	case err == nil || err == io.EOF:
		return n, err
	case u.in.err != nil:
		return n, u.in.err
	}
	return n, fmt.Errorf("%w: %w", errUnpack, err)
}

func (u *unpacker) Close() error { return u.zr.Close() }

// countReader counts and keeps its source's error apart from the decoder's.
type countReader struct {
	r   io.Reader
	n   int64
	err error
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
