package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// collect reads paths and lists what came: "name: subject" or the error, with dir
// cut from both.
func collect(t *testing.T, r *Reader, dir string, paths ...string) []string {
	t.Helper()
	var out []string
	for _, p := range paths {
		err := r.Read(context.Background(), p, func(it Item) error {
			h, _ := parseFields(it.Raw)
			s := it.Name + ": " + h.get("Subject")
			if it.Err != nil {
				s = it.Err.Error()
			}
			out = append(out, strings.ReplaceAll(s, dir+string(filepath.Separator), ""))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func mailOf(subject string) string {
	return "From: a@example.com\nSubject: " + subject + "\n\nHello\n"
}

func mboxOf(messages ...string) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString("From a@example.com Tue Oct 20 09:00:00 2020\n" + quotedOut.ReplaceAllString(m, ">$0") + "\n")
	}
	return b.String()
}

func packed(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadFolder(t *testing.T) {
	big := packed(mboxOf(mailOf("10"), mailOf("11")))
	dir := tree(t, map[string]string{
		"a.eml":            mailOf("1"),
		"b.eml":            "From a@example.com Tue Oct 20 09:00:00 2020\n" + mailOf("2") + "\nFrom b@example.com Tue Oct 20 09:00:00 2020\nSubject: no\n",
		"c.mbox":           mboxOf(mailOf("3"), mailOf("4")),
		"d":                mailOf("5"),
		"e.eml.gz":         packed(mailOf("6")),
		"f.mbox.gz":        big,
		"g.mbox.gz":        big[:len(big)-12],
		"h.csv":            "recipient,region\na@example.com,FL\n",
		"i.png":            "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
		"j.txt":            "Just a text.\nNote: it has a colon.\n",
		"k.eml":            "",
		"l.pdf":            "%PDF-1.7\n",
		"m.gz":             packed(packed(mailOf("no"))),
		"n.tar":            "dir/x.eml\x00\x00ustar\x00" + mailOf("no"),
		".hidden.eml":      mailOf("no"),
		".git/x.eml":       mailOf("no"),
		"box/cur/1:2,S":    "From a@example.com Tue Oct 20 09:00:00 2020\n" + mailOf("7"),
		"box/new/2":        mailOf("8"),
		"box/tmp/3":        mailOf("no"),
		"box/uidlist":      mailOf("no"),
		"box/.Junk/cur/4":  mailOf("9"),
		"box/.Junk/new/.x": mailOf("no"),
		"tmp/o.eml":        mailOf("12"),
	})
	outside := tree(t, map[string]string{"z.eml": mailOf("no"), "sub/y.eml": mailOf("no")})
	for link, target := range map[string]string{
		"p.eml": filepath.Join(outside, "z.eml"), "q": filepath.Join(outside, "sub"), "r.eml": "a.eml", "loop": ".",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	var progress int64
	r := NewReader(ReaderConfig{Progress: func(n int) { progress += int64(n) }})
	got := collect(t, r, dir, dir)
	want := []string{
		"a.eml: 1", "b.eml: 2",
		"box/.Junk/cur/4: 9", "box/cur/1:2,S: 7", "box/new/2: 8",
		"c.mbox#1: 3", "c.mbox#2: 4", "d: 5", "e.eml.gz: 6", "f.mbox.gz#1: 10", "f.mbox.gz#2: 11",
		"g.mbox.gz#1: 10", "g.mbox.gz#2: truncated gzip",
		"h.csv: not a mail message: text without a mail header",
		"i.png: not a mail message: image/png",
		"j.txt: not a mail message: text without a mail header",
		"k.eml: empty",
		"l.pdf: not a mail message: application/pdf",
		"m.gz: not a mail message: application/x-gzip",
		"n.tar: not a mail message: binary data",
		"p.eml: unreadable: path escapes from parent",
		"q: unreadable: path escapes from parent",
		"r.eml: 1", "tmp/o.eml: 12",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	if got, want := r.Tally().String(), "14 messages read, 10 skipped (6 not a mail message, 1 empty, 2 unreadable, 1 truncated gzip)"; got != want {
		t.Errorf("Tally = %q, want %q", got, want)
	}
	if size, known := Size(dir); !known || size != progress {
		t.Errorf("Size = %d, %v; progress came to %d", size, known, progress)
	}
}

func TestReadPaths(t *testing.T) {
	dir := tree(t, map[string]string{"a.eml": mailOf("1"), "x": mailOf("2")})
	a := filepath.Join(dir, "a.eml")
	r := NewReader(ReaderConfig{Stdin: strings.NewReader(mboxOf(mailOf("3"), mailOf("4")))})
	got := collect(t, r, dir, a, filepath.Join(dir, "gone"), a, "-")
	want := []string{"a.eml: 1", "gone: unreadable: no such file or directory", "a.eml: 1", "-#1: 3", "-#2: 4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	r = NewReader(ReaderConfig{Stdin: strings.NewReader(mailOf("5"))})
	if diff := cmp.Diff([]string{"-: 5"}, collect(t, r, dir, "-")); diff != "" {
		t.Errorf("stdin (-want +got):\n%s", diff)
	}
	if _, known := Size(a, "-"); known {
		t.Error("the size of standard input is known")
	}
}

func TestReadBounds(t *testing.T) {
	long := mailOf("long") + strings.Repeat("x", 2000) + "\n"
	dir := tree(t, map[string]string{
		"a.mbox": mboxOf(mailOf("1"), long, mailOf("2")), "b.eml": long, "c.eml": mailOf("3"),
		"d.mbox.gz": packed(mboxOf(mailOf("4"), mailOf("bomb")) + strings.Repeat("x", 26<<20)),
	})
	r := NewReader(ReaderConfig{MaxMessage: 1000})
	want := []string{
		"a.mbox#1: 1", "a.mbox#2: too large: over 1000 bytes", "a.mbox#3: 2",
		"b.eml: too large: over 1000 bytes", "c.eml: 3", "d.mbox.gz#1: 4", "d.mbox.gz#2: gzip expands too far",
	}
	if diff := cmp.Diff(want, collect(t, r, dir, dir)); diff != "" {
		t.Errorf("bounds (-want +got):\n%s", diff)
	}
}

func TestReadStops(t *testing.T) {
	dir := tree(t, map[string]string{"a.mbox": mboxOf(mailOf("1"), mailOf("2"), mailOf("3")), "b.eml": mailOf("4")})
	stop := errors.New("stop")
	n := 0
	err := NewReader(ReaderConfig{}).Read(context.Background(), dir, func(Item) error { n++; return stop })
	if err != stop || n != 1 {
		t.Errorf("Read = %v after %d items, want yield's error after 1", err, n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	n = 0
	err = NewReader(ReaderConfig{}).Read(ctx, dir, func(Item) error { n++; cancel(); return nil })
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("Read = %v after %d items, want %v after 1", err, n, context.Canceled)
	}
}

// endless is an mbox without end, of which only a part is ever in memory.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, "From a@example.com Tue Oct 20 09:00:00 2020\nSubject: x\n\n"+strings.Repeat("y", 1000)+"\n\n")
	e.left -= n
	return n, nil
}

func TestReadStreams(t *testing.T) {
	r := NewReader(ReaderConfig{Stdin: &endless{left: 16 << 20}})
	n := 0
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	err := r.Read(context.Background(), "-", func(it Item) error {
		if n++; n%4000 == 0 {
			runtime.GC()
			if runtime.ReadMemStats(&now); now.HeapAlloc > before.HeapAlloc+4<<20 {
				t.Fatalf("%d bytes in memory after %d messages", now.HeapAlloc-before.HeapAlloc, n)
			}
		}
		return it.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (16 << 20) / 1060; n < want {
		t.Errorf("%d messages, want about %d", n, want)
	}
}

func ExampleTally() {
	fmt.Println(Tally{Read: 1}, Tally{Read: 2, Skipped: map[Reason]int{ReasonEmpty: 1}})
	// Output: 1 message read 2 messages read, 1 skipped (1 empty)
}

// FuzzRead checks that whatever a file holds is accounted for: a message or a
// reason, never nothing, and no more bytes than came.
func FuzzRead(f *testing.F) {
	f.Add([]byte(mailOf("x")))
	f.Add([]byte(mboxOf(mailOf("x"), "", mailOf("y"))))
	f.Add([]byte(packed(mailOf("x")))[:30])
	f.Add([]byte("\xef\xbb\xbf\n \nFrom x\n\nFrom: y\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, size := 0, 0
		r := NewReader(ReaderConfig{Stdin: bytes.NewReader(b), MaxMessage: 100, MaxUnpacked: 10_000})
		err := r.Read(context.Background(), "-", func(it Item) error {
			n++
			if (it.Raw == nil) == (it.Err == nil) || len(it.Raw) > 100 {
				t.Fatalf("item of %d bytes with error %v", len(it.Raw), it.Err)
			}
			size += len(it.Raw)
			return nil
		})
		tally := r.Tally()
		if err != nil || n == 0 || n != tally.Read+tally.Skips() {
			t.Fatalf("%d items, tally %v, error %v", n, tally, err)
		}
		if !bytes.HasPrefix(b, gzipMagic) && size > len(b) {
			t.Fatalf("%d bytes out of %d", size, len(b))
		}
	})
}
