package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
)

const (
	// posters post at once, each as soon as it has an answer: far more than the
	// program can take.
	posters = 32
	// mostMemory is what each of the two processes may hold.
	mostMemory = 1500 << 20
)

// flood posts mail until it is told to stop, and keeps what became of it.
type flood struct {
	url, token string
	messages   [][]byte
	stop       chan struct{}

	mu       sync.Mutex
	accepted map[string]bool // ids of reports
	answers  map[int]int     // by status
	faults   []string
}

// TestOverload floods the HTTP intake of `shoal run` with all that a client on this
// machine can post, for CHAOS_OVERLOAD seconds. The client goes before the program, so
// that it can post far more than ten times what is stored. What is too much is refused
// with a time to try again; both processes live through it in bounded memory; and all
// that was accepted, and nothing else, is stored once after they have caught up.
func TestOverload(t *testing.T) {
	seconds := number(t, "CHAOS_OVERLOAD", 8)
	w := newWorld(t, few)
	w.embedded, w.under = true, []string{"nice", "-n", "10"}
	port, listen := freePort(t), "127.0.0.1:"+freePort(t)
	w.keep("run", "run", "--kafka-port", port, "--listen", listen, "--clickhouse-listen", "", "--console=false")
	eventually(t, "run is ready", func() bool { return status("http://"+listen+"/readyz") == http.StatusOK })
	engine := w.enginePID(w.data())
	f := w.newFlood("http://" + listen + "/v1/reports")
	began := time.Now()
	most := w.floodFor(f, time.Duration(seconds)*time.Second, engine)
	flooded := time.Since(began)
	client, err := kafka.NewClient(kafka.DefaultConfig("127.0.0.1:"+port), kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+20*flooded)
	defer cancel()
	if err := pipeline.Drain(ctx, client, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	caught := time.Since(began)
	if w.ran["run"] != 1 || w.enginePID(w.data()) != engine {
		t.Errorf("the program was started %d times, its engine was %d and is %d", w.ran["run"], engine, w.enginePID(w.data()))
	}
	f.check(t, most)
	stored := strings.Fields(w.must(w.bin, "sql", "-q", "--format", "TSV", "SELECT report_id FROM reports ORDER BY report_id"))
	if want := slices.Sorted(maps.Keys(f.accepted)); !slices.Equal(stored, want) {
		t.Errorf("%d rows are stored for %d reports that were accepted", len(stored), len(want))
	}
	offered, sustained := float64(f.posts())/flooded.Seconds(), float64(len(stored))/caught.Seconds()
	t.Logf("%.0f s of %.0f posts/s, %.1f times the %.0f/s that are stored; answers %v; %d accepted, all stored %.0f s after the flood; memory %d MB and %d MB of the engine",
		flooded.Seconds(), offered, offered/sustained, sustained, f.answers, len(f.accepted), (caught - flooded).Seconds(), most[0]>>20, most[1]>>20)
}

var secretPattern = regexp.MustCompile(`shoal_[A-Za-z0-9_-]{20,}`)

func (w *world) newFlood(url string) *flood {
	w.t.Helper()
	f := &flood{url: url, stop: make(chan struct{}), accepted: map[string]bool{}, answers: map[int]int{}}
	if f.token = secretPattern.FindString(w.must(w.bin, "token", "add", "flood")); f.token == "" {
		w.t.Fatal("token add shows no token")
	}
	for _, chunk := range w.chunks {
		b, err := os.ReadFile(chunk)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range bytes.Split(append([]byte("\n"), b...), []byte("\nFrom "))[1:] {
			_, text, _ := bytes.Cut(m, []byte("\n"))
			f.messages = append(f.messages, text)
		}
	}
	eventually(w.t, "the token is let in", func() bool { return f.post(http.DefaultClient, -1, 0) == http.StatusAccepted })
	return f
}

// floodFor floods, and gives the most memory that the program and its engine had.
func (w *world) floodFor(f *flood, d time.Duration, engine int) (most [2]int64) {
	var all sync.WaitGroup
	for i := range posters {
		all.Go(func() { f.run(i) })
	}
	w.mu.Lock()
	run := w.procs["run"].cmd.Process.Pid
	w.mu.Unlock()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for i, pid := range []int{run, engine} {
			most[i] = max(most[i], resident(pid))
		}
	}
	close(f.stop)
	all.Wait()
	return most
}

// resident is the memory of a process, in bytes.
func resident(pid int) int64 {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

func (f *flood) run(poster int) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	for n := 0; ; n++ {
		select {
		case <-f.stop:
			return
		default:
			f.post(client, poster, n)
		}
	}
}

// post posts one mail that no other is like, to the byte. Of every second poster the
// intake cannot know how long it is.
func (f *flood) post(client *http.Client, poster, n int) int {
	mail := slices.Concat(fmt.Appendf(nil, "X-Copy: %d-%d\n", poster, n), f.messages[(7*n+poster+1)%len(f.messages)])
	var body io.Reader = bytes.NewReader(mail)
	if poster%2 == 0 {
		body = io.MultiReader(body)
	}
	req, err := http.NewRequest(http.MethodPost, f.url, body)
	if err != nil {
		return f.fault("request: %v", err)
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("X-Shoal-Recipient", fmt.Sprintf("person%d-%d@mail.example", poster, n))
	resp, err := client.Do(req)
	if err != nil {
		return f.fault("post: %v", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return f.fault("answer: %v", err)
	}
	return f.take(resp, answer)
}

// take notes an answer.
func (f *flood) take(resp *http.Response, answer []byte) int {
	var ids struct{ Reports []string }
	switch resp.StatusCode {
	case http.StatusAccepted:
		if err := json.Unmarshal(answer, &ids); err != nil || len(ids.Reports) == 0 {
			return f.fault("accepted with %q", answer)
		}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if after, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil || after < 1 {
			return f.fault("%s with Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
		}
	case http.StatusUnauthorized: // the token is not read yet
		return resp.StatusCode
	default:
		return f.fault("%s: %s", resp.Status, answer)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[resp.StatusCode]++
	for _, id := range ids.Reports {
		f.accepted[id] = true
	}
	return resp.StatusCode
}

func (f *flood) fault(format string, args ...any) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
	return 0
}

func (f *flood) posts() (n int) {
	for _, count := range f.answers {
		n += count
	}
	return n
}

// check wants posts refused and accepted, each with the right answer, and memory
// within bounds.
func (f *flood) check(t *testing.T, most [2]int64) {
	t.Helper()
	if len(f.faults) > 0 {
		t.Errorf("%d posts had another answer, such as %s", len(f.faults), f.faults[0])
	}
	if f.answers[http.StatusTooManyRequests] == 0 || f.answers[http.StatusAccepted] == 0 {
		t.Errorf("answers by status %v: want some of 202 and of 429", f.answers)
	}
	for i, name := range []string{"the program", "the engine"} {
		if most[i] == 0 || most[i] > mostMemory {
			t.Errorf("%s held %d MB, want no more than %d", name, most[i]>>20, mostMemory>>20)
		}
	}
}
