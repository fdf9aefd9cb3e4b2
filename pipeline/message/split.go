package message

import (
	"bytes"
)

// splitParts cuts the body of a multipart at its delimiter lines (RFC 2046
// section 5.1.1), at most limit parts. The parts share body's memory. One pass;
// nested multiparts are cut inside their own part, so an inner one that is never
// closed ends with its outer part.
func splitParts(body []byte, boundary string, limit int, found *defects) [][]byte {
	if limit <= 0 {
		found.add(DefectPartsTruncated)
		return nil
	}
	mark := []byte("--" + boundary)
	var parts [][]byte
	start, closed := -1, false
	for at := 0; at <= len(body); {
		begin, end, last := nextDelimiter(body, mark, at)
		if begin < 0 {
			break
		}
		if start >= 0 {
			parts = append(parts, body[start:trimLineEnd(body, start, begin)])
		}
		start, at = end, end
		if last {
			start, closed = -1, true
			break
		}
		if len(parts) >= limit {
			found.add(DefectPartsTruncated)
			return parts
		}
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	if len(parts) > 0 && !closed {
		found.add(DefectBoundaryUnclosed)
	}
	return parts
}

// nextDelimiter finds the next delimiter line from at: where it begins, where
// the line after it begins, and whether it closes the multipart.
func nextDelimiter(body, mark []byte, at int) (begin, end int, last bool) {
	for {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			return -1, 0, false
		}
		begin = at + i
		at = begin + 1
		if begin > 0 && body[begin-1] != '\n' {
			continue
		}
		tail := body[begin+len(mark):]
		last = bytes.HasPrefix(tail, []byte("--"))
		if !last && len(tail) > 0 && !bytes.ContainsRune([]byte(" \t\r\n"), rune(tail[0])) {
			continue // a longer boundary that begins with this one
		}
		if nl := bytes.IndexByte(tail, '\n'); nl >= 0 {
			return begin, len(body) - len(tail) + nl + 1, last
		}
		return begin, len(body), last
	}
}

// trimLineEnd moves end before the line end that belongs to the delimiter.
func trimLineEnd(body []byte, start, end int) int {
	if end > start && body[end-1] == '\n' {
		end--
		if end > start && body[end-1] == '\r' {
			end--
		}
	}
	return end
}

// findBoundary guesses the boundary of a multipart that names none: the first
// line that begins with two dashes and is followed by a field.
func findBoundary(body []byte) string {
	for n := 0; n < 100 && len(body) > 0; n++ {
		line, rest := cutLine(body)
		if len(line) > 2 && len(line) <= 200 && bytes.HasPrefix(line, []byte("--")) {
			next, _ := cutLine(rest)
			if _, _, ok := splitField(next); ok {
				return string(bytes.TrimRight(line[2:], " \t"))
			}
		}
		body = rest
	}
	return ""
}
