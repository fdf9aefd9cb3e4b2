package cluster_test

import (
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listed is what the test needs of a package. What only its tests import
// stands apart, since the rules are not for tests.
type listed struct {
	ImportPath           string
	Imports, TestImports []string
}

// adapterImports are the imports between adapters that are allowed, each with
// its reason.
var adapterImports = map[string]string{
	"shoal/pipeline/extract -> shoal/pipeline/message": "features are taken from a parsed message",
}

// soleImporters name, by the prefix of a library's path, the one package that
// imports it: what can be replaced in one place.
var soleImporters = map[string]string{
	"github.com/jhillyerd/enmime":         "shoal/pipeline/message",
	"github.com/glaslos/ssdeep":           "shoal/cluster/fuzzyhash",
	"github.com/segmentio/kafka-go":       "shoal/pipeline/kafka",
	"github.com/ClickHouse/clickhouse-go": "shoal/pipeline/store",
	"github.com/twmb/franz-go/pkg/kfake":  "shoal/pipeline/embedded",
	"github.com/ebitengine/purego":        "shoal/pipeline/embedded",
}

// engineForbids are packages of the standard library that would give the
// engine input, output, a log or chance. Each stands for its subpackages too.
var engineForbids = []string{"crypto/rand", "database/sql", "log", "net", "os", "plugin", "syscall"}

// engineAllows are packages below those that only hold values.
var engineAllows = []string{"net/netip", "net/url"}

func TestImports(t *testing.T) {
	packages := modulePackages(t)
	if len(packages) < 4 {
		t.Fatalf("found %d packages, want the whole module", len(packages))
	}
	for _, fault := range importFaults(packages) {
		t.Error(fault)
	}
}

// TestImportFaults plants one violation of each rule: a checker that finds
// nothing would pass TestImports.
func TestImportFaults(t *testing.T) {
	for _, tt := range []struct {
		name, from, to string
		faulty         bool
	}{
		{"command may use all", "shoal/cmd/shoal", "shoal/pipeline/store", false},
		{"adapter uses the flow", "shoal/pipeline/kafka", "shoal/pipeline", false},
		{"adapter uses the engine", "shoal/pipeline/extract", "shoal/cluster/fuzzyhash", false},
		{"allowed between adapters", "shoal/pipeline/extract", "shoal/pipeline/message", false},
		{"test kit of an adapter", "shoal/pipeline/store/storetest", "shoal/pipeline/store", false},
		{"test kit of another adapter", "shoal/pipeline/store/storetest", "shoal/pipeline/embedded", true},
		{"adapter uses its test kit", "shoal/pipeline/store", "shoal/pipeline/store/storetest", true},
		{"inside the engine", "shoal/cluster", "shoal/cluster/fuzzyhash", false},
		{"flow uses records", "shoal/pipeline", "shoal/pipeline/record", false},
		{"engine uses strings", "shoal/cluster", "strings", false},
		{"owner of a library", "shoal/pipeline/message", "github.com/jhillyerd/enmime/v2", false},
		{"adapter uses adapter", "shoal/pipeline/kafka", "shoal/pipeline/store", true},
		{"exception the other way", "shoal/pipeline/message", "shoal/pipeline/extract", true},
		{"adapter uses command", "shoal/pipeline/kafka", "shoal/cmd/shoal", true},
		{"flow uses adapter", "shoal/pipeline", "shoal/pipeline/kafka", true},
		{"record uses flow", "shoal/pipeline/record", "shoal/pipeline", true},
		{"engine uses flow", "shoal/cluster/score", "shoal/pipeline/record", true},
		{"engine opens files", "shoal/cluster/score", "os", true},
		{"engine uses addresses as values", "shoal/cluster/header", "net/netip", false},
		{"engine dials", "shoal/cluster", "net/http", true},
		{"engine logs", "shoal/cluster", "log/slog", true},
		{"engine uses Kafka", "shoal/cluster", "github.com/segmentio/kafka-go", true},
		{"stranger to a library", "shoal/pipeline/extract", "github.com/jhillyerd/enmime/v2", true},
		{"subpackage of a library", "shoal/cmd/shoal", "github.com/ClickHouse/clickhouse-go/v2/lib/driver", true},
		{"namesake of a library", "shoal/cmd/shoal", "github.com/twmb/franz-go/pkg/kfake2", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			faults := pairFaults(tt.from, tt.to)
			if got := len(faults) > 0; got != tt.faulty {
				t.Errorf("pairFaults(%q, %q) = %q, want faulty %v", tt.from, tt.to, faults, tt.faulty)
			}
		})
	}
	packages := []listed{{ImportPath: "shoal/pipeline/message", Imports: []string{"github.com/jhillyerd/enmime/v2"}}}
	want := slices.Sorted(maps.Keys(soleImporters))
	want = slices.DeleteFunc(want, func(lib string) bool { return lib == "github.com/jhillyerd/enmime" })
	if diff := cmp.Diff(want, unusedLibraries(packages)); diff != "" {
		t.Errorf("unusedLibraries (-want +got):\n%s", diff)
	}
}

// importFaults lists what is wrong with the imports of the module's packages.
func importFaults(packages []listed) []string {
	var faults []string
	for _, p := range packages {
		for _, to := range p.Imports {
			faults = append(faults, pairFaults(p.ImportPath, to)...)
		}
	}
	for _, lib := range unusedLibraries(packages) {
		faults = append(faults, fmt.Sprintf("%s is not imported by %s", lib, soleImporters[lib]))
	}
	return faults
}

// pairFaults lists the rules that package from breaks by importing package to.
func pairFaults(from, to string) []string {
	var faults []string
	fault := func(why string) { faults = append(faults, fmt.Sprintf("%s imports %s: %s", from, to, why)) }
	engine := within(from, "shoal/cluster")
	switch {
	case !within(to, "shoal"):
		forbidden := slices.ContainsFunc(engineForbids, func(p string) bool { return within(to, p) })
		if engine && forbidden && !slices.Contains(engineAllows, to) {
			fault("the engine does no input or output, keeps no log and takes no chance")
		}
	case engine && within(to, "shoal/cluster"):
	case layer(from) == layer(to) && adapterImports[from+" -> "+to] != "":
	case layer(to) == 3 && path.Dir(from) == to: // an adapter's own test kit
	case layer(from) <= layer(to):
		fault("imports go cmd, pipeline/*, pipeline, pipeline/record, cluster/* and never back or sideways")
	}
	for lib, owner := range soleImporters {
		if within(to, lib) && from != owner {
			fault("only " + owner + " imports this library")
		}
	}
	return faults
}

// layer orders the packages: one imports only what has a lower number.
func layer(pkg string) int {
	switch {
	case within(pkg, "shoal/cluster"):
		return 0
	case pkg == "shoal/pipeline/record":
		return 1
	case pkg == "shoal/pipeline":
		return 2
	case within(pkg, "shoal/pipeline"):
		return 3
	default:
		return 4
	}
}

// unusedLibraries are those of soleImporters that their package does not import,
// in its tests either: the rule would guard nothing.
func unusedLibraries(packages []listed) []string {
	var unused []string
	for lib, owner := range soleImporters {
		if !slices.ContainsFunc(packages, func(p listed) bool {
			imports := slices.Concat(p.Imports, p.TestImports)
			return p.ImportPath == owner && slices.ContainsFunc(imports, func(to string) bool { return within(to, lib) })
		}) {
			unused = append(unused, lib)
		}
	}
	slices.Sort(unused)
	return unused
}

// within says whether path is root or below it.
func within(pkg, root string) bool {
	rest, ok := strings.CutPrefix(pkg, root)
	return ok && (rest == "" || rest[0] == '/')
}

// modulePackages reads the imports of every package of the module, those of
// tests aside. It reads the files itself, so that the test cache sees them.
func modulePackages(t *testing.T) []listed {
	t.Helper()
	root := ".."
	var packages []listed
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); dir != root && (name[0] == '.' || name[0] == '_' || name == "testdata") {
			return fs.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		if _, empty := errors.AsType[*build.NoGoError](err); empty {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, dir)
		packages = append(packages, listed{
			ImportPath: path.Join("shoal", filepath.ToSlash(rel)),
			Imports:    p.Imports, TestImports: slices.Concat(p.TestImports, p.XTestImports),
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}
