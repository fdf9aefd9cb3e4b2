package embedded

import "net/http"

// ClickHouse's error codes that this interface gives itself or counts.
const (
	codeBadArguments     = 36
	codeSyntaxError      = 62
	codeQueryIsTooLarge  = 66
	codeIncorrectData    = 117
	codeTimeout          = 159 // TIMEOUT_EXCEEDED
	codeReadonly         = 164
	codeTooManyQueries   = 202 // TOO_MANY_SIMULTANEOUS_QUERIES
	codeMemory           = 241 // MEMORY_LIMIT_EXCEEDED
	codeNotEnoughSpace   = 243 // NOT_ENOUGH_SPACE
	codeCancelled        = 394 // QUERY_WAS_CANCELLED
	codeTooMuch          = 396 // TOO_MANY_ROWS_OR_BYTES
	codeAuthentication   = 516 // AUTHENTICATION_FAILED
	codeUnknownException = 1002
)

// statusOf is the HTTP status that ClickHouse answers an error code with
// (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp).
func statusOf(code int) int {
	switch code {
	case 194:
		return http.StatusUnauthorized
	case 192, 193, codeAuthentication:
		return http.StatusForbidden
	case 6, 8, 15, 25, 26, 27, 38, 41, 44, 53, 56, 62, 72, 117, 167, 168, 223, 224, 321, 427, 441:
		return http.StatusBadRequest
	case 46, 47, 50, 60, 63, 73, 78, 81, 115, 336, 511:
		return http.StatusNotFound
	case codeQueryIsTooLarge:
		return http.StatusRequestEntityTooLarge
	case 48:
		return http.StatusNotImplemented
	case 209:
		return http.StatusServiceUnavailable
	case codeTimeout:
		return http.StatusRequestTimeout
	}
	return http.StatusInternalServerError
}
