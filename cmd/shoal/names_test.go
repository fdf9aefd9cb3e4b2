package main

import (
	"encoding/csv"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdNames says which files name a person: names FILE... fails where a local part
// of the corpus's recipients stands in one as a word; ! names FILE... where none
// does. Files may be stdout and stderr, of the last command.
func cmdNames(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: names FILE...")
	}
	locals := recipientLocals(ts)
	for _, file := range args {
		text := ts.ReadFile(file)
		if len(strings.TrimSpace(text)) == 0 {
			ts.Fatalf("%s is empty: nothing was looked at", file)
		}
		found := namedIn(text, locals)
		switch {
		case neg && len(found) > 0:
			ts.Fatalf("%s names %d recipients, such as %q", file, len(found), found[:min(len(found), 5)])
		case !neg && len(found) == 0:
			ts.Fatalf("%s names nobody", file)
		}
	}
}

var senderLine = regexp.MustCompile(`(?m)^From: .*?([A-Za-z0-9._+-]+)@`)

// recipientLocals are the local parts of the recipients in the corpus, without
// those of its senders, who stand in clear.
func recipientLocals(ts *testscript.TestScript) map[string]bool {
	table := ts.ReadFile(filepath.Join(ts.Getenv("CORPUS"), "voters.csv"))
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	ts.Check(err)
	locals := map[string]bool{}
	for _, row := range rows[1:] {
		local, _, _ := strings.Cut(row[0], "@")
		locals[strings.ToLower(local)] = true
	}
	senders := filepath.Join(ts.Getenv("CORPUS"), "messages")
	ts.Check(filepath.WalkDir(senders, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, m := range senderLine.FindAllStringSubmatch(ts.ReadFile(path), -1) {
			delete(locals, strings.ToLower(m[1]))
		}
		return nil
	}))
	if len(locals) < 200 {
		ts.Fatalf("%d local parts, want those of the corpus", len(locals))
	}
	return locals
}

// namedIn lists the local parts that stand in text as words.
func namedIn(text string, locals map[string]bool) []string {
	var found []string
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' || r == '+')
	}) {
		for _, w := range []string{word, strings.Trim(word, ".-_+")} {
			if locals[w] && !seen[w] {
				seen[w] = true
				found = append(found, w)
			}
		}
	}
	return found
}
