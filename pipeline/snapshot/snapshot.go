// Package snapshot keeps states of the clusterer in files. A snapshot is the
// engine's state at an offset, as opaque bytes; the package knows nothing else of
// it. It does not take snapshots, and it does not replay.
//
// A file is written under another name, synced, and renamed, so a crash leaves
// the old one or the new one. Each carries its length and SHA-256, and the last
// two are kept: where the newest cannot be read whole the one before serves, and
// where none can, the log is replayed.
package snapshot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// File form: magic, length of the snapshot (8 bytes, big-endian), the snapshot,
// SHA-256 of all before it.
const (
	magic  = "shoal snapshot 1"
	prefix = "snapshot-"
	keep   = 2
)

// Dir keeps snapshots in a folder that is its own. It is a pipeline.Snapshots.
type Dir struct {
	path string
	log  *slog.Logger
}

// NewDir returns snapshots in the folder path, which is made at the first Save.
// A nil log hears nothing.
func NewDir(path string, log *slog.Logger) *Dir {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Dir{path: path, log: log}
}

// Load gives the newest snapshot that is whole; ok is false where there is none.
// Those that are not whole are logged and passed over.
func (d *Dir) Load(ctx context.Context) (snapshot []byte, ok bool, err error) {
	numbers, err := d.list()
	if err != nil {
		return nil, false, err
	}
	for _, n := range slices.Backward(numbers) {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		b, err := os.ReadFile(d.name(n))
		if err != nil {
			return nil, false, fmt.Errorf("read snapshot: %w", err)
		}
		snapshot, err := decode(b)
		if err == nil {
			return snapshot, true, nil
		}
		d.log.Error("snapshot is damaged, passing it over", "file", d.name(n), "err", err)
	}
	return nil, false, nil
}

// Save keeps a snapshot and returns when it is durable.
func (d *Dir) Save(ctx context.Context, snapshot []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return fmt.Errorf("make snapshot folder: %w", err)
	}
	numbers, err := d.list()
	if err != nil {
		return err
	}
	next := uint64(1)
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	if err := d.write(next, snapshot); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	for _, n := range numbers[:max(0, len(numbers)+1-keep)] {
		if err := os.Remove(d.name(n)); err != nil {
			d.log.Warn("old snapshot stays", "err", err)
		}
	}
	return nil
}

func (d *Dir) name(n uint64) string { return filepath.Join(d.path, fmt.Sprintf("%s%016d", prefix, n)) }

// list gives the numbers of the snapshots there are, ascending.
func (d *Dir) list() ([]uint64, error) {
	entries, err := os.ReadDir(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	var out []uint64
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), prefix)
		if n, err := strconv.ParseUint(digits, 10, 64); ok && err == nil && len(digits) == 16 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (d *Dir) write(n uint64, snapshot []byte) error {
	temp := filepath.Join(d.path, "writing")
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	head := header(len(snapshot))
	sum := sha256.New()
	sum.Write(head)
	sum.Write(snapshot)
	for _, b := range [][]byte{head, snapshot, sum.Sum(nil)} {
		if _, err := f.Write(b); err != nil {
			f.Close()
			return err
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, d.name(n)); err != nil {
		return err
	}
	return syncDir(d.path)
}

func header(size int) []byte {
	return binary.BigEndian.AppendUint64([]byte(magic), uint64(size))
}

func decode(b []byte) ([]byte, error) {
	const fixed = len(magic) + 8 + sha256.Size
	if len(b) < fixed {
		return nil, fmt.Errorf("%d bytes are too few", len(b))
	}
	body, want := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	snapshot := body[len(magic)+8:]
	if !bytes.Equal(body[:len(magic)+8], header(len(snapshot))) {
		return nil, errors.New("not a snapshot of this version, or cut off")
	}
	if got := sha256.Sum256(body); !bytes.Equal(got[:], want) {
		return nil, errors.New("checksum differs")
	}
	return snapshot, nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
