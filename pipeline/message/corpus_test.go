package message

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// realMessages reads the folder that SHOAL_DEV_DATA names, and skips without.
func realMessages(tb testing.TB) map[string][]byte {
	tb.Helper()
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		tb.Skip("SHOAL_DEV_DATA names no folder of messages")
	}
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		out[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestRealMessages checks the invariants over real mail and logs the slowest.
func TestRealMessages(t *testing.T) {
	p := New(Default())
	var slowest time.Duration
	var name string
	seen := map[Defect]int{}
	for path, raw := range realMessages(t) {
		start := time.Now()
		m := p.Parse(raw)
		if took := time.Since(start); took > slowest {
			slowest, name = took, path
		}
		checkMessage(t, Default(), m)
		for _, d := range m.Defects {
			seen[d]++
			if d == DefectParserFailed {
				t.Errorf("%s: %s", path, d)
			}
		}
	}
	t.Logf("slowest %v: %s", slowest, filepath.Base(name))
	for _, d := range Defects() {
		t.Logf("%6d %s", seen[d], d)
	}
}

func BenchmarkReal(b *testing.B) {
	raws := realMessages(b)
	var list [][]byte
	var total int64
	for _, raw := range raws {
		list = append(list, raw)
		total += int64(len(raw))
	}
	p := New(Default())
	b.SetBytes(total)
	b.ReportAllocs()
	for b.Loop() {
		for _, raw := range list {
			p.Parse(raw)
		}
	}
	b.ReportMetric(float64(b.N*len(list))/b.Elapsed().Seconds(), "msg/s")
}
