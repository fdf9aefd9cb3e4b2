package storetest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// Breaker stands between a store and its engine, and breaks the connection at
// one statement.
type Breaker struct {
	// URL is where the store connects.
	URL   string
	left  atomic.Int64
	after atomic.Bool
	proxy http.Handler
}

// NewBreaker stands before the engine at target, an http:// or http+unix:// URL.
func NewBreaker(t testing.TB, target string) *Breaker {
	t.Helper()
	transport := &http.Transport{}
	if socket, ok := strings.CutPrefix(target, "http+unix://"); ok {
		target = "http://engine"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}
	}
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.Transport = transport
	b := &Breaker{proxy: proxy}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	t.Cleanup(transport.CloseIdleConnections)
	b.URL = server.URL
	return b
}

// Break makes the n-th statement from now fail, the first being 1: before the
// engine sees it, or after it was carried out. 0 breaks nothing.
func (b *Breaker) Break(n int, after bool) {
	b.after.Store(after)
	b.left.Store(int64(n))
}

// Broke says whether the break has happened.
func (b *Breaker) Broke() bool { return b.left.Load() <= 0 }

func (b *Breaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if b.left.Add(-1) != 0 {
		b.proxy.ServeHTTP(w, r)
		return
	}
	if b.after.Load() {
		b.proxy.ServeHTTP(httptest.NewRecorder(), r)
	}
	panic(http.ErrAbortHandler) // the connection dies without an answer
}
