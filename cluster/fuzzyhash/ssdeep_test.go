package fuzzyhash

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// tool runs the C command. A laptop may be without it, CI may not.
func tool(t *testing.T, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("ssdeep")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ssdeep is not installed")
		}
		t.Skip("ssdeep is not installed")
	}
	out, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatalf("ssdeep %s: %v", args[0], err)
	}
	return out
}

// TestSumAgainstTool compares with what `ssdeep` prints for files of the test's
// inputs, and for every file under the folder SHOAL_DEV_DATA, if that is set.
func TestSumAgainstTool(t *testing.T) {
	dir := t.TempDir()
	for i, s := range samples() {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d", i)), s.data(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	checkFolder(t, dir)
	if real := os.Getenv("SHOAL_DEV_DATA"); real != "" {
		checkFolder(t, real)
	}
}

func checkFolder(t *testing.T, dir string) {
	t.Helper()
	n := 0
	for line := range strings.Lines(string(tool(t, "-s", "-r", dir))) {
		want, name, ok := strings.Cut(strings.TrimSpace(line), ",")
		if !ok || strings.HasPrefix(line, "ssdeep,") {
			continue
		}
		data, err := os.ReadFile(strings.Trim(name, `"`))
		if err != nil {
			t.Fatal(err)
		}
		if got := Sum(data); got != want {
			t.Errorf("Sum(%s) = %q, want %q", name, got, want)
		}
		n++
	}
	t.Logf("%d files of %s", n, dir)
	if n < 100 {
		t.Errorf("ssdeep printed %d digests, too few to prove anything", n)
	}
}

// TestCompareAgainstTool compares all pairs of a corpus with the scores that
// `ssdeep -x -a` prints.
func TestCompareAgainstTool(t *testing.T) {
	texts, parsed := corpus(t, 300)
	list := bytes.NewBufferString("ssdeep,1.1--blocksize:hash:hash,filename\n")
	for i, s := range texts {
		fmt.Fprintf(list, "%s,\"%d\"\n", s, i)
	}
	name := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(name, list.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(tool(t, "-x", "-a", "-c", name))); lines.Scan(); {
		if lines.Text() == "" {
			continue
		}
		i, j, want := scoreLine(t, lines.Text())
		if got := Compare(&parsed[i], &parsed[j]); got != want {
			t.Errorf("Compare(%q, %q) = %d, want %d", texts[i], texts[j], got, want)
		}
		n++
	}
	if want := len(texts) * (len(texts) - 1); n != want {
		t.Errorf("ssdeep printed %d scores, want %d", n, want)
	}
}

// scoreLine reads `"i","j",score`.
func scoreLine(t *testing.T, line string) (i, j, score int) {
	t.Helper()
	f := strings.Split(line, ",")
	if len(f) != 3 {
		t.Fatalf("ssdeep printed %q", line)
	}
	var n [3]int
	for k := range f {
		var err error
		if n[k], err = strconv.Atoi(strings.Trim(f[k], `"`)); err != nil {
			t.Fatalf("ssdeep printed %q: %v", line, err)
		}
	}
	return n[0], n[1], n[2]
}
