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
	h := binary.BigEndian.Uint64(id[:])
	if _, ok := s.young[h]; ok {
		return false
	}
	if _, ok := s.old[h]; ok {
		return false
	}
	if len(s.young) >= s.limit {
		s.old, s.young = s.young, make(map[uint64]struct{}, s.limit)
	}
	s.young[h] = struct{}{}
	return true
}
