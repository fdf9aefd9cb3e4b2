package message

import (
	"bytes"
	"io"
	"strings"

	"github.com/jhillyerd/enmime/v2"
)

// lean decodes one leaf: nothing but the transfer encoding. Character sets are
// this package's (see toUTF8), and media types are read before enmime sees the
// part, so it is told a fixed one.
var lean = enmime.NewParser(
	enmime.DisableCharacterDetection(true),
	enmime.DisableTextConversion(true),
	enmime.MultipartWOBoundaryAsSinglePart(true),
	enmime.SkipMalformedParts(true),
	enmime.MaxStoredPartErrors(8),
	enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return true }),
	enmime.SetCustomParseMediaType(func(string) (string, map[string]string, []string, error) {
		return "application/octet-stream", nil, nil, nil
	}),
)

// undo removes a transfer encoding, and gives at most limit bytes and whether
// there were more.
func undo(body []byte, coding string, limit int, found *defects) (data []byte, more bool) {
	switch coding {
	case "base64":
		body, more = cleanBase64(body, limit, found)
	case "quoted-printable":
		body, more = head(body, 3*limit+8)
		body = bytes.TrimSuffix(body, []byte("=")) // a line break that the delimiter took
	default:
		return head(body, limit)
	}
	part, err := lean.ReadParts(io.MultiReader(
		strings.NewReader("Content-Type: x/x\nContent-Transfer-Encoding: "+coding+"\n\n"),
		bytes.NewReader(body)))
	if err != nil {
		found.add(DefectParserFailed)
		return nil, more
	}
	found.addPart(part.Errors)
	data, cut := head(part.Content, limit)
	return data, more || cut
}

func head(b []byte, limit int) ([]byte, bool) {
	if len(b) > limit {
		return b[:limit:limit], true
	}
	return b, false
}

// cleanBase64 drops what is not base64 and all after the padding: footers that
// gateways append to an encoded part would decode to noise. enmime would keep
// an error for each foreign byte, so it must not see any.
func cleanBase64(body []byte, limit int, found *defects) (clean []byte, more bool) {
	clean = make([]byte, 0, min(len(body), limit/3*4+8))
	for i, c := range body {
		switch {
		case base64Byte[c]:
			if len(clean) > limit/3*4+4 {
				return clean, true
			}
			clean = append(clean, c)
		case c == '=':
			if len(clean)%4 >= 2 {
				if len(bytes.Trim(body[i:], "= \t\r\n")) > 0 {
					found.add(DefectEncodingMalformed)
				}
				return clean, false
			}
			found.add(DefectEncodingMalformed)
		case c != '\n' && c != '\r' && c != ' ' && c != '\t':
			found.add(DefectEncodingMalformed)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	return clean, false
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
