package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// whole runs `shoal run` into fresh folders until all is stored, and stops it.
// of-extraction is its rate per core as a share of that of extraction alone,
// measured in turn with it: /cpu-s of the processor time of both processes, /wall
// of the time it took on all cores. With net, what the same run takes for one
// message, which is the engines' start and stop, is not counted. of-stages is the
// sum of what the stages took that were measured before, as a share of what the
// whole took net of start. A small set says little here: its batches wait for more
// and its inserts are small.
func (s *sample) whole(b *testing.B, library string) {
	if runtime.GOOS != "linux" {
		b.Skip("the figures of a process are read from /proc")
	}
	one := filepath.Join(b.TempDir(), "one.eml")
	if err := os.WriteFile(one, s.reports[0].Raw, 0o600); err != nil {
		b.Fatal(err)
	}
	var all, start, alone outlay
	for b.Loop() {
		b.StopTimer()
		start.add(runUntilStored(b, library, one, 1))
		alone.add(s.alone(b))
		b.StartTimer()
		all.add(runUntilStored(b, library, s.path, len(s.reports)))
	}
	n := float64(b.N * len(s.reports))
	b.SetBytes(s.bytes)
	b.ReportMetric(n/all.wall.Seconds(), "messages/s")
	b.ReportMetric(n/all.cpu().Seconds(), "messages/cpu-s")
	b.ReportMetric(1000/n*all.own.Seconds(), "shoal-cpu-s/1000")
	b.ReportMetric(1000/n*all.engine.Seconds(), "engine-cpu-s/1000")
	b.ReportMetric(all.ownMB, "shoal-MB")
	b.ReportMetric(all.engineMB, "engine-MB")
	b.ReportMetric(start.wall.Seconds()/float64(b.N), "start-s")
	b.ReportMetric(start.cpu().Seconds()/float64(b.N), "start-cpu-s")
	cores := time.Duration(runtime.NumCPU())
	b.ReportMetric(ratio(alone.cpu(), all.cpu()), "of-extraction/cpu-s")
	b.ReportMetric(ratio(alone.cpu(), all.cpu()-start.cpu()), "net-of-extraction/cpu-s")
	if len(s.stages) == 6 { // all of them
		var sum time.Duration
		for _, d := range s.stages {
			sum += d * time.Duration(b.N)
		}
		b.ReportMetric(ratio(sum, all.cpu()-start.cpu()), "net-of-stages/cpu-s")
	}
	b.ReportMetric(ratio(alone.wall, all.wall*cores), "of-extraction/wall")
	b.ReportMetric(ratio(alone.wall, (all.wall-start.wall)*cores), "net-of-extraction/wall")
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// outlay is what a run of the program took.
type outlay struct {
	wall, own, engine time.Duration
	ownMB, engineMB   float64 // peaks
}

func (o *outlay) cpu() time.Duration { return o.own + o.engine }

func (o *outlay) add(x outlay) {
	o.wall, o.own, o.engine = o.wall+x.wall, o.own+x.own, o.engine+x.engine
	o.ownMB, o.engineMB = max(o.ownMB, x.ownMB), max(o.engineMB, x.engineMB)
}

// alone is the outlay of extraction in one goroutine.
func (s *sample) alone(b *testing.B) outlay {
	runtime.GC()
	began, cpu := time.Now(), ownCPU()
	if _, err := s.extracted(b.Context()); err != nil {
		b.Fatal(err)
	}
	return outlay{wall: time.Since(began), own: ownCPU() - cpu}
}

// stored is what `shoal run` says when it has stored what it was given.
var stored = regexp.MustCompile(`(\d+) reports stored, (\d+) repeats, (\d+) dead`)

// listener takes what a program says, and calls heard once, when stored matches.
type listener struct {
	mu    sync.Mutex
	said  bytes.Buffer
	heard func()
}

func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said.Write(p)
	if l.heard != nil && stored.Match(l.said.Bytes()) {
		l.heard()
		l.heard = nil
	}
	return len(p), nil
}

// runUntilStored imports a path into a fresh folder and expects so many reports of
// it.
func runUntilStored(b *testing.B, library, path string, want int) outlay {
	data := filepath.Join(b.TempDir(), "data")
	cmd := exec.CommandContext(b.Context(), "shoal", "run", path)
	cmd.Env = append(os.Environ(), "SHOAL_LIBCHDB="+library, "SHOAL_DATA="+data,
		"SHOAL_LISTEN=127.0.0.1:0", "SHOAL_CLICKHOUSE_LISTEN=127.0.0.1:0", "SHOAL_KAFKA_PORT=0")
	l := &listener{heard: func() { _ = cmd.Process.Signal(syscall.SIGTERM) }}
	cmd.Stderr = l
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	out := watchProcess(cmd.Process.Pid, filepath.Join(data, "clickhouse", "engine.lock"))
	out.wall = time.Since(began)
	// A message that cannot be read makes the status 1 and is no failure here.
	var status *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &status) {
		b.Fatal(err)
	}
	got := 0
	if m := stored.FindStringSubmatch(l.said.String()); m != nil {
		for _, s := range m[1:] {
			n, _ := strconv.Atoi(s)
			got += n
		}
	}
	if got != want {
		b.Fatalf("%d reports accounted for, want %d:\n%s", got, want, l.said.String())
	}
	return out
}

// watchProcess follows `shoal run` until it has ended. It must not be waited for
// yet: only of a process that nobody waited for does the system still tell its
// time and, apart, that of its child, the engine.
func watchProcess(pid int, engineLock string) (out outlay) {
	id := strconv.Itoa(pid)
	for {
		out.ownMB = max(out.ownMB, memory(id, "VmHWM"))
		if b, err := os.ReadFile(engineLock); err == nil {
			out.engineMB = max(out.engineMB, memory(strings.TrimSpace(string(b)), "VmHWM"))
		}
		if t := cpuOf(id); t.ended {
			out.own, out.engine = t.own, t.children
			return out
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // of oneself it is always known
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// processTime is the processor time of a process and of its children that it
// waited for.
type processTime struct {
	own, children time.Duration
	ended         bool
}

// cpuOf reads /proc/PID/stat; see proc(5). What is not there has ended.
func cpuOf(pid string) processTime {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, ok := strings.Cut(string(b), ") ") // the name before may hold anything
	f := strings.Fields(rest)
	if err != nil || !ok || len(f) < 15 {
		return processTime{ended: true}
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(f[i], 10, 64)
		return time.Duration(n) * (time.Second / 100)
	}
	return processTime{own: ticks(11) + ticks(12), children: ticks(13) + ticks(14), ended: f[0] == "Z"}
}

// memory reads a size of /proc/PID/status in MB, 0 where there is none.
func memory(pid, field string) float64 {
	b, _ := os.ReadFile("/proc/" + pid + "/status")
	_, rest, _ := strings.Cut(string(b), "\n"+field+":")
	kB, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseFloat(kB, 64)
	return n * 1024 / 1e6
}
