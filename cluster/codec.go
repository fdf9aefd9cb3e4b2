package cluster

import (
	"encoding/binary"
	"errors"
	"slices"
	"sort"

	"shoal/cluster/fuzzyhash"
)

// encoder writes a snapshot's body: varints, strings with their length.
type encoder struct{ b []byte }

func (c *encoder) uint(x uint64) { c.b = binary.AppendUvarint(c.b, x) }
func (c *encoder) int(x int64)   { c.b = binary.AppendVarint(c.b, x) }
func (c *encoder) text(s string) { c.uint(uint64(len(s))); c.b = append(c.b, s...) }
func (c *encoder) bool(v bool)   { c.uint(map[bool]uint64{true: 1}[v]) }
func (c *encoder) raw(b []byte)  { c.b = append(c.b, b...) }
func (c *encoder) word(x uint64) { c.b = binary.BigEndian.AppendUint64(c.b, x) }
func (c *encoder) half(x uint32) { c.b = binary.BigEndian.AppendUint32(c.b, x) }

func (c *encoder) slots(s []uint32) {
	c.uint(uint64(len(s)))
	for _, x := range s {
		c.uint(uint64(x))
	}
}

func (c *encoder) hashes(s []uint32) {
	c.uint(uint64(len(s)))
	for _, x := range s {
		c.half(x)
	}
}

func (c *encoder) words(s []uint64) {
	c.uint(uint64(len(s)))
	for _, x := range s {
		c.word(x)
	}
}

func (c *encoder) sketch(s Sketch) {
	c.uint(uint64(s.Total))
	c.hashes(s.Hashes)
}

func (c *encoder) digest(d *fuzzyhash.Digest) {
	if d.IsZero() {
		c.text("")
		return
	}
	c.text(d.String())
}

// errSnapshot is what a decoder ends in when the bytes are not a snapshot's.
var errSnapshot = errors.New("snapshot is damaged")

// decoder reads what an encoder wrote. After an error every value is zero.
type decoder struct {
	b       []byte
	err     error
	version uint64 // of the format
}

func (c *decoder) fail() { c.b, c.err = nil, errSnapshot }

func (c *decoder) uint() uint64 {
	x, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return x
}

func (c *decoder) int() int64 {
	x, n := binary.Varint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return x
}

// size reads a count of things that take at least least bytes each, so that a
// damaged one cannot make the reader allocate more than it was given.
func (c *decoder) size(least int) int {
	n := c.uint()
	if n > uint64(len(c.b)/least) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *decoder) raw(n int) []byte {
	if n > len(c.b) {
		c.fail()
		return make([]byte, n&0xff)
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

func (c *decoder) text() string { return string(c.raw(c.size(1))) }
func (c *decoder) bool() bool   { return c.uint() == 1 }

func (c *decoder) word() uint64 {
	if b := c.raw(8); len(b) == 8 {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (c *decoder) half() uint32 {
	if b := c.raw(4); len(b) == 4 {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (c *decoder) slots() []uint32 {
	var s []uint32
	for range c.size(1) {
		s = append(s, uint32(c.uint()))
	}
	return s
}

func (c *decoder) hashes() []uint32 {
	n := c.size(4)
	if n == 0 {
		return nil
	}
	s := make([]uint32, n)
	for i := range s {
		s[i] = c.half()
	}
	return s
}

func (c *decoder) words() []uint64 {
	var s []uint64
	for range c.size(8) {
		s = append(s, c.word())
	}
	return s
}

func (c *decoder) sketch() Sketch {
	total := int(c.uint())
	return Sketch{Total: total, Hashes: c.hashes()}
}

func (c *decoder) digest() fuzzyhash.Digest { return parseDigest(c.text()) }

// sortedKeys makes map order deterministic.
func sortedKeys[K ~string | ~uint64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func sortedPairs(m map[[2]CampaignID]struct{}) [][2]CampaignID {
	pairs := make([][2]CampaignID, 0, len(m))
	for p := range m {
		pairs = append(pairs, p)
	}
	sort.Slice(pairs, func(i, j int) bool {
		if pairs[i][0] != pairs[j][0] {
			return pairs[i][0] < pairs[j][0]
		}
		return pairs[i][1] < pairs[j][1]
	})
	return pairs
}
