package message

import (
	"bytes"
	"strings"
)

// undo removes a transfer encoding, and gives at most limit bytes and whether
// there were more. What is not encoded is not copied.
func undo(body []byte, coding string, limit int, found *defects) (data []byte, more bool) {
	switch coding {
	case "base64":
		return decodeBase64(body, limit, found)
	case "quoted-printable":
		return decodeQuoted(body, limit)
	}
	return head(body, limit)
}

func head(b []byte, limit int) ([]byte, bool) {
	if len(b) > limit {
		return b[:limit:limit], true
	}
	return b, false
}

// foreign marks in base64Digit what is no digit, so that it shows in the top
// byte of four digits put together.
const foreign = ^uint32(0)

// base64Digit maps the base64 alphabet to its values.
var base64Digit = func() (t [256]uint32) {
	for i := range t {
		t[i] = foreign
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = uint32(i)
	}
	return t
}()

// decodeBase64 skips what is not base64 and stops at the padding: footers that
// gateways append to an encoded part would decode to noise.
func decodeBase64(body []byte, limit int, found *defects) (data []byte, more bool) {
	data = make([]byte, 0, min(len(body)/4*3+3, limit+3))
	var bits uint32
	digits := 0 // of the group of four that is begun
	for len(body) > 0 && len(data) <= limit {
		if digits == 0 {
			if data, body = decodeGroups(data, body, limit); len(body) == 0 {
				break
			}
		}
		c := body[0]
		switch d := base64Digit[c]; {
		case d != foreign:
			bits = bits<<6 | d
			if digits++; digits == 4 {
				data = append(data, byte(bits>>16), byte(bits>>8), byte(bits))
				digits = 0
			}
		case c == '=' && digits >= 2:
			if len(bytes.Trim(body, "= \t\r\n")) > 0 {
				found.add(DefectEncodingMalformed)
			}
			body = body[:1]
		case c != '\n' && c != '\r' && c != ' ' && c != '\t':
			found.add(DefectEncodingMalformed)
		}
		body = body[1:]
	}
	switch digits {
	case 2:
		data = append(data, byte(bits>>4))
	case 3:
		data = append(data, byte(bits>>10), byte(bits>>2))
	}
	return head(data, limit)
}

// decodeGroups appends what whole groups of four digits at the beginning of body
// stand for, until more than limit bytes are there, and gives what follows them.
func decodeGroups(data, body []byte, limit int) (_, rest []byte) {
	for len(body) >= 4 && len(data) <= limit {
		b := body[:4]
		v := base64Digit[b[0]]<<18 | base64Digit[b[1]]<<12 | base64Digit[b[2]]<<6 | base64Digit[b[3]]
		if v >= 1<<24 {
			break
		}
		data = append(data, byte(v>>16), byte(v>>8), byte(v))
		body = body[4:]
	}
	return data, body
}

// decodeQuoted undoes quoted-printable (RFC 2045 section 6.7). White space at the
// end of a line is not of the text; what is no escape stays as it stands.
func decodeQuoted(body []byte, limit int) (data []byte, more bool) {
	body = bytes.TrimSuffix(body, []byte("=")) // a line break that the delimiter took
	data = make([]byte, 0, min(len(body), limit+2))
	for len(body) > 0 && len(data) <= limit {
		line, end := body, ""
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, end, body = body[:i], "\n", body[i+1:]
		} else {
			body = nil
		}
		if n := len(line); n > 0 && end != "" && line[n-1] == '\r' {
			line, end = line[:n-1], "\r\n"
		}
		if n := len(line); n > 0 && end != "" && line[n-1] == '=' {
			line, end = line[:n-1], "" // soft
		} else {
			line = bytes.TrimRight(line, " \t\r")
		}
		data = append(appendUnescaped(data, line, limit), end...)
	}
	return head(data, limit)
}

// appendUnescaped appends a line with its escapes undone, or of it what takes
// data beyond limit.
func appendUnescaped(data, line []byte, limit int) []byte {
	for len(data) <= limit {
		i := bytes.IndexByte(line, '=')
		if i < 0 {
			break
		}
		data = append(data, line[:i]...)
		line = line[i+1:]
		hi, lo := -1, -1
		if len(line) >= 2 {
			hi, lo = unhex(line[0]), unhex(line[1])
		}
		if hi < 0 || lo < 0 {
			data = append(data, '=')
			continue
		}
		data = append(data, byte(hi<<4|lo))
		line = line[2:]
	}
	return append(data, line[:min(len(line), max(0, limit+1-len(data)))]...)
}

// coding reads Content-Transfer-Encoding.
func coding(value string, found *defects) string {
	value, _, _ = strings.Cut(value, ";")
	value = strings.ToLower(strings.Trim(value, " \t\"'"))
	switch value {
	case "base64", "quoted-printable", "7bit", "8bit", "binary", "":
		return value
	case "7-bit", "7bits":
		return "7bit"
	case "8-bit", "8bits":
		return "8bit"
	}
	found.add(DefectEncodingUnknown)
	return ""
}
