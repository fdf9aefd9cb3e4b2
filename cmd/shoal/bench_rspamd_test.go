package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/intake"
)

// BenchmarkRspamd sets shoal beside rspamd, in turn and in one run, over the .eml
// files of SHOAL_DEV_DATA, else of testdata: `rspamadm mime stat -F` parses,
// decodes and normalises the same messages and prints the fuzzy hashes of their
// parts. All times are of the processor, one core each.
//
// features is parsing, extraction and the record, without either program's
// start; its x-rspamd is shoal's rate over rspamd's. cluster is the whole command
// `shoal cluster` against the whole one of rspamd; its x-rspamd is rspamd's time
// over shoal's.
func BenchmarkRspamd(b *testing.B) {
	rspamadm, err := exec.LookPath("rspamadm")
	if err != nil {
		b.Skip("rspamadm is not installed")
	}
	p := newPeer(b, rspamadm)
	b.Run("features", p.features)
	b.Run("cluster", p.cluster)
}

// peer is rspamd and the messages that both programs read.
type peer struct {
	rspamadm, dir string
	names         []string // in dir
	bytes         int64
	reports       []pipeline.Report
}

func newPeer(b *testing.B, rspamadm string) *peer {
	p := &peer{rspamadm: rspamadm, dir: b.TempDir()}
	from := os.Getenv("SHOAL_DEV_DATA")
	if from == "" {
		from = filepath.Join("..", "..", "testdata", "messages")
	}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		return p.copy(path)
	})
	if err == nil {
		p.reports, err = readReports(b.Context(), p.dir)
	}
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// copy takes a message under a name that no program takes for a flag.
func (p *peer) copy(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%06d.eml", len(p.names))
	p.names, p.bytes = append(p.names, name), p.bytes+int64(len(raw))
	return os.WriteFile(filepath.Join(p.dir, name), raw, 0o600)
}

// run is the processor time of a command on one core.
func (p *peer) run(b *testing.B, name string, args ...string) time.Duration {
	cmd := exec.CommandContext(b.Context(), name, args...)
	cmd.Dir, cmd.Env = p.dir, append(os.Environ(), "GOMAXPROCS=1")
	var said bytes.Buffer
	cmd.Stderr = &said // stdout goes to the null device
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, said.Bytes())
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

func (p *peer) stat(b *testing.B, names ...string) time.Duration {
	return p.run(b, p.rspamadm, append([]string{"mime", "stat", "-F"}, names...)...)
}

func (p *peer) features(b *testing.B) {
	records := make([]pipeline.Record, len(p.reports))
	for i := range records {
		records[i] = intake.ToRecord(&p.reports[i])
		records[i].Time = time.Unix(1_800_000_000, 0)
	}
	s := sample{raw: records}
	var own, theirs time.Duration
	size := 0
	for b.Loop() {
		b.StopTimer()
		theirs += p.stat(b, p.names...) - p.stat(b, p.names[0])
		runtime.GC()
		b.StartTimer()
		began := ownCPU()
		out, err := s.extracted(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		own += ownCPU() - began
		size = 0
		for i := range out {
			size += len(out[i].Value)
		}
	}
	n := float64(b.N * len(p.names))
	b.SetBytes(p.bytes)
	b.ReportMetric(n/own.Seconds(), "messages/cpu-s")
	b.ReportMetric(n/theirs.Seconds(), "rspamd-messages/cpu-s")
	b.ReportMetric(ratio(theirs, own), "x-rspamd")
	b.ReportMetric(float64(size)/float64(len(p.names)), "B/record")
}

func (p *peer) cluster(b *testing.B) {
	var own, theirs time.Duration
	for b.Loop() {
		b.StopTimer()
		theirs += p.stat(b, p.names...)
		b.StartTimer()
		own += p.run(b, "shoal", "cluster", "-q", ".")
	}
	b.SetBytes(p.bytes)
	b.ReportMetric(own.Seconds()/float64(b.N), "cpu-s")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "rspamd-cpu-s")
	b.ReportMetric(ratio(theirs, own), "x-rspamd")
}
