package intake

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"shoal/pipeline"
)

// Path is where a [Handler] is mounted.
const Path = "/v1/reports"

// Request headers that say of a report what the headers of topic "reports" say.
// They are headers and not query parameters because they hold addresses, and
// queries end in access logs.
const (
	headerX           = "X-Shoal-"
	headerXSource     = headerX + "Source"
	headerXReportedAt = headerX + "Reported-At"
	headerXRecipient  = headerX + "Recipient"
	headerXReporter   = headerX + "Reporter"
	headerXSourceIP   = headerX + "Source-Ip"
	// headerXAttr and a name, in lower case: HTTP keeps no case of names.
	headerXAttr = headerX + "Attr-"
	headerXID   = "X-Request-Id"
)

// Handler takes reports over HTTP:
//
//	POST /v1/reports
//	Authorization: Bearer SECRET
//
// The body is one message, or a feedback report, whatever the content type. The
// headers X-Shoal-Source, -Reported-At (RFC 3339), -Recipient, -Reporter,
// -Source-IP and -Attr-NAME say what is known of the reporting, all optional.
//
// It answers 202 with {"report_id": "...", "reports": ["...", ...]} only when
// the sink has all of them durably; reports has several ids where the body was a
// forward of several messages, and report_id is the first. A post that is
// repeated, for whatever reason, gives the same ids and counts once. Refusals
// are problem details (RFC 9457): 400 not a message or a bad header, 401 no or
// unknown token, 403 no scope, 405, 413 too large, 429 too often or too much at
// once, 503 the sink is away; the last two with Retry-After.
//
// Timeouts of the connection are the server's. It is safe for concurrent use.
type Handler struct {
	cfg     HandlerConfig
	deps    HandlerDeps
	group   *group
	tokens  atomic.Pointer[Tokens]
	memory  *semaphore.Weighted
	metrics *metrics

	mu     sync.Mutex
	guests map[string]*guest // by token name
}

// guest is the share of what a token may use.
type guest struct {
	limit  *rate.Limiter
	memory *semaphore.Weighted
}

// NewHandler returns a Handler. Its config must be valid.
func NewHandler(cfg HandlerConfig, deps HandlerDeps) *Handler {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	m := newMetrics(deps.Registerer)
	h := &Handler{
		cfg:     cfg,
		deps:    deps,
		group:   &group{sink: deps.Sink, timeout: cfg.WriteTimeout, records: m.batch},
		guests:  map[string]*guest{},
		memory:  semaphore.NewWeighted(cfg.MaxInFlight),
		metrics: m,
	}
	h.SetTokens(deps.Tokens)
	return h
}

// SetTokens lets in these tokens and no others from now on. A name that stays
// keeps what it has used of its rate.
func (h *Handler) SetTokens(t *Tokens) {
	h.tokens.Store(t)
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.guests, func(name string, _ *guest) bool { return t == nil || !t.byName(name) })
}

// guest is that of a token, made at its first post.
func (h *Handler) guest(name string) *guest {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.guests[name]
	if g == nil {
		g = &guest{
			limit: rate.NewLimiter(rate.Limit(h.cfg.Rate), h.cfg.Burst),
			// Half: one that draws its bodies out leaves the others room.
			memory: semaphore.NewWeighted(max(h.cfg.MaxInFlight/2, h.cfg.MaxMessage)),
		}
		h.guests[name] = g
	}
	return g
}

// accepted is the body of a 202.
type accepted struct {
	ReportID string   `json:"report_id"`
	Reports  []string `json:"reports"`
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	id := requestID(req)
	w.Header().Set(headerXID, id)
	ids, p := h.serve(w, req)
	if p != nil {
		p.RequestID = id
		h.metrics.requests[p.Status].Inc()
		h.deps.Log.LogAttrs(req.Context(), level(p.Status), "report refused", slog.String("request", id),
			slog.Int("status", p.Status), slog.String("detail", p.Detail), slog.Any("error", p.cause))
		p.write(w)
		return
	}
	h.metrics.requests[http.StatusAccepted].Inc()
	h.deps.Log.LogAttrs(req.Context(), slog.LevelDebug, "reports taken", slog.String("request", id), slog.Any("reports", ids))
	writeJSON(w, http.StatusAccepted, "application/json", accepted{ReportID: ids[0], Reports: ids})
}

func level(status int) slog.Level {
	if status >= 500 {
		return slog.LevelError
	}
	return slog.LevelDebug
}

// serve takes one post as far as the sink and returns the ids of its reports.
func (h *Handler) serve(w http.ResponseWriter, req *http.Request) ([]string, *problem) {
	if req.Method != http.MethodPost {
		return nil, refuse(http.StatusMethodNotAllowed, "post one message to "+Path)
	}
	g, p := h.admit(req)
	if p != nil {
		return nil, p
	}
	size, p := h.reserve(req, g)
	if p != nil {
		return nil, p
	}
	defer h.release(size, g)
	raw, p := h.body(w, req)
	if p != nil {
		return nil, p
	}
	base, p := h.report(req, raw)
	if p != nil {
		return nil, p
	}
	return h.store(Unwrap(base))
}

// admit checks the token, its scope and its rate.
func (h *Handler) admit(req *http.Request) (*guest, *problem) {
	secret := Bearer(req.Header.Get("Authorization"))
	if secret == "" {
		return nil, refuse(http.StatusUnauthorized, "send the header Authorization: Bearer with your token")
	}
	tok := h.tokens.Load().Find(secret)
	switch {
	case tok == nil:
		return nil, refuse(http.StatusUnauthorized, "the token is not known")
	case !tok.Allows(ScopeReport):
		return nil, refuse(http.StatusForbidden, fmt.Sprintf("token %s has no scope %q", tok.Name, ScopeReport))
	}
	g, now := h.guest(tok.Name), time.Now()
	r := g.limit.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return nil, refuse(http.StatusTooManyRequests,
			fmt.Sprintf("token %s may post %g messages a second: wait a moment", tok.Name, h.cfg.Rate)).retry(wait)
	}
	return g, nil
}

// reserve sets memory aside for the body: its length, or the most there may be
// where it is not told.
func (h *Handler) reserve(req *http.Request, g *guest) (int64, *problem) {
	size := req.ContentLength
	switch {
	case size > h.cfg.MaxMessage:
		return 0, h.tooLarge()
	case size < 0:
		size = h.cfg.MaxMessage
	}
	if !g.memory.TryAcquire(size) {
		return 0, h.busy()
	}
	if !h.memory.TryAcquire(size) {
		g.memory.Release(size)
		return 0, h.busy()
	}
	h.metrics.inFlight.Add(float64(size))
	return size, nil
}

func (h *Handler) busy() *problem {
	return refuse(http.StatusTooManyRequests, "too many messages are being taken in at once: try again").retry(h.cfg.RetryAfter)
}

func (h *Handler) release(size int64, g *guest) {
	g.memory.Release(size)
	h.metrics.inFlight.Sub(float64(size))
	h.memory.Release(size)
}

func (h *Handler) tooLarge() *problem {
	return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("a message may have at most %d bytes", h.cfg.MaxMessage))
}

func (h *Handler) body(w http.ResponseWriter, req *http.Request) ([]byte, *problem) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, req.Body, h.cfg.MaxMessage))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, h.tooLarge()
	case err != nil:
		p := refuse(http.StatusBadRequest, "the body ended before it was complete")
		p.cause = err
		return nil, p
	case len(raw) == 0:
		return nil, refuse(http.StatusBadRequest, "the body is empty: send the message as it came, headers first (RFC 5322)")
	case !looksLikeMail(raw):
		return nil, refuse(http.StatusBadRequest,
			"the body is not a mail message but "+describe(raw)+": send the message as it came, headers first (RFC 5322)")
	}
	return raw, nil
}

// report makes a Report of a body and the request's headers.
func (h *Handler) report(req *http.Request, raw []byte) (*pipeline.Report, *problem) {
	r := &pipeline.Report{Raw: raw}
	get := func(name string) string { return cutHeader(req.Header.Get(name)) }
	r.Source, r.Recipient, r.Reporter = strings.ToLower(get(headerXSource)), get(headerXRecipient), get(headerXReporter)
	if v := get(headerXReportedAt); v != "" {
		t, ok := parseReportedAt(v)
		if !ok {
			return nil, refuse(http.StatusBadRequest, headerXReportedAt+" is no RFC 3339 time such as 2020-10-20T09:30:00Z")
		}
		r.ReportedAt = t
	}
	if v := get(headerXSourceIP); v != "" {
		ip, ok := parseIP(v)
		if !ok {
			return nil, refuse(http.StatusBadRequest, headerXSourceIP+" is no IP address")
		}
		r.SourceIP = ip
	}
	if source := r.Source; source != "" && !word.MatchString(source) {
		return nil, refuse(http.StatusBadRequest, headerXSource+" is no single word such as user, fbl, trap or abuse-box")
	}
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		if attr, ok := strings.CutPrefix(name, headerXAttr); ok {
			setAttr(r, strings.ToLower(attr), get(name))
		}
	}
	return r, nil
}

// store writes reports and returns their ids once the sink has them.
func (h *Handler) store(reports []pipeline.Report) ([]string, *problem) {
	ids := make([]string, len(reports))
	recs := make([]pipeline.Record, len(reports))
	size := 0
	for i := range reports {
		h.deps.Attrs.Apply(&reports[i])
		ids[i], recs[i] = reports[i].ID().String(), ToRecord(&reports[i])
		size += len(reports[i].Raw)
	}
	err := h.group.write(recs)
	switch {
	case errors.Is(err, pipeline.ErrTooLarge):
		p := refuse(http.StatusRequestEntityTooLarge, "the message is larger than the reports topic takes")
		p.cause = err
		return nil, p
	case err != nil:
		p := refuse(http.StatusServiceUnavailable, "the report could not be stored just now: send it again").retry(h.cfg.RetryAfter)
		p.cause = err
		return nil, p
	}
	h.metrics.reports.Add(float64(len(reports)))
	h.metrics.bytes.Add(float64(size))
	return ids, nil
}

func cutHeader(v string) string {
	return strings.TrimSpace(strings.ToValidUTF8(v[:min(len(v), maxHeaderValue)], ""))
}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID takes over the id that a proxy gave, or makes one.
func requestID(req *http.Request) string {
	if id := req.Header.Get(headerXID); saneID.MatchString(id) {
		return id
	}
	return rand.Text()
}
