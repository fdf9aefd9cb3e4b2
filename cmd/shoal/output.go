package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// say tells the user something on standard error, unless --quiet.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		a.warn(format, args...)
	}
}

// warn tells the user, on standard error, what must not be missed: --quiet does not
// silence it.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.stderr, "shoal: "+format+"\n", args...)
}

// oneOf checks the value of a flag.
func oneOf(flag, value string, want ...string) error {
	if slices.Contains(want, value) {
		return nil
	}
	return usagef("--%s %s: want %s", flag, value, strings.Join(want, ", "))
}

// toFile calls write with standard output, or with the file at path, which is
// then there whole or as it was.
func (a *app) toFile(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(a.stdout)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(tmp.Name())
	if err := write(tmp); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Chmod(tmp.Name(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(tmp.Name(), path)
}
