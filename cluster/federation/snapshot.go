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

// A snapshot is a magic word, a format version, the length of the engine's
// snapshot and that snapshot, the counts of variants, the drifted campaigns, and the
// SHA-256 of all before.
const (
	snapshotMagic   = "shoalloc"
	snapshotVersion = 1
)

// Reasons for which [Local.Restore] refuses a snapshot; those of
// [cluster.Engine.Restore] are others.
var (
	ErrNotSnapshot     = errors.New("not a snapshot of a local clusterer")
	ErrSnapshotVersion = errors.New("snapshot of another version")
	ErrSnapshotDamaged = errors.New("snapshot is damaged")
)

// Snapshot serialises the state at the current offset. The same state gives the
// same bytes.
func (l *Local) Snapshot() []byte {
	engine := l.engine.Snapshot()
	b := append(make([]byte, 0, len(engine)+1024), snapshotMagic...)
	b = binary.AppendUvarint(b, snapshotVersion)
	b = binary.AppendUvarint(b, uint64(len(engine)))
	b = append(b, engine...)
	b = appendVariants(b, l.variants.young)
	b = appendVariants(b, l.variants.old)
	b = binary.AppendUvarint(b, uint64(len(l.drifted)))
	for _, id := range slices.Sorted(maps.Keys(l.drifted)) {
		b = binary.AppendUvarint(b, uint64(len(id)))
		b = append(b, id...)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func appendVariants(b []byte, m map[cluster.ReportID]variant) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	ids := slices.SortedFunc(maps.Keys(m), func(x, y cluster.ReportID) int { return bytes.Compare(x[:], y[:]) })
	for _, id := range ids {
		v := m[id]
		b = append(b, id[:]...)
		b = binary.AppendUvarint(b, uint64(v.pending))
		b = binary.AppendUvarint(b, uint64(v.next))
		b = binary.AppendVarint(b, v.since)
	}
	return b
}

// Restore replaces the state by that of a snapshot. Where it returns an error the
// local is as it was.
func (l *Local) Restore(snapshot []byte) error {
	r, err := open(snapshot)
	if err != nil {
		return err
	}
	fresh := NewLocal(l.cfg)
	if err := fresh.engine.Restore(r.bytes(r.size(1))); err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	fresh.variants.young, fresh.variants.old = r.variants(), r.variants()
	for range r.size(1) {
		fresh.drifted[cluster.CampaignID(r.bytes(r.size(1)))] = struct{}{}
	}
	if r.failed || len(r.b) > 0 {
		return ErrSnapshotDamaged
	}
	*l = *fresh
	return nil
}

// open checks what encloses a snapshot.
func open(snapshot []byte) (*reader, error) {
	if !bytes.HasPrefix(snapshot, []byte(snapshotMagic)) || len(snapshot) < len(snapshotMagic)+sha256.Size {
		return nil, ErrNotSnapshot
	}
	body, sum := snapshot[:len(snapshot)-sha256.Size], snapshot[len(snapshot)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, ErrSnapshotDamaged
	}
	r := &reader{b: body[len(snapshotMagic):]}
	if v := r.uint(); v != snapshotVersion {
		return nil, fmt.Errorf("%w: %d, this program reads %d", ErrSnapshotVersion, v, snapshotVersion)
	}
	return r, nil
}

// reader takes a snapshot's body apart. After a failure every value is zero.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) fail() { r.b, r.failed = nil, true }

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

func (r *reader) variants() map[cluster.ReportID]variant {
	m := map[cluster.ReportID]variant{}
	const least = 16 + 3
	for range r.size(least) {
		var id cluster.ReportID
		copy(id[:], r.bytes(len(id)))
		m[id] = variant{pending: uint32(r.uint()), next: uint32(r.uint()), since: r.int()}
	}
	return m
}
