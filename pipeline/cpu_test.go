//go:build unix

package pipeline

import (
	"syscall"
	"time"
)

// cpu is the processor time that the process has used: what a benchmark measures
// on a machine that does other work.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
