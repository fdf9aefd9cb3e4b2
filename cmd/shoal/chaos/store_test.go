package chaos

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shoal/pipeline/embedded/embeddedtest"
)

// trouble is what a ClickHouse server has: refuse answers in its place, or is false
// where the request goes on to it.
type trouble struct {
	name   string
	refuse func(w http.ResponseWriter, forward func()) bool
	ready  int // what the program's /readyz has to say meanwhile
}

// exception answers as ClickHouse does where it cannot.
func exception(code int, text string) func(http.ResponseWriter, func()) bool {
	return func(w http.ResponseWriter, _ func()) bool {
		w.Header().Set("X-ClickHouse-Exception-Code", fmt.Sprint(code))
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, "Code: %d. DB::Exception: %s", code, text)
		return true
	}
}

func abort(http.ResponseWriter, func()) bool { panic(http.ErrAbortHandler) }

var troubles = []trouble{
	{"full disk", exception(243, "Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)"), http.StatusOK},
	{"read only", exception(242, "Table is in readonly mode. (TABLE_IS_READ_ONLY)"), http.StatusOK},
	{"too many parts", exception(252, "Too many parts (300). (TOO_MANY_PARTS)"), http.StatusOK},
	{"out of memory", exception(241, "Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)"), http.StatusOK},
	{"cut off before", abort, http.StatusOK},
	{"slow", func(http.ResponseWriter, func()) bool { time.Sleep(time.Second); return false }, http.StatusOK},
	{"done, and cut off before the answer", func(w http.ResponseWriter, forward func()) bool {
		forward()
		return abort(w, forward)
	}, http.StatusOK},
	{"gone", abort, http.StatusServiceUnavailable},
}

// troubled stands before an engine and makes the trouble of the hour for what is
// inserted, or for all requests where the engine is not to look ready.
type troubled struct {
	proxy http.Handler
	now   atomic.Pointer[trouble]
	made  atomic.Int64
}

func newTroubled(t *testing.T, engine *embeddedtest.Engine) (*troubled, string) {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return engine.Dial(ctx, "") }}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	proxy.Transport = transport
	b := &troubled{proxy: proxy}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	t.Cleanup(transport.CloseIdleConnections)
	return b, server.URL
}

func (b *troubled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := b.now.Load()
	if now != nil && (now.ready != http.StatusOK || strings.Contains(r.URL.Query().Get("query"), "INSERT")) {
		b.made.Add(1)
		if now.refuse(w, func() { b.proxy.ServeHTTP(httptest.NewRecorder(), r) }) {
			return
		}
	}
	b.proxy.ServeHTTP(w, r)
}

// TestStoreTroubles: reports come in while ClickHouse has one trouble after another.
// All are stored once when it has none any more, and meanwhile the program takes
// reports, says truly whether it is ready, and does not end.
func TestStoreTroubles(t *testing.T) {
	t.Parallel()
	troubles := troubles
	if os.Getenv("CHAOS_KILLS") == "" { // each waits until it was met several times
		troubles = troubles[len(troubles)-2:]
	}
	w := newWorld(t, len(troubles))
	engine := embeddedtest.ClickHouse(t)
	server, at := newTroubled(t, engine)
	port, listen := freePort(t), "127.0.0.1:"+freePort(t)
	w.keep("run", "run", "--kafka-port", port, "--listen", listen, "--clickhouse", at)
	eventually(t, "run is ready", func() bool { return status("http://"+listen+"/readyz") == http.StatusOK })
	w.rounds("127.0.0.1:"+port, func(i int, next func()) {
		tr := &troubles[i]
		before := server.made.Load()
		server.now.Store(tr)
		next()
		eventually(t, tr.name+" was met", func() bool { return server.made.Load() >= before+3 })
		if got := status("http://" + listen + "/readyz"); got != tr.ready {
			t.Errorf("%s: /readyz says %d, want %d", tr.name, got, tr.ready)
		}
		server.now.Store(nil)
	})
	if w.ran["run"] != 1 {
		t.Errorf("the program was started %d times, want once", w.ran["run"])
	}
	w.compare("--clickhouse", "http+unix://"+engine.Socket)
}

func status(url string) int {
	client := http.Client{Timeout: 20 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 600 {
		if so() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("not so in a minute: %s", what)
}
