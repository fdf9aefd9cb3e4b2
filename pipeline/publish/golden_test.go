package publish

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func same(s string) string { return s }

// forms are all that is written, by name of the golden file.
func forms(with func(string) string) map[string]func(io.Writer) error {
	s := sample(with)
	c := s.Campaigns[0]
	out := map[string]func(io.Writer) error{
		"summary.md": s.Markdown, "summary.html": s.HTML, "summary.json": s.JSON,
		"campaign.txt": c.Table, "campaign.json": c.JSON,
		"why.txt": sampleWhy(with).Table, "why.json": sampleWhy(with).JSON,
		"list.txt": sampleList(with).Table, "list.json": sampleList(with).JSON,
	}
	for _, f := range Formats {
		out["export."+f] = func(w io.Writer) error { return c.Export(w, f) }
	}
	return out
}

func render(t testing.TB, f func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden: every form of a campaign as it was last looked at, and the same
// bytes each time.
func TestGolden(t *testing.T) {
	for name, f := range forms(same) {
		t.Run(name, func(t *testing.T) {
			got := render(t, f)
			if again := render(t, forms(same)[name]); again != got {
				t.Errorf("two renderings differ:\n%s", cmp.Diff(got, again))
			}
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEmpty: a day without reports and a campaign of which little is known.
func TestEmpty(t *testing.T) {
	s := &Summary{Day: "2020-10-20", Campaigns: []*Campaign{{ID: "c1", Day: &DayFigures{Change: "faded", ReportsBefore: 2}}}}
	c := &Campaign{ID: "c1"}
	all := []func(io.Writer) error{s.Markdown, s.HTML, s.JSON, (&Summary{}).HTML, (&Summary{}).Markdown, c.Table, c.JSON, (&Why{}).Table, (&Why{}).JSON, (&List{}).Table, (&List{}).JSON}
	for _, f := range Formats {
		all = append(all, func(w io.Writer) error { return c.Export(w, f) })
	}
	for i, f := range all {
		if got := render(t, f); len(got) == 0 {
			t.Errorf("form %d is empty", i)
		}
	}
	if err := c.Export(io.Discard, "pdf"); err == nil {
		t.Error("Export(pdf) = nil, want an error")
	}
}
