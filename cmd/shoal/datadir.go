package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
)

// dataDir is the folder of one machine's engines and secrets.
type dataDir string

const defaultData = "./shoal-data"

func (d *dataDir) register(fs *pflag.FlagSet) {
	fs.StringVar((*string)(d), "data", defaultData, "`DIR` with the embedded engines' data, the key and the tokens")
}

func (d dataDir) path(name string) string { return filepath.Join(string(d), name) }

func (d dataDir) broker() string    { return d.path("kafka") }
func (d dataDir) engine() string    { return d.path("clickhouse") }
func (d dataDir) snapshots() string { return d.path("snapshots") }
func (d dataDir) key() string       { return d.path("key") }
func (d dataDir) tokens() string    { return d.path("tokens") }
func (d dataDir) state() string     { return d.path("run.json") }

// create makes the folder, for this user alone.
func (d dataDir) create() error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// used says whether an engine has ever stored something here.
func (d dataDir) used() bool {
	_, err := os.Stat(d.engine())
	return err == nil
}
