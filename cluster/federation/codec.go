package federation

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"shoal/cluster"
)

// Reasons for which [Local.Restore] and [Global.Restore] refuse a snapshot; those of
// [cluster.Engine.Restore] are others.
var (
	ErrNotSnapshot     = errors.New("not a snapshot of this kind of clusterer")
	ErrSnapshotVersion = errors.New("snapshot of another version")
	ErrSnapshotDamaged = errors.New("snapshot is damaged")
)

// A snapshot is a magic word, a format version, what the state consists of, and the
// SHA-256 of all before.
const snapshotVersion = 2

func begin(magic string, engine []byte) []byte {
	b := append(make([]byte, 0, len(engine)+1024), magic...)
	b = binary.AppendUvarint(b, snapshotVersion)
	b = binary.AppendUvarint(b, uint64(len(engine)))
	return append(b, engine...)
}

func finish(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// open checks what encloses a snapshot.
func open(magic string, snapshot []byte) (*reader, error) {
	if !bytes.HasPrefix(snapshot, []byte(magic)) || len(snapshot) < len(magic)+sha256.Size {
		return nil, ErrNotSnapshot
	}
	body, sum := snapshot[:len(snapshot)-sha256.Size], snapshot[len(snapshot)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, ErrSnapshotDamaged
	}
	r := &reader{b: body[len(magic):]}
	if v := r.uint(); v != snapshotVersion {
		return nil, fmt.Errorf("%w: %d, this program reads %d", ErrSnapshotVersion, v, snapshotVersion)
	}
	return r, nil
}

// appendRecent writes both generations, in the order of their keys.
func appendRecent[K comparable, V any](b []byte, r *recent[K, V], compare func(K, K) int, add func([]byte, K, V) []byte) []byte {
	for _, m := range []map[K]V{r.young, r.old} {
		b = binary.AppendUvarint(b, uint64(len(m)))
		for _, k := range slices.SortedFunc(maps.Keys(m), compare) {
			b = add(b, k, m[k])
		}
	}
	return b
}

// readRecent reads both generations; an entry has least bytes at least.
func readRecent[K comparable, V any](r *reader, into *recent[K, V], least int, next func() (K, V)) {
	for _, m := range []*map[K]V{&into.young, &into.old} {
		n := r.size(least)
		*m = make(map[K]V, n)
		for range n {
			k, v := next()
			(*m)[k] = v
		}
	}
}

func compareReports(a, b cluster.ReportID) int { return bytes.Compare(a[:], b[:]) }

func appendText[T ~string](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// reader takes a snapshot's body apart. After a failure every value is zero.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) fail() { r.b, r.failed = nil, true }

// whole says whether all was read, and nothing else was there.
func (r *reader) whole() bool { return !r.failed && len(r.b) == 0 }

func (r *reader) uint() uint64 {
	x, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return x
}

func (r *reader) int() int64 {
	x, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return x
}

// size reads a count of things of at least least bytes each.
func (r *reader) size(least int) int {
	n := r.uint()
	if n > uint64(len(r.b)/least) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) bytes(n int) []byte {
	n = min(n, len(r.b))
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) text() string { return string(r.bytes(r.size(1))) }

func (r *reader) report() (id cluster.ReportID) {
	copy(id[:], r.bytes(len(id)))
	return id
}
