package deploy

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	sbomFile = flag.String("sbom", "", "write licences.tsv from this SBOM (make licences)")
	licences = "licences.tsv"
)

// accepted are the licences that may be in the binary: they ask for their notice
// and for nothing of our own code.
var accepted = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "FTL", "ISC", "MIT", "MIT-0"}

// judged are licences that somebody read, where the SBOM's tool guesses another.
var judged = map[string]string{
	"github.com/golang/freetype": "FTL",          // its choice of two: FTL or GPL-2.0-or-later
	"golang.org/x":               "BSD-3-Clause", // the text is Go's own
	"github.com/nfnt/resize":     "ISC",
}

// TestLicences holds licences.tsv to what is linked into the binary: a module
// that comes, goes or changes its version must be looked at.
func TestLicences(t *testing.T) {
	linked := linkedModules(t)
	if *sbomFile != "" {
		if err := os.WriteFile(licences, []byte(licenceTable(t, linked)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(licences)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			t.Fatalf("line %q: want module, version, licence", line)
		}
		if !slices.Contains(accepted, f[2]) {
			t.Errorf("%s has licence %q, which is none of %q", f[0], f[2], accepted)
		}
		listed = append(listed, f[0]+" "+f[1])
	}
	for _, m := range linked {
		if !slices.Contains(listed, m) {
			t.Errorf("%s is linked and not in %s: run make licences, and look at the change", m, licences)
		}
	}
	for _, m := range listed {
		if !slices.Contains(linked, m) {
			t.Errorf("%s is in %s and not linked: run make licences", m, licences)
		}
	}
}

// phrases stand in the text of a licence.
var phrases = map[string]string{
	"Apache-2.0": "Apache License", "BSD-2-Clause": "Redistribution and use", "BSD-3-Clause": "Redistribution and use",
	"FTL": "FreeType Project LICENSE", "ISC": "Permission to use, copy", "MIT": "Permission is hereby granted",
	"0BSD": "Permission to use, copy", "MIT-0": "Permission is hereby granted",
}

// TestLicenceTexts: what goes into the image has, for each module that is linked, the
// text of the licence that the table names.
func TestLicenceTexts(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "./licences.sh", dir)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("licences.sh: %v\n%s", err, out)
	}
	table, err := os.ReadFile(licences)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]string{"go": "BSD-3-Clause", "LICENSE": "Apache-2.0"}
	for line := range strings.Lines(string(table)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			wanted[f[0]+"@"+f[1]] = f[2]
		}
	}
	for of, licence := range wanted {
		if phrase := phrases[licence]; phrase == "" || !strings.Contains(textsIn(t, filepath.Join(dir, of)), phrase) {
			t.Errorf("the texts of %s have none of licence %s", of, licence)
		}
	}
}

// textsIn is all that a file, or the files under a folder, say.
func textsIn(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		b.Write(text)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return b.String()
}

// linkedModules lists module and version of what is in the binary of the image.
func linkedModules(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "../cmd/shoal")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// sbom is the part of a CycloneDX document that is read here.
type sbom struct {
	Components []struct {
		Name     string
		Evidence struct {
			Licenses []struct{ License struct{ ID string } }
		}
	}
}

// licenceTable is licences.tsv: what is linked, with the licences of the SBOM.
func licenceTable(t *testing.T, linked []string) string {
	t.Helper()
	data, err := os.ReadFile(*sbomFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc sbom
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range doc.Components {
		for _, l := range c.Evidence.Licenses {
			found[c.Name] = l.License.ID
		}
	}
	var b strings.Builder
	b.WriteString("# Modules in the binary, with their licences; written by make licences.\n")
	for _, m := range linked {
		name, version, _ := strings.Cut(m, " ")
		licence := found[name]
		for _, of := range []string{name, path.Dir(name)} {
			if l, ok := judged[of]; ok {
				licence = l
			}
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", name, version, licence)
	}
	return b.String()
}
