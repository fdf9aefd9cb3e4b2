// Package libfuzzy calls the C library of ssdeep, which the tests and
// benchmarks of fuzzyhash hold it to. It is empty without the build tag
// libfuzzy, so that nothing else needs cgo or the library's header
// (Debian: libfuzzy-dev). No program imports it.
package libfuzzy
