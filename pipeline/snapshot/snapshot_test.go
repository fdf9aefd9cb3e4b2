package snapshot

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func save(t *testing.T, d *Dir, s string) {
	t.Helper()
	if err := d.Save(t.Context(), []byte(s)); err != nil {
		t.Fatal(err)
	}
}

func wantLoad(t *testing.T, d *Dir, want string, wantOK bool) {
	t.Helper()
	got, ok, err := d.Load(t.Context())
	if err != nil || ok != wantOK || string(got) != want {
		t.Errorf("Load = %q, %v, %v, want %q, %v", got, ok, err, want, wantOK)
	}
}

func files(t *testing.T, d *Dir) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(d.path, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestNewestIsLoaded(t *testing.T) {
	d := NewDir(filepath.Join(t.TempDir(), "deeper"), nil)
	wantLoad(t, d, "", false)
	for _, s := range []string{"one", "two", "", "four"} {
		save(t, d, s)
		wantLoad(t, d, s, true)
	}
	if got := files(t, d); len(got) != keep {
		t.Errorf("files %v, want %d", got, keep)
	}
}

// Whatever byte of the newest snapshot is lost or changed, the one before serves.
func TestDamageFallsBack(t *testing.T) {
	for _, damage := range []struct {
		name string
		do   func(b []byte) [][]byte
	}{
		{"cut", func(b []byte) (out [][]byte) {
			for n := range b {
				out = append(out, b[:n])
			}
			return out
		}},
		{"flipped", func(b []byte) (out [][]byte) {
			for i := range b {
				c := bytes.Clone(b)
				c[i] ^= 1
				out = append(out, c)
			}
			return out
		}},
		{"grown", func(b []byte) [][]byte { return [][]byte{append(bytes.Clone(b), 0)} }},
	} {
		t.Run(damage.name, func(t *testing.T) {
			d := NewDir(t.TempDir(), nil)
			save(t, d, "before")
			save(t, d, "newest")
			newest := files(t, d)[1]
			whole, err := os.ReadFile(newest)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range damage.do(whole) {
				if err := os.WriteFile(newest, b, 0o600); err != nil {
					t.Fatal(err)
				}
				wantLoad(t, d, "before", true)
			}
		})
	}
}

func TestUnfinishedFileIsNotLoaded(t *testing.T) {
	d := NewDir(t.TempDir(), nil)
	save(t, d, "whole")
	for _, name := range []string{"writing", "snapshot-", "snapshot-x", "snapshot-99", "other"} {
		if err := os.WriteFile(filepath.Join(d.path, name), []byte("junk"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantLoad(t, d, "whole", true)
	save(t, d, "next")
	wantLoad(t, d, "next", true)
}

func TestFailedSaveKeepsTheOld(t *testing.T) {
	d := NewDir(t.TempDir(), nil)
	save(t, d, "old")
	if err := os.Mkdir(filepath.Join(d.path, "writing"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(t.Context(), []byte("new")); err == nil {
		t.Error("Save = nil, want an error")
	}
	wantLoad(t, d, "old", true)
}

// FuzzDecode: what is taken for a snapshot is a file as it is written, to the bit.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "state", strings.Repeat("\x00", 100)} {
		head := header(len(s))
		sum := sha256.Sum256(append(head, s...))
		f.Add(append(append(header(len(s)), s...), sum[:]...))
		sum[0] ^= 1
		f.Add(append(append(header(len(s)), s...), sum[:]...))
	}
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := decode(file)
		if err != nil {
			return
		}
		head := append(header(len(got)), got...)
		sum := sha256.Sum256(head)
		if !bytes.Equal(append(head, sum[:]...), file) {
			t.Errorf("%q is read as %q", file, got)
		}
	})
}
