//go:build !linux

package embedded

import (
	"os/exec"
	"syscall"
)

// tieToParent keeps the terminal's interrupts from the child. The child ends
// when its standard input does, which the parent's end closes.
func tieToParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
