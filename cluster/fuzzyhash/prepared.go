package fuzzyhash

import "math/bits"

// prepared has both signatures of a digest, made ready to be compared with those of
// another digest of its block size.
type prepared struct {
	first, second positions
	n1, n2        int // their lengths
}

// of fills s, which is zero, with x1 and x2.
func (s *prepared) of(x1, x2 []uint8) {
	s.first.of(x1)
	s.second.of(x2)
	s.n1, s.n2 = len(x1), len(x2)
}

// score is the better of the scores of y1 and y2.
func (s *prepared) score(y1, y2 []uint8, level uint8) int {
	one := s.n1 >= window && len(y1) >= window && s.first.share(y1)
	two := s.n2 >= window && len(y2) >= window && s.second.share(y2)
	switch {
	case one && two:
		c1, c2 := s.common(y1, y2)
		return max(scale(s.n1, len(y1), c1, level), scale(s.n2, len(y2), c2, level+1))
	case one:
		return scale(s.n1, len(y1), s.first.common(y1), level)
	case two:
		return scale(s.n2, len(y2), s.second.common(y2), level+1)
	}
	return 0
}

// common gives what [positions.common] gives for each of the two. Both are walked
// together: a step waits for the one before it in its own signature, and a processor
// does two of them in the time of one.
func (s *prepared) common(y1, y2 []uint8) (first, second int) {
	v, w := ^uint64(0), ^uint64(0)
	n := min(len(y1), len(y2))
	for i, c := range y1[:n] {
		v, w = step(v, s.first[c&63]), step(w, s.second[y2[:n][i]&63])
	}
	for _, c := range y1[n:] {
		v = step(v, s.first[c&63])
	}
	for _, c := range y2[n:] {
		w = step(w, s.second[c&63])
	}
	return bits.OnesCount64(^v), bits.OnesCount64(^w)
}
