package fuzzyhash

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

const (
	minBlock   = 3  // smallest block size
	levels     = 31 // block sizes: minBlock<<0 to minBlock<<30
	firstSize  = 64 // longest first signature, SPAMSUM_LENGTH in C
	secondSize = 32 // longest second signature
	window     = 7  // characters that two signatures must share in a row
	maxRun     = 3  // equal characters in a row that are kept
)

// alphabet is base64's; a signature is held as indexes into it.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// Why a text is not a digest. [Parse] wraps them.
var (
	ErrFormat    = errors.New("want BLOCKSIZE:SIGNATURE:SIGNATURE")
	ErrBlockSize = errors.New("block size is not 3 times a power of two up to 3<<30")
	ErrLength    = errors.New("signature is longer than 64 and 32 characters")
	ErrAlphabet  = errors.New("signature has a character outside base64")
)

// Digest is a parsed digest, ready for [Compare]: runs are cut to three
// characters. It holds no pointers and can be compared and used as a map key;
// two digests are equal where C ssdeep calls their texts identical. The zero
// value is no digest at all; it scores 0 against everything.
type Digest struct {
	level  uint8 // block size is minBlock<<(level-1); 0 means no digest
	n1, n2 uint8 // lengths of the signatures
	s1     [firstSize]uint8
	s2     [secondSize]uint8
}

// Parse reads a digest as [Sum] writes it: no file name behind it, a block
// size that ssdeep uses, signatures of at most 64 and 32 characters. The error
// wraps one of the package's Err values and does not repeat the text.
func Parse(s string) (Digest, error) {
	block, rest, ok := strings.Cut(s, ":")
	if !ok {
		return Digest{}, fmt.Errorf("parse digest: %w", ErrFormat)
	}
	first, second, ok := strings.Cut(rest, ":")
	if !ok {
		return Digest{}, fmt.Errorf("parse digest: %w", ErrFormat)
	}
	var d Digest
	var err error
	if d.level, err = parseLevel(block); err != nil {
		return Digest{}, fmt.Errorf("parse digest: %w", err)
	}
	if d.n1, err = decode(d.s1[:], first); err != nil {
		return Digest{}, fmt.Errorf("parse digest: first signature: %w", err)
	}
	if d.n2, err = decode(d.s2[:], second); err != nil {
		return Digest{}, fmt.Errorf("parse digest: second signature: %w", err)
	}
	return d, nil
}

// parseLevel reads a block size in plain decimal, without sign or leading zero.
func parseLevel(s string) (uint8, error) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, ErrBlockSize
	}
	size, err := strconv.ParseUint(s, 10, 64)
	if err != nil || size%minBlock != 0 {
		return 0, ErrBlockSize
	}
	pieces := size / minBlock
	if bits.OnesCount64(pieces) != 1 || pieces >= 1<<levels {
		return 0, ErrBlockSize
	}
	return uint8(bits.Len64(pieces)), nil
}

// decode writes the indexes of s to dst, runs cut, and returns their number.
func decode(dst []uint8, s string) (uint8, error) {
	if len(s) > len(dst) {
		return 0, ErrLength
	}
	n, run := 0, 0
	for i := range len(s) {
		c := indexOf[s[i]]
		if c < 0 {
			return 0, ErrAlphabet
		}
		if i > 0 && s[i] == s[i-1] {
			run++
		} else {
			run = 1
		}
		if run <= maxRun {
			dst[n] = uint8(c)
			n++
		}
	}
	return uint8(n), nil
}

// indexOf maps a byte to its place in alphabet, -1 if it has none.
var indexOf = func() (t [256]int8) {
	for i := range t {
		t[i] = int8(strings.IndexByte(alphabet, byte(i)))
	}
	return t
}()

// IsZero says that d is no digest. The digest of no bytes, "3::", is one.
func (d *Digest) IsZero() bool { return d.level == 0 }

// BlockSize is the block size of the first signature, 0 for no digest.
func (d *Digest) BlockSize() uint64 { return minBlock << d.level >> 1 }

// String gives the digest with its runs cut, "" for no digest: [Parse] of it
// gives d again, but it is the text d came from only if that had no longer runs.
func (d *Digest) String() string {
	if d.IsZero() {
		return ""
	}
	b := make([]byte, 0, 12+firstSize+secondSize)
	b = strconv.AppendUint(b, d.BlockSize(), 10)
	b = appendSignature(append(b, ':'), d.first())
	b = appendSignature(append(b, ':'), d.second())
	return string(b)
}

func appendSignature(b []byte, s []uint8) []byte {
	for _, c := range s {
		b = append(b, alphabet[c])
	}
	return b
}

func (d *Digest) first() []uint8  { return d.s1[:min(d.n1, firstSize)] }
func (d *Digest) second() []uint8 { return d.s2[:min(d.n2, secondSize)] }
