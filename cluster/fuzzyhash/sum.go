package fuzzyhash

import "strconv"

const (
	hashInit  = 0x27
	hashPrime = 0x93 // of FNV; only the low six bits of the hash are used
	// The least number of pieces for which a block size is taken.
	enough = firstSize / 2
)

// Sum returns the ssdeep digest of data, "block size:signature:signature", as
// C ssdeep 2.14 prints it. Every input has one: that of no bytes is "3::", and
// an input too short to hold a piece has two signatures of one character.
//
// C computes every block size at once, for input of unknown length. Here the
// length is known, so the block size is known but for a factor of two: a first
// pass finds the places where the rolling hash cuts, a second hashes the
// pieces of the two block sizes that are printed.
func Sum(data []byte) string {
	// Input that cuts too seldom for its length goes down two sizes at a time.
	for level := guess(len(data)); ; level -= 2 {
		var c cutter
		c.low = max(0, level-1)
		c.scan(data)
		for l := level; l >= c.low; l-- {
			if l == 0 || c.marks[l-c.low].count >= enough {
				return c.digest(data, l)
			}
		}
	}
}

// guess is the smallest block size (as its power of two) at which n bytes have
// up to 64 pieces if every block is a piece.
func guess(n int) int {
	level := 0
	for level < levels-1 && uint64(minBlock)<<level*firstSize < uint64(n) {
		level++
	}
	return level
}

// cutter finds where an input is cut, at three block sizes from low upwards.
type cutter struct {
	low   int
	marks [3]marks
	roll  uint32 // rolling hash at the end
}

// marks are the cuts of one block size, as numbers of bytes before the cut.
type marks struct {
	count int
	at    [firstSize - 1]int // the first cuts
	last  int
}

func (m *marks) add(at int) {
	if m.count < len(m.at) {
		m.at[m.count] = at
	}
	m.count++
	m.last = at
}

// scan runs the rolling hash over data: a sum of the last seven bytes, one
// weighted by place, and one of shifts. Input is cut where the hash plus one is
// a multiple of the block size.
func (c *cutter) scan(data []byte) {
	const third, inverse = 0xffffffff / 3, 0xaaaaaaab // x is 3k where x*inverse <= third
	mask := uint32(1)<<c.low - 1
	var sum, weighted, shifted uint32
	for i, b := range data {
		x := uint32(b)
		weighted += window*x - sum
		sum += x
		if i >= window {
			sum -= uint32(data[i-window])
		}
		shifted = shifted<<5 ^ x
		h := sum + weighted + shifted + 1
		if h&mask == 0 && h*inverse <= third && h != 0 {
			c.cut(i+1, h)
		}
	}
	c.roll = sum + weighted + shifted
}

// cut records a cut at all block sizes that divide h.
func (c *cutter) cut(at int, h uint32) {
	h >>= c.low
	for i := range c.marks {
		c.marks[i].add(at)
		if h&1 != 0 {
			return
		}
		h >>= 1
	}
}

// digest prints the digest for a block size that was scanned.
func (c *cutter) digest(data []byte, level int) string {
	var first, second [firstSize]int
	m := c.marks[level-c.low:]
	buf := make([]byte, 0, 12+firstSize+secondSize)
	buf = strconv.AppendUint(buf, minBlock<<level, 10)
	buf = append(buf, ':')
	a := c.ends(first[:0], &m[0], firstSize, len(data))
	b := c.ends(second[:0], &m[1], secondSize, len(data))
	n := len(buf)
	buf = buf[:n+len(a)+1+len(b)]
	buf[n+len(a)] = ':'
	hashPieces(data, a, b, buf[n:], buf[n+len(a)+1:])
	return string(buf)
}

// ends appends to dst where the pieces of a signature of at most size
// characters end. Its last piece takes all that remains of the input, but
// where the rolling hash ends at zero (so too after seven zero bytes) only up
// to the last cut, and nothing if that ended a piece of its own.
func (c *cutter) ends(dst []int, m *marks, size, n int) []int {
	dst = append(dst, m.at[:min(m.count, size-1)]...)
	switch {
	case c.roll != 0:
		return append(dst, n)
	case m.count >= size:
		return append(dst, m.last)
	}
	return dst
}

// hashPieces writes a character for each piece that ends at a and at b. The
// two hashes do not depend on each other, so the processor runs them abreast.
func hashPieces(data []byte, a, b []int, dstA, dstB []byte) {
	h, k, from := uint32(hashInit), uint32(hashInit), 0
	for i, j := 0, 0; i < len(a) || j < len(b); {
		to := len(data)
		if i < len(a) {
			to = a[i]
		}
		if j < len(b) {
			to = min(to, b[j])
		}
		for _, c := range data[from:to] {
			h = h*hashPrime ^ uint32(c)
			k = k*hashPrime ^ uint32(c)
		}
		from = to
		if i < len(a) && a[i] == to {
			dstA[i], h = alphabet[h&63], hashInit
			i++
		}
		if j < len(b) && b[j] == to {
			dstB[j], k = alphabet[k&63], hashInit
			j++
		}
	}
}
