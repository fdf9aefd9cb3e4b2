package console

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"shoal/pipeline/publish"
)

//go:embed console.css
var stylesheet []byte

//go:embed icon.svg
var icon []byte

//go:embed templates
var templates embed.FS

// Handler serves the console below "/". It is safe for concurrent use; the
// connection's timeouts are the server's.
type Handler struct {
	cfg      Config
	deps     Deps
	mux      *http.ServeMux
	sessions *sessions
	pages    *semaphore.Weighted
	failed   *rate.Limiter // sign-ins
	origin   *http.CrossOriginProtection
	memo     *memo
	metrics  *metrics
}

// New returns a Handler. Its config must be valid.
func New(cfg Config, deps Deps) *Handler {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	h := &Handler{
		cfg: cfg, deps: deps, mux: http.NewServeMux(), sessions: newSessions(cfg), pages: semaphore.NewWeighted(int64(cfg.MaxPages)),
		failed: rate.NewLimiter(rate.Limit(cfg.Rate), cfg.Burst), origin: http.NewCrossOriginProtection(), metrics: newMetrics(deps.Registerer), memo: newMemo(deps.DB),
	}
	for _, r := range routes() {
		h.mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { h.serve(r, w, req) })
	}
	return h
}

// Invite returns the path and query of a link with which somebody signs in once,
// without a token, and may read and decide under that name.
func (h *Handler) Invite(name string) string {
	return "/sign-in?code=" + h.sessions.invite(Holder{Name: name, Scopes: []string{ScopeRead, ScopeAct}})
}

// route is a kind of page. Open ones have no scope.
type route struct {
	pattern string
	scope   string
	page    func(*visit) error
}

// routes are all there are.
func routes() []route {
	return []route{
		{"GET /{$}", ScopeRead, (*visit).front},
		{"GET /campaigns/{id}", ScopeRead, (*visit).campaign},
		{"GET /campaigns/{id}/reports", ScopeRead, (*visit).reports},
		{"GET /campaigns/{id}/why", ScopeRead, (*visit).why},
		{"GET /campaigns/{id}/export/{format}", ScopeRead, (*visit).export},
		{"POST /campaigns/{id}/decide", ScopeAct, (*visit).decide},
		{"GET /decision", ScopeRead, (*visit).decision},
		{"GET /alone", ScopeRead, (*visit).alone},
		{"GET /search", ScopeRead, (*visit).search},
		{"GET /summary", ScopeRead, (*visit).summary},
		{"GET /summary/{day}/{format}", ScopeRead, (*visit).summaryFile},
		{"GET /road", ScopeRead, (*visit).road},
		{"POST /sign-out", ScopeRead, (*visit).signOut},
		{"GET /sign-in", "", (*visit).signIn},
		{"POST /sign-in", "", (*visit).signInWith},
		{"GET /console.css", "", (*visit).style},
		{"GET /icon.svg", "", (*visit).picture},
		{"/", "", (*visit).nowhere},
	}
}

// visit is one request.
type visit struct {
	*Handler
	w   http.ResponseWriter
	req *http.Request
	id  string
	// holder is who asks, session their sign-in; nil and nil before that, session
	// nil where a token came with the request.
	holder  *Holder
	session *session
}

// ServeHTTP implements http.Handler. A path that the mux would answer by itself, with
// a redirect to another or an error without our headers, is none of ours.
func (h *Handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if p := req.URL.EscapedPath(); !strings.HasPrefix(p, "/") || path.Clean(p) != p || req.RequestURI == "*" {
		h.serve(route{pattern: "/", page: (*visit).nowhere}, w, req)
		return
	}
	h.mux.ServeHTTP(w, req)
}

// serve answers a request of one route, whatever happens on the way.
func (h *Handler) serve(r route, w http.ResponseWriter, req *http.Request) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(req.Context(), h.cfg.PageTime)
	defer cancel()
	out := &recorder{ResponseWriter: w}
	v := &visit{Handler: h, w: out, req: req.WithContext(ctx), id: requestID(req)}
	v.headers()
	err := v.run(r)
	if err != nil {
		v.fail(err)
	}
	h.metrics.seen(r.pattern, out.status, time.Since(began))
}

// run checks who asks and for what, and makes the page.
func (v *visit) run(r route) error {
	if err := v.guard(); err != nil {
		return err
	}
	if r.scope == "" {
		return r.page(v)
	}
	if err := v.admit(r.scope); err != nil {
		return err
	}
	if err := v.pages.Acquire(v.req.Context(), 1); err != nil {
		return &problem{status: http.StatusServiceUnavailable, title: "Too much at once", text: "Other pages are being made. Try again in a moment."}
	}
	defer v.pages.Release(1)
	return r.page(v)
}

// db is the database as pages use it.
func (v *visit) db() publish.Database { return v.memo }

func (v *visit) ctx() context.Context { return v.req.Context() }

// fail answers with a page that says why there is none.
func (v *visit) fail(err error) {
	var p *problem
	var refusal Refusal
	switch {
	case errors.As(err, &p):
	case errors.As(err, &refusal):
		p = &problem{status: http.StatusConflict, title: "That cannot be done", text: publish.Clean(500, string(refusal))}
	case errors.Is(err, publish.ErrNoCampaign):
		p = &problem{status: http.StatusNotFound, title: "No such campaign", text: "No campaign has or had this id. Search for a host, a sender or a subject instead."}
	case errors.Is(err, context.Canceled) && v.req.Context().Err() != nil:
		p = &problem{status: 499, title: "Gone", text: "The request was given up."}
	case v.req.Context().Err() != nil:
		p = &problem{status: http.StatusServiceUnavailable, title: "That took too long", text: "The database did not answer in time. Narrow the question, or try again."}
	default:
		p = &problem{status: http.StatusServiceUnavailable, title: "The database does not answer", text: "The page could not be made. Try again in a moment; the log says why, under this request's id."}
	}
	if p.status >= 500 {
		v.deps.Log.Error("page not made", "request", v.id, "path", v.req.URL.Path, "err", err)
	}
	if p.status == http.StatusUnauthorized && v.req.Method == http.MethodGet {
		v.greet(p)
		return
	}
	if p.status == http.StatusTooManyRequests || p.status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", "5")
	}
	v.render(p.status, "problem", p.title, p)
}

// problem is why there is no page.
type problem struct {
	status      int
	title, text string
}

func (p *problem) Error() string { return p.title + ": " + p.text }

// Text and Title are for the template.
func (p *problem) Text() string  { return p.text }
func (p *problem) Title() string { return p.title }

// Status is the status in figures.
func (p *problem) Status() int { return p.status }

// nowhere answers for all paths that are none.
func (v *visit) nowhere() error {
	return &problem{status: http.StatusNotFound, title: "No such page", text: "Nothing is here. The list of campaigns is where to begin."}
}

func (v *visit) style() error   { return v.fixed("text/css; charset=utf-8", stylesheet) }
func (v *visit) picture() error { return v.fixed("image/svg+xml", icon) }

// fixed answers with what is part of the program.
func (v *visit) fixed(kind string, body []byte) error {
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Cache-Control", "max-age=300")
	_, err := v.w.Write(body)
	return err
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}
