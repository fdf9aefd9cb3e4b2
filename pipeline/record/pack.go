package record

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// errPacked is returned for a sketch that pack did not write.
var errPacked = errors.New("sketch is not packed as it should be")

// pack writes ascending hashes in about six bits less than 32 each: their number,
// a shift, and the steps from one to the next in Rice's code, the bits above the
// shift as so many zeros and a one, those below it as they are. Hashes are spread
// evenly, so that steps are distributed as that code is made for. It gives nil
// where the hashes do not ascend.
func pack(hashes []uint32) []byte {
	if len(hashes) == 0 {
		return nil
	}
	// The best shift halves the codes: a step is above it as often as below.
	half := uint64(hashes[len(hashes)-1]) * 45 / 64 / uint64(len(hashes))
	w := bitWriter{shift: uint(max(0, bits.Len64(half)-1))}
	w.out = binary.AppendUvarint(make([]byte, 0, 4*len(hashes)+4), uint64(len(hashes)))
	w.out = append(w.out, byte(w.shift))
	next := uint64(0)
	for _, h := range hashes {
		if uint64(h) < next {
			return nil
		}
		w.step(uint64(h) - next)
		next = uint64(h) + 1
	}
	return w.flush()
}

// unpack reads what pack wrote and refuses all else.
func unpack(b []byte) ([]uint32, error) {
	if len(b) == 0 {
		return nil, nil
	}
	count, n := binary.Uvarint(b)
	if n <= 0 || n >= len(b) || b[n] > 31 || count == 0 || count > uint64(8*len(b)) {
		return nil, errPacked
	}
	r := bitReader{shift: uint(b[n]), in: b[n+1:]}
	hashes := make([]uint32, count)
	next := uint64(0)
	for i := range hashes {
		step, ok := r.step()
		if next += step; !ok || next >= 1<<32 {
			return nil, errPacked
		}
		hashes[i] = uint32(next)
		next++
	}
	if !r.done() {
		return nil, errPacked
	}
	return hashes, nil
}

// bitWriter writes bits from the low end of each byte upwards.
type bitWriter struct {
	shift uint
	out   []byte
	bits  uint64
	n     uint // bits waiting, under eight between steps
}

func (w *bitWriter) step(x uint64) {
	for zeros := x >> w.shift; ; zeros -= 32 {
		if zeros < 32 {
			w.put(1<<zeros, uint(zeros)+1)
			break
		}
		w.put(0, 32)
	}
	w.put(x&(1<<w.shift-1), w.shift)
}

func (w *bitWriter) put(x uint64, n uint) {
	w.bits |= x << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.bits))
		w.bits >>= 8
	}
}

func (w *bitWriter) flush() []byte {
	if w.n > 0 {
		w.out = append(w.out, byte(w.bits))
	}
	return w.out
}

// bitReader reads what a bitWriter wrote.
type bitReader struct {
	shift uint
	in    []byte
	bits  uint64
	n     uint // bits in hand
}

func (r *bitReader) fill() {
	if len(r.in) >= 8 {
		whole := (63 - r.n) / 8
		r.bits |= binary.LittleEndian.Uint64(r.in) << r.n
		r.in, r.n = r.in[whole:], r.n+8*whole
		r.bits &= 1<<r.n - 1
		return
	}
	for r.n <= 56 && len(r.in) > 0 {
		r.bits |= uint64(r.in[0]) << r.n
		r.in, r.n = r.in[1:], r.n+8
	}
}

// step reads one step; not ok where the bits end.
func (r *bitReader) step() (x uint64, ok bool) {
	r.fill()
	zeros := uint64(0)
	for r.bits == 0 {
		if len(r.in) == 0 {
			return 0, false
		}
		zeros += uint64(r.n)
		r.n = 0
		r.fill()
	}
	tail := uint(bits.TrailingZeros64(r.bits))
	r.drop(tail + 1)
	r.fill()
	if r.n < r.shift || zeros+uint64(tail) > 1<<32 {
		return 0, false
	}
	x = (zeros+uint64(tail))<<r.shift | r.bits&(1<<r.shift-1)
	r.drop(r.shift)
	return x, true
}

func (r *bitReader) drop(n uint) {
	r.bits >>= n
	r.n -= n
}

// done reports whether nothing is left but the zeros that fill the last byte.
func (r *bitReader) done() bool { return len(r.in) == 0 && r.n < 8 && r.bits == 0 }
