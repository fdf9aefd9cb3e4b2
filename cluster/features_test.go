package cluster

import (
	"crypto/sha256"
	"hash/fnv"
	"slices"
	"strings"
)

// testFeatures makes features of a text and a subject, and of values given as
// "key=value", as an extractor would, only simpler.
func testFeatures(name, subject, text string, values ...string) *Features {
	f := &Features{Report: testReport(name)}
	words := strings.Fields(strings.ToLower(text))
	f.Words = testSketch(words, WordSketchSize)
	var shingles []string
	for i := 0; i+3 <= len(words); i++ {
		shingles = append(shingles, strings.Join(words[i:i+3], " "))
	}
	f.Text = testSketch(shingles, TextSketchSize)
	for _, w := range strings.Fields(strings.ToLower(subject)) {
		f.Subject = append(f.Subject, testHash(w))
	}
	if subject != "" {
		f.Values = append(f.Values, testValue(KeySubjectShape, strings.ToLower(subject)))
	}
	for _, kv := range values {
		k, v, _ := strings.Cut(kv, "=")
		f.Values = append(f.Values, testValue(keyNamed(k), v))
	}
	slices.SortFunc(f.Values, compareValues)
	return f
}

func testReport(name string) ReportID {
	sum := sha256.Sum256([]byte(name))
	return ReportID(sum[:16])
}

func testValue(k Key, v string) Value {
	sum := sha256.Sum256([]byte(k.String() + "=" + v))
	var h uint64
	for _, b := range sum[:8] {
		h = h<<8 | uint64(b)
	}
	return Value{Key: k, Hash: h, Text: v}
}

func testHash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return uint32(mix(uint64(h.Sum32())))
}

func testSketch(members []string, size int) Sketch {
	var hs []uint32
	for _, m := range members {
		hs = append(hs, testHash(m))
	}
	slices.Sort(hs)
	hs = slices.Compact(hs)
	return Sketch{Total: len(hs), Hashes: hs[:min(size, len(hs))]}
}

func keyNamed(name string) Key {
	for k, n := range keyNames {
		if n == name {
			return k
		}
	}
	panic("no key is named " + name)
}
