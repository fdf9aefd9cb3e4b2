package extract

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// inflaters holds zlib readers to be used again: each has tables of 40 kB, and
// most streams of a PDF are shorter than that.
var inflaters sync.Pool

// withInflater hands a reader of a zlib stream to read.
func withInflater(raw []byte, read func(io.Reader) error) error {
	z, _ := inflaters.Get().(io.ReadCloser)
	if z == nil {
		var err error
		if z, err = zlib.NewReader(bytes.NewReader(raw)); err != nil {
			return err
		}
	} else if err := z.(zlib.Resetter).Reset(bytes.NewReader(raw), nil); err != nil {
		return err
	}
	err := read(z)
	inflaters.Put(z)
	return err
}

// inflate gives at most limit bytes of a zlib stream, and of a damaged one what
// stands before the damage.
func inflate(raw []byte, limit int) []byte {
	var out bytes.Buffer
	_ = withInflater(raw, func(z io.Reader) error {
		out.Grow(min(3*len(raw), limit) + bytes.MinRead)
		_, err := out.ReadFrom(io.LimitReader(z, int64(limit)))
		return err
	})
	return out.Bytes()
}

// inflateInto fills dst from a zlib stream, or fails.
func inflateInto(dst, raw []byte) error {
	return withInflater(raw, func(z io.Reader) error {
		_, err := io.ReadFull(z, dst)
		return err
	})
}
