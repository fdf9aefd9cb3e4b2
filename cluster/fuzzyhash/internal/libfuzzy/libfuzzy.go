//go:build libfuzzy

package libfuzzy

/*
#cgo LDFLAGS: -lfuzzy
#include <stdlib.h>
#include <fuzzy.h>

// compare_many keeps the cost of a call from Go out of a benchmark.
static int compare_many(const char *a, const char *b, int n) {
	volatile int score = 0;
	for (int i = 0; i < n; i++) score = fuzzy_compare(a, b);
	return score;
}
*/
import "C"

import "unsafe"

// Sum is fuzzy_hash_buf; ok is false where that reports an error.
func Sum(data []byte) (digest string, ok bool) {
	var result [C.FUZZY_MAX_RESULT]C.char
	var p *C.uchar
	if len(data) > 0 {
		p = (*C.uchar)(unsafe.Pointer(&data[0]))
	} else {
		p = (*C.uchar)(unsafe.Pointer(&result[0])) // not read, but not null
	}
	if C.fuzzy_hash_buf(p, C.uint32_t(len(data)), &result[0]) != 0 {
		return "", false
	}
	return C.GoString(&result[0]), true
}

// Compare is fuzzy_compare: 0 to 100, or -1 for an error.
func Compare(a, b string) int { return CompareMany(a, b, 1) }

// CompareMany calls fuzzy_compare n times.
func CompareMany(a, b string, n int) int {
	ca, cb := C.CString(a), C.CString(b)
	defer C.free(unsafe.Pointer(ca))
	defer C.free(unsafe.Pointer(cb))
	return int(C.compare_many(ca, cb, C.int(n)))
}
