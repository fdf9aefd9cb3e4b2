package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"shoal/pipeline/store/storetest"
)

// TestUncleanPaths: what the mux would answer by itself has our headers too.
func TestUncleanPaths(t *testing.T) {
	o := newOffice(t, storetest.NewLog(), nil)
	for _, path := range []string{"//evil.example/x", "/campaigns//cbig", "/campaigns/../sign-in", "/./", "/road/", "*", ""} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.URL.Path, req.RequestURI = path, path
		w := httptest.NewRecorder()
		o.ServeHTTP(w, req)
		if w.Code != http.StatusNotFound {
			t.Errorf("%q: %d, Location %q", path, w.Code, w.Header().Get("Location"))
		}
		checkHeaders(t, w)
	}
}

// FuzzRequest: whatever a browser that is signed in asks for, and whatever form it
// sends, the answer has our headers, is never a fault of the server, holds nothing
// that acts, and leads to no other site.
func FuzzRequest(f *testing.F) {
	for _, r := range routes() {
		method, _, _ := strings.Cut(r.pattern, " ")
		path, query, _ := strings.Cut(examples[r.pattern], "?")
		f.Add(method, path, query, "kind=label&label=x", "")
	}
	f.Add("GET", "/", "day=all&text=%27%00&page=-9223372036854775808&sort=%ff", "", "x")
	f.Add("GET", "//evil.example", "a=%zz;b", "", "a\nb")
	f.Add("POST", "/campaigns/cbig/decide", "%", "kind=merge&other=c1&report=0&note=%ff", "")
	f.Add("POST", "/sign-in", "", "token=x&next=//evil.example", "")
	f.Add("CONNECT", "*", evil, evil, evil)
	o := newOffice(f, story(), func(c *Config, _ *Deps) { c.Settle, c.PageTime = time.Millisecond, time.Minute })
	keep := o.person(f, "actor")
	f.Fuzz(func(t *testing.T, method, path, query, form, id string) {
		req := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(form))
		req.Method, req.URL = method, &url.URL{Path: path, RawQuery: query}
		req.RequestURI = path
		req.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
		req.Header["Sec-Fetch-Site"] = []string{"same-origin"}
		req.Header["X-Request-Id"] = []string{id}
		if o.sessions.find(keep.cookie.Value) == nil {
			keep = o.person(t, "actor") // the last one signed out
		}
		if method == http.MethodPost {
			req.Body = http.NoBody
			if values, err := url.ParseQuery(form); err == nil {
				values.Set("word", keep.word)
				req = withBody(req, values.Encode())
			}
		}
		w := keep.do(req)
		if w.Code >= 500 {
			t.Errorf("%s %q?%q: %d %s", method, path, query, w.Code, o.log)
		}
		checkHeaders(t, w)
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && w.Header().Get("Content-Disposition") == "" && w.Body.Len() > 0 && w.Header().Get("Location") == "" {
			checkInert(t, path, w.Body.String())
		}
		if to := w.Header().Get("Location"); to != "" && (to[0] != '/' || strings.HasPrefix(to, "//") || strings.Contains(to, "\\")) {
			t.Errorf("%s %q leads to %q", method, path, to)
		}
		o.log.Reset()
	})
}

func withBody(req *http.Request, body string) *http.Request {
	fresh := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	fresh.URL, fresh.RequestURI, fresh.Header = req.URL, req.RequestURI, req.Header
	return fresh
}
