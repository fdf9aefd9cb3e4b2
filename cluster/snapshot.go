package cluster

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// A snapshot is a magic word, a format version, the fingerprint of the Config it
// was made under, a body, and the SHA-256 of all before.
const (
	snapshotMagic   = "shoalsnp"
	snapshotVersion = 2
	// oldestVersion is the oldest that is read. Version 1 has no idle campaigns, and
	// a configuration without what bounds them.
	oldestVersion = 1
)

// Reasons for which [Engine.Restore] refuses a snapshot.
var (
	ErrNotSnapshot     = errors.New("not a snapshot of the clusterer")
	ErrSnapshotVersion = errors.New("snapshot of another version")
	ErrSnapshotConfig  = errors.New("snapshot made under other settings or weights")
	ErrSnapshotDamaged = errors.New("snapshot is damaged: its checksum does not fit")
)

// Snapshot serialises the state at the current offset. The same state gives the
// same bytes.
func (e *Engine) Snapshot() []byte {
	c := &encoder{b: []byte(snapshotMagic)}
	c.uint(snapshotVersion)
	fp := e.cfg.fingerprint(snapshotVersion)
	c.raw(fp[:])
	e.encode(c)
	sum := sha256.Sum256(c.b)
	return append(c.b, sum[:]...)
}

// Restore replaces the state by that of a snapshot. Where it returns an error
// the engine is as it was.
func (e *Engine) Restore(snapshot []byte) error {
	if !bytes.HasPrefix(snapshot, []byte(snapshotMagic)) || len(snapshot) < len(snapshotMagic)+sha256.Size {
		return ErrNotSnapshot
	}
	body, sum := snapshot[:len(snapshot)-sha256.Size], snapshot[len(snapshot)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return ErrSnapshotDamaged
	}
	c := &decoder{b: body[len(snapshotMagic):]}
	if c.version = c.uint(); c.version < oldestVersion || c.version > snapshotVersion {
		return fmt.Errorf("%w: %d, this program reads %d to %d", ErrSnapshotVersion, c.version, oldestVersion, snapshotVersion)
	}
	fp := e.cfg.fingerprint(c.version)
	if !bytes.Equal(c.raw(len(fp)), fp[:]) {
		return ErrSnapshotConfig
	}
	fresh := NewEngine(e.cfg)
	fresh.Observe = e.Observe
	if err := fresh.decode(c); err != nil {
		return err
	}
	*e = *fresh
	return nil
}

// fingerprint covers everything that changes what a log means, as a version of the
// format knows it.
func (c Config) fingerprint(version uint64) [16]byte {
	w := c.Weights
	if w == nil {
		w = &learned
	}
	c.Weights = nil
	var known any = c
	if version == 1 {
		known = struct {
			Join, Merge, Content     float64
			Exemplars                int
			Idle                     time.Duration
			IndexBits, FrequencyBits int
			Weights                  *Weights
			Remember                 int
		}{c.Join, c.Merge, c.Content, c.Exemplars, c.Idle, c.IndexBits, c.FrequencyBits, nil, c.Remember}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v %+v", known, *w))
	return [16]byte(sum[:16])
}

func (e *Engine) encode(c *encoder) {
	c.uint(e.seq)
	c.int(e.offset)
	c.uint(uint64(e.hand))
	c.uint(uint64(len(e.groups)))
	for i := range e.groups {
		e.groups[i].encode(c)
	}
	c.uint(uint64(len(e.exemplars)))
	for i := range e.exemplars {
		e.exemplars[i].encode(c)
	}
	c.slots(e.freeGroups)
	c.slots(e.freeExemplars)
	e.merged.encode(c)
	c.uint(uint64(len(e.apart)))
	for _, p := range sortedPairs(e.apart) {
		c.text(string(p[0]))
		c.text(string(p[1]))
	}
	e.encodeTies(c)
	e.freq.encode(c)
	e.index.encode(c)
	e.seen.encode(c)
	e.encodeShelf(c)
}

func (e *Engine) decode(c *decoder) error {
	e.seq, e.offset, e.hand = c.uint(), c.int(), uint32(c.uint())
	for range c.size(1) {
		e.groups = append(e.groups, decodeGroup(c))
	}
	for range c.size(1) {
		e.exemplars = append(e.exemplars, decodeExemplar(c))
	}
	e.freeGroups, e.freeExemplars = c.slots(), c.slots()
	e.merged.decode(c)
	for range c.size(2) {
		a := CampaignID(c.text())
		e.apart[[2]CampaignID{a, CampaignID(c.text())}] = struct{}{}
	}
	e.decodeTies(c)
	e.freq.decode(c)
	e.index.decode(c)
	e.seen.decode(c)
	e.decodeShelf(c)
	for i := range e.groups {
		if e.groups[i].id != "" {
			e.byID[e.groups[i].id] = uint32(i)
		}
	}
	if c.err == nil && c.version == 1 {
		for i := range e.groups {
			e.relink(uint32(i))
		}
	}
	if c.err == nil && len(c.b) > 0 {
		c.fail()
	}
	return c.err
}
