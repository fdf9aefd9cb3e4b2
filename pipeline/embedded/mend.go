package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mendMetadata makes a folder one that the engine opens again after a CREATE DATABASE
// that a full disk or a kill cut off: its file of metadata is then empty, though the
// statement may have been answered and tables made. The folder of an Atomic database
// says all that the file did; where there is none the database was never made.
func mendMetadata(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "metadata", "*.sql"))
	if err != nil {
		return fmt.Errorf("look for metadata: %w", err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil || info.Size() > 0 {
			continue
		}
		if err := mendDatabase(f); err != nil {
			return fmt.Errorf("mend metadata: %w", err)
		}
	}
	return nil
}

func mendDatabase(file string) error {
	folder, err := os.Readlink(strings.TrimSuffix(file, ".sql"))
	if err != nil {
		return os.Remove(file)
	}
	text := fmt.Sprintf("ATTACH DATABASE _ UUID '%s'\nENGINE = Atomic\n", filepath.Base(folder))
	mended := file + ".mended"
	if err := os.WriteFile(mended, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(mended, file)
}
