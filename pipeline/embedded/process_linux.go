package embedded

import (
	"os/exec"
	"syscall"
)

// tieToParent has the kernel kill the child when the parent's thread ends, and
// keeps the terminal's interrupts from it. Elsewhere the child ends when its
// standard input does.
func tieToParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
