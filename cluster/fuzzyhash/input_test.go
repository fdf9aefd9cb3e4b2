package fuzzyhash

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// kinds name the inputs that the tests make, each from a seed and a size. The
// golden file names them, so their output never changes.
var kinds = []string{"random", "text", "runs", "zeros", "ascii", "tail", "trigger", "period", "ones", "minus"}

// minusOne are windows whose rolling hash is 2^32-1.
var minusOne = []string{"c\x9e?\x18\xfd\xf1\x96", "\x81_\x1cz\xbc\xe8^", "\"\xb8\xf9\xdf\x18tX"}

// input makes an input of a kind.
func input(kind string, seed uint64, size int) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(size)))
	switch kind {
	case "random":
		return fill(r, size, func() byte { return byte(r.Uint32()) })
	case "text":
		return text(r, size)
	case "runs": // few characters, long runs
		c, left := byte(0), 0
		return fill(r, size, func() byte {
			if left == 0 {
				c, left = "ab\x00\xff "[r.IntN(5)], 1+r.IntN(200)
			}
			left--
			return c
		})
	case "zeros":
		return make([]byte, size)
	case "ascii":
		return fill(r, size, func() byte { return ' ' + byte(r.IntN(95)) })
	case "tail": // ends in zeros: the rolling hash is zero at the end
		b := text(r, size)
		clear(b[max(0, size-7-r.IntN(40)):])
		return b
	case "trigger": // a piece of text over and over: equal characters in the signature
		return repeat(text(r, 7+r.IntN(60)), size)
	case "period":
		return repeat(fill(r, 1+r.IntN(9), func() byte { return byte(r.Uint32()) }), size)
	case "ones": // mostly one character, seldom another
		return fill(r, size, func() byte {
			if r.IntN(50) == 0 {
				return byte(r.Uint32())
			}
			return 'x'
		})
	case "minus": // with windows whose rolling hash is 2^32-1: no cut, though a multiple of 3 by wrap-around
		b := text(r, size)
		for at := r.IntN(50); at+window <= size; at += window + r.IntN(50) {
			copy(b[at:], minusOne[r.IntN(len(minusOne))])
		}
		return b
	}
	panic(fmt.Sprintf("no kind %q", kind))
}

func fill(_ *rand.Rand, size int, next func() byte) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = next()
	}
	return b
}

func repeat(piece []byte, size int) []byte {
	return bytes.Repeat(piece, size/len(piece)+1)[:size]
}

// text makes words of lower-case letters from a small vocabulary of its own.
func text(r *rand.Rand, size int) []byte {
	words := make([][]byte, 300)
	for i := range words {
		words[i] = fill(r, 1+r.IntN(10), func() byte { return 'a' + byte(r.IntN(26)) })
	}
	b := make([]byte, 0, size+12)
	for len(b) < size {
		b = append(append(b, words[r.IntN(len(words))]...), ' ')
	}
	return b[:size]
}

// mutate changes some places of b: replaced, removed, put in, moved, repeated.
func mutate(r *rand.Rand, b []byte, changes int) []byte {
	b = bytes.Clone(b)
	for range changes {
		if len(b) < 20 {
			return b
		}
		at := r.IntN(len(b) - 10)
		switch r.IntN(5) {
		case 0:
			b[at] ^= byte(1 + r.IntN(255))
		case 1:
			b = append(b[:at], b[at+r.IntN(10):]...)
		case 2:
			b = append(b[:at], append([]byte("put in"), b[at:]...)...)
		case 3:
			b = append(bytes.Clone(b[at:]), b[:at]...)
		case 4:
			b = append(b[:at], append(bytes.Repeat([]byte{b[at]}, r.IntN(300)), b[at:]...)...)
		}
	}
	return b
}
