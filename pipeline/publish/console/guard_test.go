package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// examples are a request of each route that answers 200 or leads on to whom it lets in.
var examples = map[string]string{
	"GET /{$}":                            "/?day=2026-10-21",
	"GET /campaigns/{id}":                 "/campaigns/cbig",
	"GET /campaigns/{id}/reports":         "/campaigns/cbig/reports",
	"GET /campaigns/{id}/why":             "/campaigns/cbig/why?a=" + a32 + "&b=" + b32,
	"GET /campaigns/{id}/export/{format}": "/campaigns/cbig/export/csv",
	"POST /campaigns/{id}/decide":         "/campaigns/cbig/decide",
	"GET /decision":                       "/decision?campaign=cbig&from=1&to=2&actor=x",
	"GET /alone":                          "/alone?day=2026-10-21",
	"GET /search":                         "/search?q=boys.example",
	"GET /summary":                        "/summary?day=2026-10-21",
	"GET /summary/{day}/{format}":         "/summary/2026-10-21/md",
	"GET /road":                           "/road",
	"POST /sign-out":                      "/sign-out",
	"GET /sign-in":                        "/sign-in",
	"POST /sign-in":                       "/sign-in",
	"GET /console.css":                    "/console.css",
	"GET /icon.svg":                       "/icon.svg",
	"/":                                   "/nowhere",
}

const (
	a32 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	b32 = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// TestRoutes: every route with every kind of holder, and what each answer carries.
func TestRoutes(t *testing.T) {
	o := newOffice(t, story(), nil)
	for _, r := range routes() {
		example, ok := examples[r.pattern]
		if !ok {
			t.Errorf("route %s has no example", r.pattern)
			continue
		}
		good := http.StatusOK
		switch {
		case strings.HasPrefix(r.pattern, "POST /") && r.pattern != "POST /sign-in":
			good = http.StatusSeeOther
		case r.pattern == "/":
			good = http.StatusNotFound
		case r.pattern == "POST /sign-in":
			good = http.StatusUnauthorized // the example has no token
		}
		want := map[string]int{"nobody": http.StatusUnauthorized, "reader": good, "actor": good}
		switch r.scope {
		case "":
			want["nobody"] = good
		case ScopeAct:
			want["reader"] = http.StatusForbidden
		}
		for who, status := range want {
			t.Run(who+" "+r.pattern, func(t *testing.T) {
				p := &person{o: o}
				if who != "nobody" {
					p = o.person(t, who)
				}
				var w *httptest.ResponseRecorder
				if strings.HasPrefix(r.pattern, "POST") {
					w = p.post(example, url.Values{"kind": {"label"}, "label": {"x"}})
				} else {
					w = p.get(example)
				}
				if w.Code != status {
					t.Errorf("%d, want %d: %.200s", w.Code, status, w.Body)
				}
				checkHeaders(t, w)
			})
		}
	}
}

func checkHeaders(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	head := w.Header()
	csp := head.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy %q without %q", csp, want)
		}
	}
	for _, bad := range []string{"script-src", "unsafe", "*", "http", "data:", "connect-src"} {
		if strings.Contains(csp, bad) {
			t.Errorf("policy %q has %q", csp, bad)
		}
	}
	html := strings.HasPrefix(head.Get("Content-Type"), "text/html")
	if strings.Contains(head.Get("Content-Disposition"), "attachment") {
		html = false
	}
	if html && (csp != policy || !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "form-action 'self'") || head.Get("Cache-Control") != "no-store") {
		t.Errorf("a page has policy %q, cache %q", csp, head.Get("Cache-Control"))
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !saneID.MatchString(head.Get("X-Request-Id")) {
		t.Errorf("request id %q", head.Get("X-Request-Id"))
	}
}

// TestBearer: a token that comes with the request reads and does nothing else.
func TestBearer(t *testing.T) {
	o := newOffice(t, story(), nil)
	ask := func(method, path, token string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(method, path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		return (&person{o: o}).do(req)
	}
	for _, tt := range []struct {
		method, path, token string
		want                int
	}{
		{"GET", "/campaigns/cbig/export/csv", "reader", 200},
		{"GET", "/campaigns/cbig", "actor", 200},
		{"GET", "/campaigns/cbig", "reporter", 403},
		{"GET", "/campaigns/cbig", "blind", 403},
		{"GET", "/campaigns/cbig", "wrong", 401},
		{"POST", "/campaigns/cbig/decide", "actor", 401},
		{"POST", "/sign-out", "actor", 401},
	} {
		if w := ask(tt.method, tt.path, tt.token); w.Code != tt.want {
			t.Errorf("%s %s as %s: %d, want %d", tt.method, tt.path, tt.token, w.Code, tt.want)
		}
	}
	if w := ask("GET", "/campaigns/cbig", "actor"); strings.Contains(w.Body.String(), "<form class=\"stack\"") {
		t.Error("a page for a bearer has forms that it cannot send")
	}
}

// TestSignIn: what opens the console, and what the cookie is like.
func TestSignIn(t *testing.T) {
	o := newOffice(t, story(), nil)
	for _, tt := range []struct {
		token, next, to string
		status          int
		say             string
	}{
		{"reader", "/campaigns/cbig?x=1", "/campaigns/cbig?x=1", 303, ""},
		{" reader\n", "", "/", 303, ""},
		{"reader", "https://evil.example/", "/", 303, ""},
		{"reader", "//evil.example/", "/", 303, ""},
		{"reader", `/\evil.example/`, "/", 303, ""},
		{"reader", "javascript:alert(1)", "/", 303, ""},
		{"reader", "/sign-out", "/", 303, ""},
		{"wrong", "/", "", 401, "not known"},
		{"", "/", "", 401, "not known"},
		{"reporter", "/", "", 403, "has no scope read"},
		{"blind", "/", "", 403, "has no scope read"},
	} {
		w := (&person{o: o}).post("/sign-in", url.Values{"token": {tt.token}, "next": {tt.next}})
		if w.Code != tt.status || w.Header().Get("Location") != tt.to || !strings.Contains(w.Body.String(), tt.say) {
			t.Errorf("%q: %d to %q, want %d to %q: %.300s", tt.token, w.Code, w.Header().Get("Location"), tt.status, tt.to, w.Body)
		}
		if got := len(w.Result().Cookies()); (got == 1) != (tt.status == 303) {
			t.Errorf("%q: %d cookies", tt.token, got)
		}
		if strings.Contains(w.Body.String(), "reporter\"") {
			t.Error("the page gives the token back")
		}
	}
	p := o.person(t, "reader")
	if c := p.cookie; c.Name != "shoal" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" || c.MaxAge != 12*3600 || strings.Contains(c.Value, "reader") {
		t.Errorf("cookie %+v", c)
	}
	for _, name := range []string{"https", "HTTPS"} {
		req := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader("token=reader"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Forwarded-Proto", name)
		w := httptest.NewRecorder()
		o.ServeHTTP(w, req)
		if c := w.Result().Cookies()[0]; c.Name != "__Host-shoal" || !c.Secure {
			t.Errorf("behind TLS: cookie %+v", c)
		}
	}
	req := httptest.NewRequest(http.MethodPost, "https://example.com/sign-in", strings.NewReader("token=reader"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.ServeHTTP(w, req)
	if c := w.Result().Cookies()[0]; req.TLS == nil || c.Name != "__Host-shoal" || !c.Secure {
		t.Errorf("with TLS: cookie %+v", c)
	}
	req = httptest.NewRequest(http.MethodGet, "/campaigns/cbig?x=1", nil)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := (&person{o: o}).do(req); w.Code != 401 || !strings.Contains(w.Body.String(), `<a href="/campaigns/cbig?x=1">go on</a>`) {
		t.Errorf("from another site: %d %s", w.Code, w.Body)
	}
	if strings.Contains(o.log.String(), p.cookie.Value) {
		t.Error("the log has the cookie")
	}
}

// TestSessions: a session ends at sign-out, with its token, and takes on its scopes
// as they are.
func TestSessions(t *testing.T) {
	o := newOffice(t, story(), nil)
	p := o.person(t, "actor")
	if w := p.post("/sign-out", url.Values{}); w.Code != 303 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("sign out: %d %v", w.Code, w.Result().Cookies())
	}
	if w := p.get("/road"); w.Code != 401 {
		t.Errorf("after sign-out: %d", w.Code)
	}
	p, other := o.person(t, "actor"), o.person(t, "reader")
	o.book.mu.Lock()
	weak := o.book.tokens["actor"]
	weak.Scopes = []string{"read"}
	o.book.tokens["actor"] = weak
	o.book.mu.Unlock()
	if w := p.post("/campaigns/cbig/decide", url.Values{"kind": {"label"}, "label": {"x"}}); w.Code != 403 {
		t.Errorf("without the scope: %d", w.Code)
	}
	o.book.mu.Lock()
	delete(o.book.tokens, "actor")
	o.book.mu.Unlock()
	if w := p.get("/road"); w.Code != 401 || !strings.Contains(w.Body.String(), "not known any more") {
		t.Errorf("with a token that is gone: %d", w.Code)
	}
	if w := other.get("/road"); w.Code != 200 {
		t.Errorf("somebody else: %d", w.Code)
	}
}

// TestInvite: a link opens the console once, for reading and deciding, and not for
// who merely asks for its head.
func TestInvite(t *testing.T) {
	o := newOffice(t, story(), nil)
	link := o.Invite("carol")
	p := &person{o: o}
	w := p.get(link)
	if w.Code != 200 || w.Header().Get("Refresh") != "0; url=/" || len(w.Result().Cookies()) != 1 {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	p.keep(w)
	p.word = wordOf(p.get("/road").Body.String())
	if w := p.post("/campaigns/cbig/decide", url.Values{"kind": {"label"}, "label": {"x"}}); w.Code != 303 || o.room.last(t).Actor != "carol" {
		t.Errorf("decide: %d", w.Code)
	}
	if w := (&person{o: o}).get(link); w.Code != 401 || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "used already") {
		t.Errorf("the second time: %d", w.Code)
	}
	if w := p.get(link); w.Code != 303 {
		t.Errorf("the second time, signed in: %d", w.Code)
	}
	if w := (&person{o: o}).get("/sign-in?code=wrong"); w.Code != 401 {
		t.Errorf("a wrong code: %d", w.Code)
	}
}

// TestForgery: posts that are not from our own form, made for this sign-in.
func TestForgery(t *testing.T) {
	o := newOffice(t, story(), nil)
	p, other := o.person(t, "actor"), o.person(t, "actor")
	form := func(word string) string { return "kind=label&label=x&word=" + url.QueryEscape(word) }
	for _, tt := range []struct {
		name, body string
		headers    map[string]string
		want       int
	}{
		{"ours", form(p.word), map[string]string{"Sec-Fetch-Site": "same-origin"}, 303},
		{"ours, an old browser", form(p.word), map[string]string{"Origin": "http://example.com"}, 303},
		{"another site", form(p.word), map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403},
		{"a sister site", form(p.word), map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"another site, an old browser", form(p.word), map[string]string{"Origin": "http://evil.example"}, 403},
		{"no origin", form(p.word), map[string]string{"Origin": "null"}, 403},
		{"no word", "kind=label&label=x", map[string]string{"Sec-Fetch-Site": "same-origin"}, 403},
		{"a wrong word", form("x"), map[string]string{"Sec-Fetch-Site": "same-origin"}, 403},
		{"another sign-in's word", form(other.word), map[string]string{"Sec-Fetch-Site": "same-origin"}, 403},
		{"the word in the query", "kind=label&label=x", map[string]string{"Sec-Fetch-Site": "same-origin", "query": p.word}, 403},
		{"too large", form(p.word) + "&note=" + strings.Repeat("x", 2<<20), map[string]string{"Sec-Fetch-Site": "same-origin"}, 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := "/campaigns/cbig/decide"
			if q := tt.headers["query"]; q != "" {
				path += "?word=" + url.QueryEscape(q)
			}
			before := len(o.room.orders)
			req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(tt.body))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range tt.headers {
				req.Header.Set(k, v)
			}
			if w := p.do(req); w.Code != tt.want {
				t.Errorf("%d, want %d: %.200s", w.Code, tt.want, w.Body)
			}
			if came := len(o.room.orders) - before; (came == 1) != (tt.want == 303) {
				t.Errorf("%d orders came", came)
			}
		})
	}
	for _, site := range []string{"cross-site", "same-site"} {
		req := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader("token=actor"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		if o.ServeHTTP(w, req); w.Code != 403 || len(w.Result().Cookies()) != 0 {
			t.Errorf("a sign-in from %s: %d", site, w.Code)
		}
	}
}

// TestHosts: a name that was turned to our address is refused, before anything else.
func TestHosts(t *testing.T) {
	o := newOffice(t, story(), func(c *Config, _ *Deps) { c.Hosts = []string{"localhost", "127.0.0.1", "::1", "desk.example"} })
	for host, good := range map[string]bool{
		"localhost:8025": true, "LOCALHOST": true, "127.0.0.1:1": true, "[::1]:8025": true, "[::1]": true, "desk.example": true,
		"evil.example": false, "evil.example:8025": false, "127.0.0.1.evil.example": false, "": false, "localhost.": false, "192.0.2.1": false,
	} {
		for _, path := range []string{"/", "/sign-in", "/console.css", "/nowhere"} {
			req := httptest.NewRequest(http.MethodGet, path, nil)
			req.Host = host
			w := httptest.NewRecorder()
			o.ServeHTTP(w, req)
			if refused := w.Code == http.StatusMisdirectedRequest; refused == good {
				t.Errorf("%s of %q: %d", path, host, w.Code)
			}
			checkHeaders(t, w)
		}
	}
}

// TestRates: a session that asks too often, and many wrong secrets.
func TestRates(t *testing.T) {
	o := newOffice(t, story(), func(c *Config, _ *Deps) { c.Rate, c.Burst = 0.001, 3 })
	p := &person{o: o}
	p.keep(p.post("/sign-in", url.Values{"token": {"reader"}}))
	for i, want := range []int{200, 200, 200, 429} {
		if w := p.get("/road"); w.Code != want || (want == 429) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("page %d: %d, want %d", i, w.Code, want)
		}
	}
	for i, want := range []int{401, 401, 401, 429} {
		if w := (&person{o: o}).post("/sign-in", url.Values{"token": {"wrong"}}); w.Code != want {
			t.Errorf("wrong token %d: %d, want %d", i, w.Code, want)
		}
	}
	// Who has a token is let in all the same.
	if w := (&person{o: o}).post("/sign-in", url.Values{"token": {"reader"}}); w.Code != 303 {
		t.Errorf("a right token after that: %d", w.Code)
	}
}

// TestSessionEnds: by time, and the oldest where there are too many.
func TestSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.MaxSessions, cfg.SessionFor = 3, time.Hour
		s := newSessions(cfg)
		var keys []string
		for i := range 4 {
			keys = append(keys, s.begin(Holder{Name: fmt.Sprint(i)}))
			time.Sleep(time.Minute)
		}
		if s.find(keys[0]) != nil || s.find(keys[1]) == nil || s.find(keys[3]) == nil || len(s.byKey) != 3 {
			t.Errorf("%d sessions are kept", len(s.byKey))
		}
		time.Sleep(57 * time.Minute) // 4+57: 61 minutes after the first, 58 after the fourth
		if s.find(keys[1]) != nil || s.find(keys[3]) == nil {
			t.Error("a session lasts longer or shorter than it should")
		}
		s.end(keys[3])
		if s.find(keys[3]) != nil || s.find("") != nil {
			t.Error("a session that was ended is there")
		}
	})
}

// FuzzLocal: wherever a form says to go on to, it is a path of ours.
func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "/a?b=c", "//x", `/\x`, "http://x/", "/sign-out", "\x00", "/%2f%2fx", "/./\t/x", "?x", "%2f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := local(next)
		u, err := url.Parse(got)
		if err != nil || u.IsAbs() || u.Host != "" || got[0] != '/' || len(got) > 1 && (got[1] == '/' || got[1] == '\\') {
			t.Errorf("local(%q) = %q", next, got)
		}
	})
}

// TestFailures: a desk that refuses, a desk and a database that do not answer.
func TestFailures(t *testing.T) {
	o := newOffice(t, story(), nil)
	p := o.person(t, "actor")
	label := url.Values{"kind": {"label"}, "label": {"x"}}
	o.room.fail = Refusal("report <b>x</b> is not in campaign cbig")
	if w := p.post("/campaigns/cbig/decide", label); w.Code != 409 || !strings.Contains(w.Body.String(), "report &lt;b&gt;x&lt;/b&gt; is not in") {
		t.Errorf("a refusal: %d %s", w.Code, w.Body)
	}
	o.room.fail = errors.New("no broker at 192.0.2.1")
	if w := p.post("/campaigns/cbig/decide", label); w.Code != 503 || strings.Contains(w.Body.String(), "192.0.2.1") || !strings.Contains(o.log.String(), "192.0.2.1") ||
		!strings.Contains(o.log.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("no broker: %d %s", w.Code, w.Body)
	}
	o.room.fail = nil
	if w := p.get("/campaigns/cnone"); w.Code != 404 {
		t.Errorf("no such campaign: %d", w.Code)
	}
	for _, path := range []string{"/campaigns/x'%20OR%201", "/campaigns/cbig/export/pdf", "/campaigns/cbig/why?a=1&b=2", "/?day=yesterday", "/alone?day=all", "/decision?from=1", "/summary/2026-10-21/pdf", "/summary?day=all"} {
		if w := p.get(path); w.Code != 404 && w.Code != 400 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
