package chaos

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shoal/pipeline"
	"shoal/pipeline/embedded"
	"shoal/pipeline/embedded/embeddedtest"
)

// TestMain: an engine that a test of this package starts would be this binary.
func TestMain(m *testing.M) { embeddedtest.Main(m) }

// few kills are for every day.
const few = 5

// perChunk is how many messages are imported together.
const perChunk = 12

// world is one run of the program that is killed again and again.
type world struct {
	t        *testing.T
	rng      *rand.Rand
	bin      string
	dir      string
	env      []string
	kafka    []string // the flag that names the broker; none for that of `shoal run`
	chunks   []string
	distinct int               // messages in all chunks
	reports  []pipeline.Record // topic "reports" in the end
	stages   []pipeline.Stage  // that a report goes through
	analyst  *analyst          // nil for none
	decided  []decided         // what the log has of analysts
	// embedded says that the engine is a child of `shoal run`.
	embedded bool
	// under is a program, with arguments, that those kept are run by: nice, or none.
	under []string

	mu    sync.Mutex
	procs map[string]*proc
	ran   map[string]int // how often each was started
	kills map[string]int
	kept  sync.WaitGroup
	over  atomic.Bool
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s=%q: %v", name, s, err)
	}
	return n
}

// newWorld builds the program and makes messages for so many kills.
func newWorld(t *testing.T, kills int) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("kills take a while")
	}
	library := embeddedtest.Library(t)
	seed := number(t, "CHAOS_SEED", int(time.Now().UnixNano()%1_000_000))
	t.Logf("CHAOS_SEED=%d, %d kills", seed, kills)
	w := &world{
		t: t, rng: rand.New(rand.NewPCG(uint64(seed), 0)), dir: t.TempDir(),
		procs: make(map[string]*proc), kills: make(map[string]int), ran: make(map[string]int), stages: pipeline.Stages(),
	}
	w.bin = filepath.Join(w.dir, "shoal")
	w.env = append(os.Environ(), "SHOAL_LIBCHDB="+library, "SHOAL_DATA="+filepath.Join(w.dir, "data"))
	w.must("go", "build", "-o", w.bin, "shoal/cmd/shoal")
	w.makeChunks(kills+1, seed)
	for _, dir := range []string{w.data(), w.ref()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		w.makeKey(dir)
	}
	t.Cleanup(w.end)
	return w
}

func (w *world) ref() string  { return filepath.Join(w.dir, "ref") }
func (w *world) data() string { return filepath.Join(w.dir, "data") }

// makeKey gives both runs one key: then the pseudonyms are the same.
func (w *world) makeKey(dir string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "key"), bytes.Repeat([]byte("k"), 32), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// makeChunks writes simulated traffic into n mailboxes, in its order. Some messages
// are in two of them.
func (w *world) makeChunks(n, seed int) {
	out := filepath.Join(w.dir, "traffic")
	w.must(w.bin, "simulate", "-q", "--reports", strconv.Itoa(n*perChunk), "--seed", strconv.Itoa(seed), "--out", out)
	files, err := filepath.Glob(filepath.Join(out, "messages", "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(append(all, b...), '\n')
	}
	messages := bytes.Split(append([]byte("\n"), all...), []byte("\nFrom "))[1:]
	distinct := make(map[string]bool)
	for _, m := range messages {
		_, text, _ := bytes.Cut(m, []byte("\n"))
		distinct[string(text)] = true
	}
	w.distinct = len(distinct)
	for i := range n {
		var b bytes.Buffer
		for _, m := range messages[i*len(messages)/n : (i+1)*len(messages)/n] {
			fmt.Fprintf(&b, "From %s\n", m)
		}
		if i > 3 {
			fmt.Fprintf(&b, "From %s\n", messages[w.rng.IntN(3*perChunk)])
		}
		name := filepath.Join(w.dir, fmt.Sprintf("chunk-%04d.mbox", i))
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			w.t.Fatal(err)
		}
		w.chunks = append(w.chunks, name)
	}
}

// command is one that sees the world's environment.
func (w *world) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = w.env
	return cmd
}

func (w *world) must(name string, args ...string) string {
	w.t.Helper()
	cmd := w.command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("%s %s: %v\n%s", filepath.Base(name), args[0], err, tail(stderr.String()))
	}
	return string(out)
}

// views are compared as a whole, but for what tells when and how often something was
// done rather than what.
var views = map[string]string{
	"reports": "* EXCEPT (received_at)", "campaigns": "* EXCEPT (created_at)", "campaign_timeline": "*", "campaign_targets": "*",
	"campaign_infrastructure": "*", "campaign_payloads": "*", "campaign_evidence": "*", "campaign_lineage": "* EXCEPT (at, seq)",
	"campaign_joins": "*", "campaign_drift": "* EXCEPT (at)", "daily_summary": "*",
}

// state is what the views hold, a line a row, sorted.
func (w *world) state(store ...string) string {
	w.t.Helper()
	var b strings.Builder
	for _, view := range slices.Sorted(maps.Keys(views)) {
		args := append([]string{"sql", "--format", "TSV"}, store...)
		out := w.must(w.bin, append(args, fmt.Sprintf("SELECT '%s', %s FROM %s ORDER BY ALL", view, views[view], view))...)
		b.WriteString(out)
	}
	once := append([]string{"sql", "--format", "TSV"}, store...)
	b.WriteString(w.must(w.bin, append(once, "SELECT 'rows and reports', count(), uniqExact(report_id) FROM reports")...))
	return b.String()
}

// compare says whether a store holds what an undisturbed run leaves, and all of it.
func (w *world) compare(store ...string) {
	w.t.Helper()
	w.undisturbed()
	want, got := w.state("--data", w.ref()), w.state(store...)
	if all := fmt.Sprintf("rows and reports\t%d\t%d\n", w.distinct, w.distinct); !strings.HasSuffix(got, all) {
		w.t.Errorf("the end is %q, want %q", got[strings.LastIndex(got[:max(0, len(got)-1)], "\n")+1:], all)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		w.t.Errorf("the end differs from that of an undisturbed run (-undisturbed +killed):\n%s", head(diff))
	}
	total := 0
	for _, what := range slices.Sorted(maps.Keys(w.kills)) {
		w.t.Logf("killed %s %d times", what, w.kills[what])
		total += w.kills[what]
	}
	w.t.Logf("%d decisions", len(w.decided))
	w.t.Logf("%d kills; %d messages, %d records in topic reports; %d rows in the views are those of an undisturbed run",
		total, w.distinct, len(w.reports), strings.Count(want, "\n"))
}

func head(s string) string { return s[:min(len(s), 6000)] }
func tail(s string) string { return s[max(0, len(s)-3000):] }

// between waits a random time.
func (w *world) between(least, most time.Duration) {
	time.Sleep(least + time.Duration(w.rng.Int64N(int64(most-least))))
}

// freePort finds a port that is free now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// enginePID is the process of the embedded engine under a data folder, 0 for none.
func (w *world) enginePID(data string) int {
	b, err := os.ReadFile(filepath.Join(data, "clickhouse", "engine.lock"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || syscall.Kill(pid, 0) != nil {
		return 0
	}
	return pid
}

// answers waits until a unix socket of an engine does.
func (w *world) answers(socket string) {
	w.t.Helper()
	for range 600 {
		if embedded.Alive(w.t.Context(), socket) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatal("the engine does not answer")
}
