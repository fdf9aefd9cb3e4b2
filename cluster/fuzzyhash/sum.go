package fuzzyhash

import (
	"sync"

	"github.com/glaslos/ssdeep"
)

// force lets the library take input of 4,096 bytes or less, as the C library does.
var force = sync.OnceFunc(func() { ssdeep.Force = true })

// Sum returns the ssdeep digest of data, "block size:signature:signature", as
// C ssdeep 2.14 prints it. Every input has one: that of no bytes is "3::", and
// an input too short to hold a piece has signatures of one character at most.
func Sum(data []byte) string {
	force()
	digest, err := ssdeep.FuzzyBytes(data)
	if err != nil {
		return "" // more than 192 GiB, the limit of the C library as well
	}
	return digest
}
