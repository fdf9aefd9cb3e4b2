// Command shoal groups reported mail into campaigns.
//
// It is one binary: the whole pipeline on one machine (run), each of its
// services for production (worker, clusterer, writer, serve), and the tools of
// analysts. `shoal help` lists the commands.
//
// Flags, environment and wiring are here and nowhere else; what the parts do is
// told by the packages under pipeline and cluster.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"shoal/pipeline/embedded"
)

func main() {
	embedded.ChildMain() // the embedded ClickHouse is this binary again
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit status: 0 good, 1 failed,
// 2 wrong use.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}
	return a.execute(ctx, args)
}
