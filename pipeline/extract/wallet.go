package extract

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"strings"
)

// wallet gives the cryptocurrency address that a chunk of text is, or "".
// Where a checksum is cheap (Bitcoin, Litecoin, Tron: base58check and bech32) it
// decides; Ethereum and Monero are known by form.
func wallet(chunk string) string {
	t := strings.Trim(chunk, ".,;:!?()[]{}<>\"'*-_=|/\\")
	if i := strings.LastIndexByte(t, ':'); i >= 0 { // bitcoin:1...
		t = t[i+1:]
	}
	if i := strings.IndexByte(t, '?'); i >= 0 {
		t = t[:i]
	}
	switch {
	case len(t) < 26 || len(t) > 110:
		return ""
	case strings.HasPrefix(t, "0x") && len(t) == 42 && hexOnly(t[2:]) && !strings.Contains(t, "-"):
		return lowerASCII(t)
	case strings.HasPrefix(lowerASCII(t), "bc1") || strings.HasPrefix(lowerASCII(t), "ltc1"):
		if bech32(lowerASCII(t)) {
			return lowerASCII(t)
		}
	case len(t) <= 35 && strings.IndexByte("13LMT", t[0]) >= 0:
		if base58check(t) {
			return t
		}
	case len(t) == 95 && (t[0] == '4' || t[0] == '8') && base58Only(t):
		return t
	}
	return ""
}

const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

func base58Only(t string) bool {
	for i := 0; i < len(t); i++ {
		if strings.IndexByte(base58Digits, t[i]) < 0 {
			return false
		}
	}
	return true
}

// base58check verifies 21 bytes and their checksum.
func base58check(t string) bool {
	if !base58Only(t) {
		return false
	}
	n, base := new(big.Int), big.NewInt(58)
	for i := 0; i < len(t); i++ {
		n.Mul(n, base).Add(n, big.NewInt(int64(strings.IndexByte(base58Digits, t[i]))))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	var b [25]byte
	n.FillBytes(b[:])
	one := sha256.Sum256(b[:21])
	two := sha256.Sum256(one[:])
	return bytes.Equal(two[:4], b[21:])
}

// bech32 verifies the checksum of BIP 173 and BIP 350.
func bech32(t string) bool {
	const digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	sep := strings.LastIndexByte(t, '1')
	sum := uint32(1)
	step := func(v uint32) {
		top := sum >> 25
		sum = (sum&0x1ffffff)<<5 ^ v
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := 0; i < sep; i++ {
		step(uint32(t[i]) >> 5)
	}
	step(0)
	for i := 0; i < sep; i++ {
		step(uint32(t[i]) & 31)
	}
	for i := sep + 1; i < len(t); i++ {
		v := strings.IndexByte(digits, t[i])
		if v < 0 {
			return false
		}
		step(uint32(v))
	}
	return sum == 1 || sum == 0x2bc830a3
}
