package extract

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Pseudonym stands for a mail address wherever people are counted and not named:
// "p_" and 26 base32 digits of HMAC-SHA256 under key, over the address without
// space and brackets, in lower case. The empty address has none.
func Pseudonym(key []byte, address string) string {
	a := normalAddress(address)
	if a == "" {
		return ""
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(a))
	return "p_" + strings.ToLower(pseudonymDigits.EncodeToString(h.Sum(nil)))[:26]
}

var pseudonymDigits = base32.StdEncoding.WithPadding(base32.NoPadding)

// normalAddress is the form of an address that is hashed and compared.
func normalAddress(a string) string {
	a = strings.TrimSpace(a)
	a = strings.TrimSuffix(strings.TrimPrefix(a, "<"), ">")
	return strings.ToLower(strings.TrimSpace(a))
}

// cutAddress splits an address at its last "@"; not ok if a side is missing.
func cutAddress(a string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(a, '@')
	if i <= 0 || i == len(a)-1 || len(a) > maxAddress {
		return "", "", false
	}
	return a[:i], strings.TrimSuffix(a[i+1:], "."), true
}
