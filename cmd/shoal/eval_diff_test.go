package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"shoal/cluster"
)

// matesOf gives, for each message, those in one campaign with it.
func matesOf(g *grouping) map[string]string {
	of := map[string][]string{}
	ids := g.campaigns()
	for i, name := range g.names {
		of[ids[i]] = append(of[ids[i]], filepath.Base(name))
	}
	out := map[string]string{}
	for i, name := range g.names {
		if ids[i] != "-" {
			out[filepath.Base(name)] = strings.Join(of[ids[i]], " ")
		}
	}
	return out
}

// TestThresholdDiff compares what is said to change with two groupings, message
// by message: with labels, and without.
func TestThresholdDiff(t *testing.T) {
	tr := evaluated(t, cluster.DefaultConfig().Join)
	before := matesOf(tr.group(cluster.DefaultConfig()))
	for _, join := range []string{"4.5", "-6"} {
		cfg := cluster.DefaultConfig()
		cfg.Join, _ = strconv.ParseFloat(join, 64)
		after := matesOf(tr.group(cfg))
		changed := 0
		for _, r := range tr.log {
			if name := filepath.Base(r.name); before[name] != after[name] {
				changed++
			}
		}
		if changed == 0 {
			t.Fatalf("join %s changes nothing", join)
		}
		for _, dir := range []string{corpus, filepath.Join(corpus, "messages")} {
			out := shoal(t, 0, "eval", dir, "--threshold-diff", "--join="+join)
			checkDiff(t, out, changed)
			if labelled := strings.Contains(out, "lenient"); labelled != (dir == corpus) {
				t.Errorf("eval %s --join %s: scores %v", dir, join, labelled)
			}
			if again := shoal(t, 0, "eval", dir, "--threshold-diff", "--join="+join); again != out {
				t.Errorf("eval %s --join %s answers otherwise the second time", dir, join)
			}
		}
	}
}

var (
	diffTotal  = regexp.MustCompile(`(?m)^changed: (\d+) messages in (\d+) places`)
	diffChange = regexp.MustCompile(`(?m)^(split|merged|regrouped): (\d+) messages`)
	diffPart   = regexp.MustCompile(`(?m)^  (before|after| {6}) +(\d+) `)
)

// checkDiff checks that parts add up to changes and changes to the total, largest
// first.
func checkDiff(t *testing.T, out string, changed int) {
	t.Helper()
	total := diffTotal.FindStringSubmatch(out)
	if total == nil || total[1] != strconv.Itoa(changed) {
		t.Fatalf("want %d messages changed in\n%s", changed, out)
	}
	heads := diffChange.FindAllStringSubmatchIndex(out, -1)
	if strconv.Itoa(len(heads)) != total[2] {
		t.Errorf("%d changes, want %s in\n%s", len(heads), total[2], out)
	}
	sum, last := 0, changed
	for i, h := range heads {
		n, _ := strconv.Atoi(out[h[4]:h[5]])
		end := len(out)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		parts := 0
		for _, p := range diffPart.FindAllStringSubmatch(out[h[0]:end], -1) {
			size, _ := strconv.Atoi(p[2])
			parts += size
		}
		if parts != 2*n && !strings.Contains(out[h[0]:end], " more\n") || n > last {
			t.Errorf("change of %d messages after one of %d, parts %d:\n%s", n, last, parts, out[h[0]:end])
		}
		sum, last = sum+n, n
	}
	if sum != changed {
		t.Errorf("changes of %d messages, want %d", sum, changed)
	}
}

// TestThresholdDiffNames: files of one name in two folders are two messages.
func TestThresholdDiffNames(t *testing.T) {
	dir := t.TempDir()
	for i, box := range []string{"a", "b", "c"} {
		mail := "From: a@b.example\nSubject: one subject for all of them\n\n" +
			strings.Repeat("The same long text about a parcel that waits at the depot. ", 5) + strconv.Itoa(i) + "\n"
		mail = strings.Replace(mail, "all of them", box, 1)
		if err := os.MkdirAll(filepath.Join(dir, box), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, box, "1.eml"), []byte(mail), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A file is a PATH as well; alone it has nobody to leave.
	shoal(t, 0, "eval", filepath.Join(dir, "a", "1.eml"), "--threshold-diff", "--join=1000")
	out := shoal(t, 0, "eval", dir, "--threshold-diff", "--join=1000")
	for _, want := range []string{"changed: 3 messages in 1 places", "campaigns 1 -> 0, messages alone 0 -> 3 of 3", `a/1.eml "one subject for a"`} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

func TestThresholdDiffWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{"eval", corpus, "--threshold-diff"},
		{"eval", corpus, "--threshold-diff", "--join=1", "--report=x"},
		{"eval", corpus, "--threshold-diff", "--join=1", "--folds=3"},
	} {
		shoal(t, 2, args...)
	}
	shoal(t, 1, "eval", filepath.Join(corpus, "messages")) // has no labels
}
