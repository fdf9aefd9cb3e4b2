package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// forgetUnmade takes away what a CREATE DATABASE leaves that was cut off, by a full
// disk or a kill: an empty file of metadata, over which the engine would not open its
// folder again. Such a database was never there. One that has tables is left alone.
func forgetUnmade(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "metadata", "*.sql"))
	if err != nil {
		return fmt.Errorf("look for metadata: %w", err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil || info.Size() > 0 {
			continue
		}
		if tables, err := os.ReadDir(strings.TrimSuffix(f, ".sql")); err == nil && len(tables) > 0 {
			continue
		}
		if err := os.Remove(f); err != nil {
			return fmt.Errorf("remove empty metadata: %w", err)
		}
	}
	return nil
}
