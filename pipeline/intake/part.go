package intake

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"regexp"
	"strings"
)

// Bounds of the MIME walk that looks for wrapping.
const (
	maxParts = 256
	maxDepth = 4
)

// errBounds is returned by walkLeaves for a tree that is larger than it walks.
var errBounds = errors.New("mime tree beyond bounds")

// leaf is a part that is no multipart, as seen from the top of a message. What a
// message/rfc822 part contains is not walked.
type leaf struct {
	kind    string            // media type, lower case
	params  map[string]string // of Content-Type
	within  []string          // types of the multiparts around it, outermost first
	header  fields
	body    []byte // as it stands, encoded
	ordinal int    // position in its multipart, from 0
}

// walkLeaves lists the leaves of a body whose header is h. A body that is no
// multipart is its own only leaf.
func walkLeaves(h fields, body []byte) ([]leaf, error) {
	w := walker{}
	if err := w.walk(h, body, nil, 0); err != nil {
		return nil, err
	}
	return w.leaves, nil
}

type walker struct {
	leaves []leaf
	parts  int
}

func (w *walker) walk(h fields, body []byte, within []string, ordinal int) error {
	if w.parts++; w.parts > maxParts || len(within) > maxDepth {
		return errBounds
	}
	kind, params := mediaType(h.get("content-type"))
	if kind == "" {
		kind = "text/plain"
		if len(within) > 0 && within[len(within)-1] == "multipart/digest" {
			kind = "message/rfc822"
		}
	}
	if !strings.HasPrefix(kind, "multipart/") || params["boundary"] == "" {
		w.leaves = append(w.leaves, leaf{kind, params, within, h, body, ordinal})
		return nil
	}
	around := append(within[:len(within):len(within)], kind)
	for i, part := range splitParts(body, params["boundary"]) {
		ph, pb := parseFields(part)
		if err := w.walk(ph, pb, around, i); err != nil {
			return err
		}
	}
	return nil
}

// splitParts returns the parts between the delimiters of a multipart body
// (RFC 2046, 5.1.1). A missing closing delimiter is forgiven. At most maxParts+1
// are returned, which the walk then refuses.
func splitParts(body []byte, boundary string) [][]byte {
	delim := []byte("--" + boundary)
	var parts [][]byte
	start := -1
	for at := 0; at < len(body) && len(parts) <= maxParts; {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		if rest, ok := bytes.CutPrefix(body[at:end], delim); ok {
			tail := bytes.TrimRight(rest, " \t\r\n")
			if closing := string(tail) == "--"; closing || len(tail) == 0 {
				if start >= 0 {
					parts = append(parts, trimLineEnd(body[start:at]))
				}
				if start = end; closing {
					return parts
				}
			}
		}
		at = end
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	return parts
}

// trimLineEnd drops the line end that belongs to the delimiter after it, and
// keeps appends to one part out of the next.
func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	b = bytes.TrimSuffix(b, []byte("\r"))
	return b[:len(b):len(b)]
}

// looseParam finds what mime.ParseMediaType gives up on, such as an unquoted
// boundary with a "=" in it.
var looseParam = regexp.MustCompile(`(?i);\s*(boundary|report-type|name|x-spam-type)\s*=\s*(?:"([^"]*)"|([^\s;"]+))`)

// mediaType reads a Content-Type leniently; "" where there is none.
func mediaType(v string) (string, map[string]string) {
	if len(v) > 4096 {
		v = v[:4096]
	}
	kind, params, err := mime.ParseMediaType(v)
	if err == nil {
		return kind, params
	}
	kind, _, _ = strings.Cut(v, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	params = map[string]string{}
	for _, m := range looseParam.FindAllStringSubmatch(v, -1) {
		if k := strings.ToLower(m[1]); params[k] == "" {
			params[k] = m[2] + m[3]
		}
	}
	return kind, params
}

// decoded is the leaf's body without its transfer encoding. What cannot be
// decoded to its end is given as far as it goes, with ok false.
func (l *leaf) decoded() (b []byte, ok bool) {
	var r io.Reader
	switch strings.ToLower(l.header.get("content-transfer-encoding")) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, &base64Filter{r: bytes.NewReader(l.body)})
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(l.body))
	default:
		return l.body, true
	}
	b, err := io.ReadAll(r)
	return b, err == nil
}

// attached tells whether the part is meant to be a file.
func (l *leaf) attached() bool {
	d, _, _ := strings.Cut(l.header.get("content-disposition"), ";")
	return strings.EqualFold(strings.TrimSpace(d), "attachment")
}

// base64Filter passes only characters of the alphabet on: blanks at line ends
// and stray characters are common.
type base64Filter struct{ r io.Reader }

func (f *base64Filter) Read(p []byte) (int, error) {
	for {
		n, err := f.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=' {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}
