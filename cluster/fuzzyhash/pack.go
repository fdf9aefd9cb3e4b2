package fuzzyhash

// Pack appends d to dst in as few bytes as its signatures have characters, and
// three; in one where it is no digest. [Unpack] reads it. The form is for memory: it
// may change with the version.
func (d *Digest) Pack(dst []byte) []byte {
	if d.IsZero() {
		return append(dst, 0)
	}
	dst = append(dst, d.level, d.n1, d.n2)
	return append(append(dst, d.first()...), d.second()...)
}

// Unpack reads what [Digest.Pack] wrote at the beginning of b.
func Unpack(b []byte) (d Digest) {
	if len(b) == 0 || b[0] == 0 {
		return d
	}
	d.level, d.n1, d.n2 = b[0], b[1], b[2]
	b = b[3:]
	copy(d.s1[:], b[:d.n1])
	copy(d.s2[:], b[d.n1:int(d.n1)+int(d.n2)])
	return d
}
