package intake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"

	"shoal/pipeline"
)

// MaxMessage is the default bound on the size of one message in bytes.
const MaxMessage = 25 << 20

// bufferBytes is what is read at once: enough to sniff at.
const bufferBytes = 64 << 10

// Stdin is the path that stands for standard input.
const Stdin = "-"

// ReaderConfig tells a [Reader] its bounds. The zero value is ready for use.
type ReaderConfig struct {
	// Stdin is what the path "-" reads; nil for none.
	Stdin io.Reader
	// MaxMessage bounds a message in bytes, 0 for [MaxMessage].
	MaxMessage int
	// MaxUnpacked bounds what one gzip file may expand to in bytes, 0 for 64 GiB.
	MaxUnpacked int64
	// Progress is called with the number of bytes of a file that were just read
	// from disk or standard input, compressed where they are. [Size] tells the
	// total. It may be nil.
	Progress func(n int)
}

// Item is one message that was found, or why there is none.
type Item struct {
	// Name is the path as given, and "#N" for the Nth message of an mbox.
	Name string
	// Raw is the message; the receiver may keep it. Nil with Err.
	Raw []byte
	// Err is why it was skipped, always a *[SkipError].
	Err error
}

// Report makes the reports of an item that has a message: unwrapped, their
// Source as given ("" where unknown).
func (it *Item) Report(source string) []pipeline.Report {
	return Unwrap(&pipeline.Report{Raw: it.Raw, Name: it.Name, Source: source})
}

// Reader finds messages in files, folders and standard input. It is not for
// concurrent use.
type Reader struct {
	cfg      ReaderConfig
	tally    Tally
	in, data *bufio.Reader // of the file and of what was packed in it, used again
}

// NewReader returns a Reader.
func NewReader(cfg ReaderConfig) *Reader {
	if cfg.MaxMessage == 0 {
		cfg.MaxMessage = MaxMessage
	}
	if cfg.MaxUnpacked == 0 {
		cfg.MaxUnpacked = 64 << 30
	}
	return &Reader{
		cfg: cfg, tally: Tally{Skipped: map[Reason]int{}},
		in: bufio.NewReaderSize(nil, bufferBytes), data: bufio.NewReaderSize(nil, bufferBytes),
	}
}

// Tally tells what was read and skipped so far.
func (r *Reader) Tally() Tally {
	return Tally{Read: r.tally.Read, Skipped: maps.Clone(r.tally.Skipped)}
}

// Read yields every message at path: a file, a folder (searched through in
// sorted order), or "-". What cannot be read is yielded with its reason, and the
// rest goes on. It holds one message at a time in memory. It returns yield's
// error, or ctx's.
func (r *Reader) Read(ctx context.Context, path string, yield func(Item) error) error {
	y := func(it Item) error {
		r.count(it.Err)
		if err := yield(it); err != nil {
			return err
		}
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if path == Stdin {
		return r.readStdin(ctx, y)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return y(skip(path, ReasonUnreadable, "", cause(err)))
	case info.IsDir():
		return r.readFolder(ctx, path, y)
	}
	f, err := os.Open(path)
	if err != nil {
		return y(skip(path, ReasonUnreadable, "", cause(err)))
	}
	defer f.Close()
	return r.readFile(ctx, f, file{name: path, single: isEML(path), size: info.Size()}, y)
}

func (r *Reader) readStdin(ctx context.Context, y func(Item) error) error {
	if r.cfg.Stdin == nil {
		return y(skip(Stdin, ReasonUnreadable, "no standard input", nil))
	}
	return r.readFile(ctx, r.cfg.Stdin, file{name: Stdin}, y)
}

func (r *Reader) count(err error) {
	var s *SkipError
	switch {
	case err == nil:
		r.tally.Read++
	case errors.As(err, &s):
		r.tally.Skipped[s.Reason]++
	}
}

// file is what is known of a file before it is read.
type file struct {
	name   string
	single bool  // one message whatever it begins with
	size   int64 // 0 where not known
}

// readFile yields the messages of one open file.
func (r *Reader) readFile(ctx context.Context, in io.Reader, f file, y func(Item) error) error {
	br := r.in
	br.Reset(&meter{ctx: ctx, r: in, report: r.cfg.Progress})
	if magic, _ := br.Peek(2); bytes.Equal(magic, gzipMagic) {
		zr, err := newUnpacker(br, r.cfg.MaxUnpacked)
		if err != nil {
			return y(readFailure(f.name, err))
		}
		defer zr.Close()
		br = r.data
		br.Reset(zr)
	}
	head, err := br.Peek(sniffBytes)
	switch {
	case len(head) == 0 && err != nil && err != io.EOF:
		return r.failed(ctx, f.name, err, y)
	case len(bytes.TrimSpace(head)) == 0 && len(head) < sniffBytes:
		return y(skip(f.name, ReasonEmpty, "", nil))
	case f.single && mayBeMail(head), looksLikeMail(head) && !looksLikeMbox(head):
		return r.readSingle(ctx, br, f, y)
	case looksLikeMbox(head) && !f.single:
		return r.readMbox(ctx, br, f.name, y)
	}
	return y(skip(f.name, ReasonNotMail, describe(head), nil))
}

func (r *Reader) readSingle(ctx context.Context, br io.Reader, f file, y func(Item) error) error {
	var raw bytes.Buffer
	raw.Grow(int(min(f.size, int64(r.cfg.MaxMessage))) + bytes.MinRead)
	_, err := raw.ReadFrom(io.LimitReader(br, int64(r.cfg.MaxMessage)+1))
	switch {
	case err != nil:
		return r.failed(ctx, f.name, err, y)
	case raw.Len() > r.cfg.MaxMessage:
		return y(tooLarge(f.name, r.cfg.MaxMessage))
	}
	return y(Item{Name: f.name, Raw: normalise(raw.Bytes())})
}

func (r *Reader) readMbox(ctx context.Context, br *bufio.Reader, name string, y func(Item) error) error {
	box := newMbox(br, r.cfg.MaxMessage)
	for n := 1; ; n++ {
		raw, err := box.next()
		at := fmt.Sprintf("%s#%d", name, n)
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, errTooLarge):
			err = y(tooLarge(at, r.cfg.MaxMessage))
		case err != nil:
			return r.failed(ctx, at, err, y)
		case len(bytes.TrimSpace(raw)) == 0:
			err = y(skip(at, ReasonEmpty, "", nil))
		case !mayBeMail(raw):
			err = y(skip(at, ReasonNotMail, describe(raw), nil))
		default:
			err = y(Item{Name: at, Raw: raw})
		}
		if err != nil {
			return err
		}
	}
}

// failed yields a failure to read, unless ctx ended.
func (r *Reader) failed(ctx context.Context, name string, err error, y func(Item) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return y(readFailure(name, err))
}

func skip(name string, reason Reason, detail string, err error) Item {
	return Item{Name: name, Err: &SkipError{Name: name, Reason: reason, Detail: detail, Err: err}}
}

func tooLarge(name string, limit int) Item {
	return skip(name, ReasonTooLarge, fmt.Sprintf("over %d bytes", limit), nil)
}

func readFailure(name string, err error) Item {
	switch {
	case errors.Is(err, errExpands):
		return skip(name, ReasonExpands, "", nil)
	case errors.Is(err, errUnpack):
		return skip(name, ReasonTruncated, "", nil)
	}
	return skip(name, ReasonUnreadable, "", cause(err))
}

// cause strips the path that the text of a SkipError names already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// isEML tells a file that holds one message by its name, packed or not.
func isEML(path string) bool {
	return strings.HasSuffix(strings.TrimSuffix(strings.ToLower(path), ".gz"), ".eml")
}

// meter reports what is read and ends reading with its context.
type meter struct {
	ctx    context.Context
	r      io.Reader
	report func(int)
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if m.report != nil && n > 0 {
		m.report(n)
	}
	return n, err
}
