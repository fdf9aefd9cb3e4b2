package federation

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"shoal/cluster"
)

const localMagic = "shoalloc"

// Snapshot serialises the state at the current offset. The same state gives the
// same bytes.
func (l *Local) Snapshot() []byte {
	b := begin(localMagic, l.engine.Snapshot())
	b = appendRecent(b, &l.variants.recent, compareReports, func(b []byte, id cluster.ReportID, v variant) []byte {
		b = append(b, id[:]...)
		b = binary.AppendUvarint(b, uint64(v.pending))
		b = binary.AppendUvarint(b, uint64(v.next))
		return binary.AppendVarint(b, v.since)
	})
	b = binary.AppendUvarint(b, uint64(len(l.drifted)))
	for _, id := range slices.Sorted(maps.Keys(l.drifted)) {
		b = appendText(b, id)
	}
	return finish(b)
}

// Restore replaces the state by that of a snapshot. Where it returns an error the
// local is as it was.
func (l *Local) Restore(snapshot []byte) error {
	r, err := open(localMagic, snapshot)
	if err != nil {
		return err
	}
	fresh := NewLocal(l.cfg)
	if err := fresh.engine.Restore(r.bytes(r.size(1))); err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	readRecent(r, &fresh.variants.recent, 16+3, func() (cluster.ReportID, variant) {
		id := r.report()
		return id, variant{pending: uint32(r.uint()), next: uint32(r.uint()), since: r.int()}
	})
	for range r.size(1) {
		fresh.drifted[cluster.CampaignID(r.text())] = struct{}{}
	}
	if !r.whole() {
		return ErrSnapshotDamaged
	}
	*l = *fresh
	return nil
}
