package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// TestMain makes this binary the embedded engine, the program itself (as the
// scripts' command shoal), or the tests.
func TestMain(m *testing.M) {
	embedded.ChildMain()
	testscript.Main(m, map[string]func(){"shoal": main})
}

// TestScript runs testdata/script/*.txtar: the real program on the real engines.
func TestScript(t *testing.T) {
	library := embeddedtest.Library(t)
	corpus, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Deadline:            time.Now().Add(5 * time.Minute),
		Cmds:                scriptCommands,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHOAL_LIBCHDB", library)
			env.Setenv("CORPUS", corpus)
			env.Setenv("SHOAL_DATA", filepath.Join(env.WorkDir, "data"))
			// Scripts run at the same time: each takes ports of its own.
			env.Setenv("SHOAL_LISTEN", "127.0.0.1:0")
			env.Setenv("SHOAL_CLICKHOUSE_LISTEN", "127.0.0.1:0")
			env.Setenv("SHOAL_KAFKA_PORT", "0")
			return os.MkdirAll(env.Getenv("TMPDIR"), 0o700)
		},
	})
}
