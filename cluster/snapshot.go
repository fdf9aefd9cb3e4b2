package cluster

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
)

// A snapshot is a magic word, a format version, the rules under which its last
// entry was decided, a body, and the SHA-256 of all before. State is valid under any
// rules: an engine of others takes it over, makes tables of other sizes anew, and
// says [EventRetuned] at its next entry.
const (
	snapshotMagic   = "shoalsnp"
	snapshotVersion = 3
	// oldestVersion is the oldest that is read. Version 1 has no idle campaigns, and
	// a configuration without what bounds them. Up to version 2 the sizes of the
	// tables are not told: they are those of the engine that reads it.
	oldestVersion = 1
)

// Reasons for which [Engine.Restore] refuses a snapshot.
var (
	ErrNotSnapshot     = errors.New("not a snapshot of the clusterer")
	ErrSnapshotVersion = errors.New("snapshot of another version")
	ErrSnapshotDamaged = errors.New("snapshot is damaged: its checksum does not fit")
)

// Snapshot serialises the state at the current offset. The same state gives the
// same bytes.
func (e *Engine) Snapshot() []byte {
	c := &encoder{b: []byte(snapshotMagic)}
	c.uint(snapshotVersion)
	c.raw(e.rules[:])
	for _, n := range e.cfg.sizes() {
		c.uint(uint64(n))
	}
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
	fresh := NewEngine(e.cfg)
	fresh.Observe = e.Observe
	copy(fresh.rules[:], c.raw(len(fresh.rules)))
	if err := fresh.decode(c); err != nil {
		return err
	}
	*e = *fresh
	return nil
}

// sizes are those of the tables: index, frequencies, attic.
type sizes [3]int

func (c Config) sizes() sizes {
	return sizes{1 << c.IndexBits, 1 << c.FrequencyBits, 1 << atticBits(c.IdleCampaigns)}
}

func (c *decoder) sizes(own sizes) sizes {
	if c.version < 3 {
		return own
	}
	for i := range own {
		n := c.uint()
		if n == 0 || n > 1<<40 || n&(n-1) != 0 {
			c.fail()
		}
		own[i] = int(n)
	}
	return own
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
	size := c.sizes(e.cfg.sizes())
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
	e.freq.decode(c, size[1])
	same := e.index.decode(c, size[0])
	e.seen.decode(c)
	e.decodeShelf(c, size[2])
	for i := range e.groups {
		if e.groups[i].id != "" {
			e.byID[e.groups[i].id] = uint32(i)
		}
	}
	if c.err == nil && !e.sound() {
		c.fail()
	}
	if c.err == nil && !same {
		e.reindex()
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
