package record

import (
	"errors"
	"strings"

	"github.com/zeebo/xxh3"

	"shoal/cluster"
)

// errValues is returned for columns that do not fit each other.
var errValues = errors.New("columns of values do not fit")

// valueHash is the hash of a value whose text is the whole of it.
func valueHash(key cluster.Key, text string) uint64 {
	b := append(make([]byte, 0, 1+cluster.MaxValueText), byte(key))
	return xxh3.Hash(append(b, text...))
}

// putValues writes values as columns. Most hashes are that of the text.
func (p *Features) putValues(values []cluster.Value) {
	if len(values) == 0 {
		return
	}
	p.ValueKeys = make([]byte, len(values))
	p.ValueTexts = make([]string, len(values))
	for i, v := range values {
		p.ValueKeys[i], p.ValueTexts[i] = byte(v.Key), v.Text
		if v.Hash != valueHash(v.Key, v.Text) {
			p.ValueHashed = append(p.ValueHashed, uint32(i))
			p.ValueHashes = append(p.ValueHashes, v.Hash)
		}
	}
}

// values reads the columns, or the values of version 1.
func (p *Features) values() ([]cluster.Value, error) {
	n := len(p.GetValueKeys())
	if len(p.GetValueTexts()) != n || len(p.GetValueHashed()) != len(p.GetValueHashes()) || n > 0 && len(p.GetValues()) > 0 {
		return nil, errValues
	}
	var out []cluster.Value
	for _, v := range p.GetValues() {
		out = append(out, cluster.Value{Key: cluster.Key(v.GetKey()), Hash: v.GetHash(), Text: v.GetText()})
	}
	if n > 0 {
		out = make([]cluster.Value, n)
	}
	hashed := 0
	for i, key := range p.GetValueKeys() {
		v := cluster.Value{Key: cluster.Key(key), Text: p.ValueTexts[i]}
		if hashed < len(p.ValueHashed) && int(p.ValueHashed[hashed]) == i {
			v.Hash = p.ValueHashes[hashed]
			hashed++
		} else {
			v.Hash = valueHash(v.Key, v.Text)
		}
		out[i] = v
	}
	if hashed < len(p.ValueHashed) { // out of order, or beyond the values
		return nil, errValues
	}
	return out, nil
}

// valueText is the text of the first value of a key, "" without one.
func (p *Features) valueText(key cluster.Key) string {
	for i, k := range p.GetValueKeys() {
		if cluster.Key(k) == key && i < len(p.ValueTexts) {
			return p.ValueTexts[i]
		}
	}
	return ""
}

// shapeWords are the hashes of the words of a subject's shape, which is their
// text with class tokens in between.
func shapeWords(shape string) (hashes []uint32) {
	for word := range strings.SplitSeq(shape, " ") {
		if word != "" && word[0] != '#' && len(hashes) < cluster.MaxSubject {
			hashes = append(hashes, uint32(xxh3.HashString(word)>>32))
		}
	}
	return hashes
}

// putSubject writes of the subject's words what its shape does not tell. The
// values must have been put.
func (p *Features) putSubject(subject []uint32) {
	for _, h := range shapeWords(p.valueText(cluster.KeySubjectShape)) {
		if len(subject) == 0 || subject[0] != h {
			break
		}
		p.SubjectOfShape++
		subject = subject[1:]
	}
	p.Subject = subject
}

func (p *Features) subject() ([]uint32, error) {
	n := int(p.GetSubjectOfShape())
	if n == 0 {
		return p.GetSubject(), nil
	}
	words := shapeWords(p.valueText(cluster.KeySubjectShape))
	if n > len(words) {
		return nil, errValues
	}
	return append(words[:n], p.GetSubject()...), nil
}
