package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline/embedded/embeddedtest"
)

const readme = "../../README.md"

// answered is a query of the README and the answer printed below it.
var answered = regexp.MustCompile("(?s)```sql\n(.*?)```\n```text\n(.*?)```")

// TestReadme asks the README's questions of the demo's data. With -update their
// answers are written anew; what the demo prints is to be pasted by hand.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	shoal := demo(t)
	questions := answered.FindAllStringSubmatchIndex(text, -1)
	if len(questions) != 10 {
		t.Errorf("README.md has %d queries with answers, want 10", len(questions))
	}
	var fresh strings.Builder
	done := 0
	for _, q := range questions {
		query, want := text[q[2]:q[3]], text[q[4]:q[5]]
		got := shoal("sql", query)
		if diff := cmp.Diff(want, got); diff != "" && !*update {
			t.Errorf("README.md has another answer (-README +shoal) to\n%s\n%s", query, diff)
		}
		fresh.WriteString(text[done:q[4]] + got)
		done = q[5]
	}
	if *update {
		if err := os.WriteFile(readme, []byte(fresh.String()+text[done:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	printed := lines(shoal("campaigns") + shoal("summary", "--day", "2020-10-20", "--no-sql"))
	for line := range lines(shown(t, text)) {
		if !printed[line] {
			t.Errorf("README.md shows a line that the demo does not print:\n%s", line)
		}
	}
}

// demo does what `make demo` does, and returns a function that runs the program
// on the outcome and returns what it prints.
func demo(t *testing.T) func(args ...string) string {
	library := embeddedtest.Library(t)
	data := filepath.Join(t.TempDir(), "demo")
	shoal := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "shoal", args...)
		cmd.Env = append(os.Environ(), "SHOAL_LIBCHDB="+library, "SHOAL_DATA="+data,
			"SHOAL_LISTEN=127.0.0.1:0", "SHOAL_CLICKHOUSE_LISTEN=127.0.0.1:0", "SHOAL_KAFKA_PORT=0")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("shoal %s: %v\n%s", args[0], err, stderr.String())
		}
		return string(out)
	}
	corpus := filepath.Join("..", "..", "testdata")
	shoal("run", "--once", "--attrs", filepath.Join(corpus, "voters.csv"), "--baseline", filepath.Join(corpus, "baseline.csv"),
		"--networks", filepath.Join(corpus, "networks.csv"), filepath.Join(corpus, "messages"))
	return shoal
}

// shown returns what the README shows of the demo's output: the block of
// campaigns and the quoted part of the summary.
func shown(t *testing.T, text string) string {
	_, rest, ok := strings.Cut(text, "prints the campaigns:\n\n```text\n")
	campaigns, rest, end := strings.Cut(rest, "```\n")
	quoted := regexp.MustCompile(`(?m)^> (.*)$`).FindAllStringSubmatch(rest, -1)
	if !ok || !end || len(quoted) == 0 {
		t.Fatal("README.md does not show what the demo prints")
	}
	var b strings.Builder
	b.WriteString(campaigns)
	for _, q := range quoted {
		b.WriteString(q[1] + "\n")
	}
	return b.String()
}

// lines are the lines of a text without the blanks at their ends, but for those
// that stand for others.
func lines(text string) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \n"); line != "" && line != "…" {
			set[line] = true
		}
	}
	return set
}
