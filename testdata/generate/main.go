// Command generate writes the corpus of testdata: invented mail with labels,
// the voters whom it reached and the population they are measured against.
//
// It tells the case that shoal is built for with invented names throughout: a
// forged identity, two lures of one operation, hoaxes that use the same name,
// and the ordinary and criminal mail of the same days around it. The output is
// checked in and depends on nothing but this code; a test compares the two.
// Domains are reserved ones (RFC 2606, RFC 6761), addresses of hosts come from
// the documentation ranges (RFC 5737, RFC 3849), AS numbers from RFC 5398.
//
// The corpus is for demonstration and for tests of the road. It is too small
// and too tidy to measure the quality of clustering: that takes real mail.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

// run writes the corpus below the folder that args name and returns the exit
// status.
func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", "testdata", "folder to write to; its messages folder is replaced")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := write(*out, corpus()); err != nil {
		fmt.Fprintln(stderr, "generate:", err)
		return 1
	}
	return 0
}

// write replaces the corpus below dir by files.
func write(dir string, files []file) error {
	if err := os.RemoveAll(filepath.Join(dir, "messages")); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
