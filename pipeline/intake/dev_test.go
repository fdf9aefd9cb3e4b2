package intake

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestDevData reads whole corpora, where a developer has them.
func TestDevData(t *testing.T) {
	dir := os.Getenv("SHOAL_DEV_DATA")
	if dir == "" {
		t.Skip("SHOAL_DEV_DATA is not set")
	}
	for _, sub := range []string{"dev/messages", "arf", "torture"} {
		path := filepath.Join(filepath.Dir(filepath.Clean(dir)), sub)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		t.Run(sub, func(t *testing.T) { readCorpus(t, path) })
	}
}

func readCorpus(t *testing.T, path string) {
	r := NewReader(ReaderConfig{})
	recipients, reports := 0, 0
	err := r.Read(context.Background(), path, func(it Item) error {
		if it.Err != nil {
			t.Log(it.Err)
			return nil
		}
		out := it.Report("")
		checkFixpoint(t, out)
		for i := range out {
			reports++
			if out[i].Recipient != "" {
				recipients++
			}
			if len(out) > 1 || out[i].Source != "" || len(out[i].Defects) > 0 {
				o := &out[i]
				t.Logf("%.60s: %s raw=%d to=%q by=%q mf=%q ip=%v at=%v %v %v", filepath.Base(o.Name), o.Source, len(o.Raw),
					o.Recipient, o.Reporter, o.MailFrom, o.SourceIP, o.ReportedAt, o.Defects, o.Origins)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d reports, recipient known of %d", r.Tally().String(), reports, recipients)
}
