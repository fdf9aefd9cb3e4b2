package intake

import (
	"bytes"
	"net/http"
	"strings"
)

// sniffBytes is how much of a beginning decides whether it is mail.
const sniffBytes = 16 << 10

// known are fields that mail has and other texts hardly have at a line's
// beginning. One of them makes a message of a text.
var known = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`received return-path delivered-to envelope-to envelope-from
		from sender reply-to to cc bcc date subject message-id in-reply-to references mime-version
		content-type content-transfer-encoding content-disposition dkim-signature
		domainkey-signature authentication-results received-spf arc-seal arc-message-signature
		arc-authentication-results list-id list-unsubscribe list-post precedence status
		resent-from resent-to resent-date errors-to disposition-notification-to
		auto-submitted importance thread-topic thread-index user-agent`) {
		m[n] = true
	}
	return m
}()

// looksLikeMail tells whether b begins like a message: after an optional mbox
// "From " line, a field of [known] name, or one named X-..., among the lines
// before the first blank one. Lines that are no field are forgiven among them.
func looksLikeMail(b []byte) bool {
	return fieldAmong(b, func(name string) bool { return known[name] || strings.HasPrefix(name, "x-") })
}

// mayBeMail is looksLikeMail for what its place says to be mail (.eml, Maildir):
// there a field of any name will do.
func mayBeMail(b []byte) bool {
	return fieldAmong(b, func(string) bool { return true })
}

func fieldAmong(b []byte, want func(name string) bool) bool {
	b = normalise(b[:min(len(b), sniffBytes)])
	if i := bytes.IndexByte(b, 0); i >= 0 { // what follows a NUL proves nothing: mail in an archive
		b = b[:i]
	}
	h, _ := parseFields(b)
	for i := range h {
		if want(strings.ToLower(string(h[i].name))) {
			return true
		}
	}
	return false
}

// looksLikeMbox tells whether b begins with a separator of an mbox, perhaps
// after blank lines.
func looksLikeMbox(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, bom), "\r\n")
	return isFromLine(b) && bytes.IndexByte(b, '\n') >= 0 && looksLikeMail(b)
}

// describe names what b is instead of mail, for a person.
func describe(b []byte) string {
	kind, _, _ := strings.Cut(http.DetectContentType(b), ";")
	switch {
	case kind == "application/octet-stream":
		return "binary data"
	case kind == "text/plain":
		return "text without a mail header"
	}
	return kind
}

var (
	bom       = []byte("\xef\xbb\xbf")
	fromSpace = []byte("From ")
)

// normalise drops what stands before a message without belonging to it (a byte
// order mark, blank lines, mbox "From " lines, quoted or not) and gives a message with bare
// CR line ends (old Mac) the usual ones. What it returns it leaves unchanged.
func normalise(b []byte) []byte {
	for {
		switch {
		case bytes.HasPrefix(b, bom):
			b = b[len(bom):]
		case blankLines(b) > 0:
			b = b[blankLines(b):]
		case isFromLine(b) || bytes.HasPrefix(b, []byte(">From ")):
			i := bytes.IndexByte(b, '\n')
			if i < 0 {
				if i = bytes.IndexByte(b, '\r'); i < 0 {
					return b
				}
			}
			b = b[i+1:]
		case bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0:
			b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
		default:
			return b
		}
	}
}

// blankLines is the length of the blank lines that b begins with.
func blankLines(b []byte) int {
	run := b[:len(b)-len(bytes.TrimLeft(b, " \t\r\n"))]
	return bytes.LastIndexAny(run, "\r\n") + 1
}

// isFromLine tells whether b begins with an mbox "From " line, and not with a
// field that is written "From : ...".
func isFromLine(b []byte) bool {
	rest, ok := bytes.CutPrefix(b, fromSpace)
	return ok && !bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte(":"))
}
