package chaos

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// proc is a process that is started again when it ends, unless it is a command that
// ends by itself.
type proc struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

func (p *proc) wait() error {
	<-p.done
	return p.err
}

// spawn starts a process under a name. What it says goes to a file of that name.
func (w *world) spawn(name, program string, args ...string) *proc {
	p := &proc{cmd: w.command(program, args...), done: make(chan struct{})}
	out, err := os.OpenFile(filepath.Join(w.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		p.cmd.Stdout, p.cmd.Stderr = out, out
		err = p.cmd.Start()
		out.Close()
	}
	if p.err = err; err != nil {
		close(p.done)
		return p
	}
	w.mu.Lock()
	w.procs[name] = p
	w.ran[name]++
	w.mu.Unlock()
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p
}

// keep runs a process under a name and starts it again whenever it ends, until the
// world is over.
func (w *world) keep(name string, args ...string) {
	pauses := []time.Duration{0, 100 * time.Millisecond, 700 * time.Millisecond, 300 * time.Millisecond}
	program := slices.Concat(w.under, []string{w.bin}, args)
	w.kept.Add(1)
	go func() {
		defer w.kept.Done()
		for n := 0; !w.over.Load(); n++ {
			_ = w.spawn(name, program[0], program[1:]...).wait()
			time.Sleep(pauses[n%len(pauses)])
		}
	}()
}

// kill kills what runs under a name, as kill -9 does, and counts it. It is false
// where nothing did.
func (w *world) kill(name string) bool {
	if name == "engine" && w.embedded {
		return w.count(name, w.killPID(w.enginePID(w.data())))
	}
	return w.count(name, w.signal(name, syscall.SIGKILL))
}

func (w *world) killPID(pid int) bool { return pid != 0 && syscall.Kill(pid, syscall.SIGKILL) == nil }

func (w *world) count(name string, killed bool) bool {
	if killed {
		w.kills[name]++
	}
	return killed
}

func (w *world) signal(name string, sig syscall.Signal) bool {
	w.mu.Lock()
	p := w.procs[name]
	w.mu.Unlock()
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return p.cmd.Process.Signal(sig) == nil
	}
}

// stop ends all that is kept, in an orderly way, for good.
func (w *world) stop() {
	w.over.Store(true)
	gone := make(chan struct{})
	go func() { w.kept.Wait(); close(gone) }()
	for deadline := time.Now().Add(time.Minute); ; {
		sig := syscall.SIGINT
		if time.Now().After(deadline) {
			sig = syscall.SIGKILL
		}
		for _, name := range w.names() {
			if w.signal(name, sig) && sig == syscall.SIGKILL {
				w.t.Errorf("%s did not stop", name)
			}
		}
		select {
		case <-gone:
			return
		case <-time.After(5 * time.Second):
		}
	}
}

func (w *world) names() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.procs))
}

// end stops what still runs; after a failure it shows what was said last.
func (w *world) end() {
	w.stop()
	if !w.t.Failed() {
		return
	}
	for _, name := range w.names() {
		said, _ := os.ReadFile(filepath.Join(w.dir, name+".log"))
		w.t.Logf("%s said last:\n%s", name, tail(string(said)))
	}
}
