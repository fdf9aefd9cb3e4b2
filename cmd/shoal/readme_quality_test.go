package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keptFigures is where the README shows the first table of the kept report.
var keptFigures = regexp.MustCompile(`(?s)(<!-- from (\S+), by make quality -->\n\n)(.*?)\n\n`)

// TestReadmeQuality: the README shows the figures that are kept. With -update they
// are written anew.
func TestReadmeQuality(t *testing.T) {
	text := readFile(t, readme)
	at := keptFigures.FindStringSubmatchIndex(text)
	if at == nil {
		t.Fatal("README.md does not show the figures of quality")
	}
	var table strings.Builder
	for line := range strings.Lines(readFile(t, "../../"+text[at[4]:at[5]])) {
		if strings.HasPrefix(line, "|") {
			table.WriteString(line)
		} else if table.Len() > 0 {
			break
		}
	}
	want := strings.TrimSpace(table.String())
	if *update {
		if err := os.WriteFile(readme, []byte(text[:at[6]]+want+text[at[7]:]), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, text[at[6]:at[7]]); diff != "" {
		t.Errorf("README.md shows other figures than are kept (-kept +README):\n%s", diff)
	}
}
