package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/kafka/kafkatest"
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
	p := params(t, "testdata/script")
	testscript.Run(t, p)
}

// TestServices runs testdata/services/*.txtar: the services as processes of their
// own on a real Apache Kafka.
func TestServices(t *testing.T) {
	p := params(t, "testdata/services")
	broker := kafkatest.Start(t)
	setup := p.Setup
	p.Setup = func(env *testscript.Env) error {
		env.Setenv("KAFKA", broker.Addr())
		return setup(env)
	}
	testscript.Run(t, p)
}

func params(t *testing.T, dir string) testscript.Params {
	library := embeddedtest.Library(t)
	corpus, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
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
	}
}
