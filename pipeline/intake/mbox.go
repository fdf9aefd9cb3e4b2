package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
)

// errTooLarge is returned by mbox.next for a message over the bound; the box
// goes on with the one after it.
var errTooLarge = errors.New("message too large")

// mbox splits an mbox into its messages. A separator is a line "From ..." at the
// start or after a blank line, with a date, an address or a dash, and followed by a line
// that can begin a header: so a sentence that begins with "From" and was not
// quoted does not cut its message. Quoting is undone as mboxrd has it: a line of
// ">"s and "From " loses one ">". The blank line before a separator, or at the
// end, is the mbox's and no part of the message.
type mbox struct {
	r       *bufio.Reader
	max     int
	started bool // the first separator was read
	err     error
}

func newMbox(r *bufio.Reader, max int) *mbox { return &mbox{r: r, max: max} }

// separator is a From_ line: with a clock time and a year, or an address or
// Mozilla's "-" alone.
var separator = regexp.MustCompile(`^From (.*\d:\d\d.*\b(19|20)\d\d\b.*|\S+@\S+|-)\s*$`)

var quotedFrom = regexp.MustCompile(`^>+From `)

// next returns the next message, io.EOF after the last. The bytes are the
// caller's.
func (m *mbox) next() ([]byte, error) {
	if m.err != nil {
		return nil, m.err
	}
	if !m.started {
		if err := m.first(); err != nil {
			return nil, err
		}
	}
	msg := message{max: m.max}
	blank := false
	for {
		line, whole, err := m.line()
		if err != nil && (err != io.EOF || len(line) == 0) {
			m.err = err
			if err != io.EOF {
				return nil, err
			}
			return msg.bytes(blank)
		}
		if blank && whole && m.separates(line) {
			return msg.bytes(true)
		}
		if line[0] == '>' && quotedFrom.Match(line) {
			line = line[1:]
		}
		msg.add(line)
		blank = whole && len(bytes.TrimRight(line, "\r\n")) == 0
		for !whole && err == nil { // the rest of a line longer than the buffer
			line, whole, err = m.line()
			msg.add(line)
		}
	}
}

// first reads up to the end of the first separator.
func (m *mbox) first() error {
	m.started = true
	for {
		line, whole, err := m.line()
		for !whole && err == nil {
			_, whole, err = m.line()
		}
		if err != nil {
			m.err = err
		}
		if isFromLine(bytes.TrimPrefix(line, bom)) || err != nil {
			return err
		}
	}
}

// line returns the next line with its end; whole is false for a piece of a line
// that goes on. It is valid until the next read.
func (m *mbox) line() (line []byte, whole bool, err error) {
	line, err = m.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return line, false, nil
	}
	return line, true, err
}

// separates tells whether line, already read, begins the next message.
func (m *mbox) separates(line []byte) bool {
	if !isFromLine(line) || !separator.Match(bytes.TrimRight(line, "\r\n")) {
		return false
	}
	ahead, _ := m.r.Peek(256)
	next, _ := cutLine(ahead)
	if len(ahead) == 0 || bytes.HasPrefix(next, []byte(">From ")) || len(next) == 0 {
		return true
	}
	_, ok := fieldName(next)
	return ok
}

// message gathers the lines of one message up to a bound.
type message struct {
	buf  bytes.Buffer
	max  int
	over bool
}

func (m *message) add(line []byte) {
	switch {
	case m.over:
	case m.buf.Len()+len(line) > m.max+2: // 2: the blank line that may be the separator's
		m.over, m.buf = true, bytes.Buffer{}
	default:
		m.buf.Write(line)
	}
}

// bytes returns the message, without the last line's end where that line is blank.
func (m *message) bytes(blank bool) ([]byte, error) {
	b := m.buf.Bytes()
	if blank {
		b = trimLineEnd(b)
	}
	if m.over || len(b) > m.max {
		return nil, errTooLarge
	}
	return b, nil
}
