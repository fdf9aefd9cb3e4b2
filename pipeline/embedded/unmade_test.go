package embedded_test

import (
	"os"
	"path/filepath"
	"testing"

	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// TestOpensAfterCutCreate: a CREATE DATABASE that a full disk or a kill cut off leaves
// an empty file. The engine opens all the same.
func TestOpensAfterCutCreate(t *testing.T) {
	dir := t.TempDir()
	embeddedtest.Start(t, embedded.Config{Dir: dir}).Stop()
	cut := filepath.Join(dir, "store", "metadata", "shoal.sql")
	if err := os.MkdirAll(filepath.Dir(cut), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	embeddedtest.Start(t, embedded.Config{Dir: dir}) // fails the test where it does not come up
	if _, err := os.Stat(cut); !os.IsNotExist(err) {
		t.Errorf("the empty file is there still: %v", err)
	}
}
