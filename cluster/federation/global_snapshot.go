package federation

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"

	"shoal/cluster"
)

const globalMagic = "shoalglo"

// Snapshot serialises the state at the current offset. The same state gives the
// same bytes.
func (g *Global) Snapshot() []byte {
	b := begin(globalMagic, g.engine.Snapshot())
	b = binary.AppendUvarint(b, g.seq)
	b = binary.AppendVarint(b, g.offset)
	for _, set := range []*recent[uint64, struct{}]{&g.said, &g.settled} {
		b = appendRecent(b, set, cmp.Compare, func(b []byte, k uint64, _ struct{}) []byte {
			return binary.BigEndian.AppendUint64(b, k)
		})
	}
	b = appendRecent(b, &g.homes, compareReports, func(b []byte, id cluster.ReportID, home cluster.CampaignID) []byte {
		return appendText(append(b, id[:]...), home)
	})
	b = appendRecent(b, &g.single, cmp.Compare, func(b []byte, id cluster.CampaignID, _ struct{}) []byte {
		return appendText(b, id)
	})
	return finish(b)
}

// Restore replaces the state by that of a snapshot, its own or a [cluster.Engine]'s:
// one clusterer's state is that of a global one which no local has told anything yet.
// Where it returns an error the clusterer is as it was.
func (g *Global) Restore(snapshot []byte) error {
	fresh := NewGlobal(g.cfg)
	r, err := open(globalMagic, snapshot)
	if errors.Is(err, ErrNotSnapshot) {
		if err := fresh.engine.Restore(snapshot); err != nil {
			return err
		}
		fresh.seq, fresh.offset = fresh.engine.Seq(), fresh.engine.Offset()
		*g = *fresh
		return nil
	}
	if err != nil {
		return err
	}
	if err := fresh.engine.Restore(r.bytes(r.size(1))); err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	fresh.seq, fresh.offset = r.uint(), r.int()
	for _, set := range []*recent[uint64, struct{}]{&fresh.said, &fresh.settled} {
		readRecent(r, set, 8, func() (k uint64, _ struct{}) {
			if b := r.bytes(8); len(b) == 8 {
				k = binary.BigEndian.Uint64(b)
			}
			return k, struct{}{}
		})
	}
	readRecent(r, &fresh.homes, 16+1, func() (cluster.ReportID, cluster.CampaignID) {
		id := r.report()
		return id, cluster.CampaignID(r.text())
	})
	readRecent(r, &fresh.single, 1, func() (cluster.CampaignID, struct{}) {
		return cluster.CampaignID(r.text()), struct{}{}
	})
	if !r.whole() {
		return ErrSnapshotDamaged
	}
	*g = *fresh
	return nil
}
