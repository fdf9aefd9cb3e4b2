package cluster

import "encoding/binary"

// seen remembers report ids in two generations: when the younger is full the
// older is forgotten. Between limit and twice limit ids are known.
type seen struct {
	limit      int
	young, old map[uint64]struct{}
}

func newSeen(limit int) *seen {
	return &seen{limit: limit, young: map[uint64]struct{}{}, old: map[uint64]struct{}{}}
}

// add says whether id is new, and remembers it. It keeps 64 of the 128 bits:
// among ten million ids, two share them with a probability of 3 in a million.
func (s *seen) add(id ReportID) bool {
	if s.has(id) {
		return false
	}
	if len(s.young) >= s.limit {
		s.old, s.young = s.young, make(map[uint64]struct{}, s.limit)
	}
	s.young[binary.BigEndian.Uint64(id[:])] = struct{}{}
	return true
}

func (s *seen) has(id ReportID) bool {
	h := binary.BigEndian.Uint64(id[:])
	if _, ok := s.young[h]; ok {
		return true
	}
	_, ok := s.old[h]
	return ok
}

// merged remembers where ids went that merged away, in two generations like
// [seen]. A chain of merges is forgotten from its far end: the merge of a
// survivor is always younger than those into it, so what is known of an id is
// never a dead end that was once longer.
type merged struct {
	limit      int
	young, old map[CampaignID]CampaignID
}

func newMerged(limit int) merged {
	return merged{limit: limit, young: map[CampaignID]CampaignID{}, old: map[CampaignID]CampaignID{}}
}

// into is the campaign that id was merged into.
func (m *merged) into(id CampaignID) (CampaignID, bool) {
	if next, ok := m.young[id]; ok {
		return next, true
	}
	next, ok := m.old[id]
	return next, ok
}

func (m *merged) add(gone, survivor CampaignID) {
	if len(m.young) >= m.limit {
		m.old, m.young = m.young, map[CampaignID]CampaignID{}
	}
	m.young[gone] = survivor
}
