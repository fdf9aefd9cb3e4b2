package extract

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/message"
	"shoal/pipeline/record"
)

// sample is one labelled message of the optional development data.
type sample struct {
	path, campaign string
	raw            []byte
	f              *cluster.Features
	row            *record.Row
}

// devData reads the messages and labels under SHOAL_DEV_DATA.
func devData(t testing.TB) []sample {
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		t.Skip("SHOAL_DEV_DATA is not set")
	}
	file, err := os.Open(filepath.Join(dir, "labels.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []sample
	for s := bufio.NewScanner(file); s.Scan(); {
		col := strings.Split(s.Text(), "\t")
		raw, err := os.ReadFile(filepath.Join(dir, col[1]))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sample{path: col[1], campaign: col[2], raw: raw})
	}
	return out
}

func extractAll(t testing.TB, samples []sample) {
	x := newExtractor(t)
	p := message.New(message.Default())
	for i := range samples {
		s := &samples[i]
		s.f, s.row = x.Extract(&pipeline.Report{Raw: s.raw, ReceivedAt: time.Unix(1800000000, 0)}, p.Parse(s.raw))
	}
}

func newExtractor(t testing.TB) *Extractor {
	x, err := New(Config{Key: []byte("0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestRecordSize holds the average record of real mail under its bound.
func TestRecordSize(t *testing.T) {
	samples := devData(t)
	extractAll(t, samples)
	total, features := 0, 0
	for _, s := range samples {
		b, err := record.MarshalReport(s.f, s.row)
		if err != nil {
			t.Fatal(err)
		}
		total += len(b)
		b, _ = record.MarshalReport(s.f, &record.Row{})
		features += len(b)
	}
	t.Logf("record: %d bytes on average, %d of them features", total/len(samples), features/len(samples))
	if total/len(samples) > 2000 {
		t.Errorf("record is %d bytes on average", total/len(samples))
	}
}
