package console

import (
	"crypto/rand"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// policy is the Content-Security-Policy of all pages: our stylesheet, forms to
// ourselves, and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what all answers have. The request's id is in the log too.
func (v *visit) headers() {
	head := v.w.Header()
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin", // no-referrer would take the Origin off our own forms
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
		"Cache-Control":                "no-store",
		"X-Request-Id":                 v.id,
	} {
		head.Set(name, value)
	}
}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID takes over the id that a proxy gave, or makes one.
func requestID(req *http.Request) string {
	if id := req.Header.Get("X-Request-Id"); saneID.MatchString(id) {
		return id
	}
	return rand.Text()
}

// guard refuses what no browser of ours sends.
func (v *visit) guard() error {
	if !v.cfg.knows(v.req.Host) {
		return &problem{status: http.StatusMisdirectedRequest, title: "Wrong name",
			text: "The console does not answer under this host name. Whoever runs it can allow the name with --console-host."}
	}
	if err := v.origin.Check(v.req); err != nil {
		return &problem{status: http.StatusForbidden, title: "Not from here", text: "A form of another site is not taken."}
	}
	v.req.Body = http.MaxBytesReader(v.w, v.req.Body, v.cfg.MaxForm)
	return nil
}

// knows says whether a Host header names this console.
func (c Config) knows(host string) bool {
	if len(c.Hosts) == 0 {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return slices.Contains(c.Hosts, strings.ToLower(name))
}

// admit finds out who asks, and whether they may.
func (v *visit) admit(scope string) error {
	if err := v.who(); err != nil {
		return err
	}
	if !v.holder.allows(scope) {
		return &problem{status: http.StatusForbidden, title: "Not with this token", text: "The token " + v.holder.Name + " has no scope " + scope +
			". shoal token add NAME --scopes read,act makes one that has."}
	}
	if v.req.Method == http.MethodPost {
		return v.ours()
	}
	return nil
}

// who sets holder, from the cookie or from a bearer token, and counts the request
// against their rate.
func (v *visit) who() error {
	if secret, ok := strings.CutPrefix(v.req.Header.Get("Authorization"), "Bearer "); ok && v.req.Method != http.MethodPost {
		return v.bearer(strings.TrimSpace(secret))
	}
	c, err := v.req.Cookie(v.cookie())
	if err != nil {
		return &problem{status: http.StatusUnauthorized, title: "Sign in"}
	}
	s := v.sessions.find(c.Value)
	if s == nil {
		return &problem{status: http.StatusUnauthorized, title: "Sign in", text: "Your sign-in is over."}
	}
	holder := s.holder
	if holder.ID != "" {
		now, ok := v.deps.Tokens.Current(holder.ID)
		if !ok {
			v.sessions.end(c.Value)
			return &problem{status: http.StatusUnauthorized, title: "Sign in", text: "The token that you came in with is not known any more."}
		}
		holder = now
	}
	v.holder, v.session = &holder, s
	if !s.limit.Allow() {
		return tooOften()
	}
	return nil
}

func (v *visit) bearer(secret string) error {
	holder, ok := v.deps.Tokens.Find(secret)
	if !ok {
		return v.unknown()
	}
	v.holder = &holder
	if !v.sessions.bearer(holder.ID).Allow() {
		return tooOften()
	}
	return nil
}

// unknown answers a wrong secret, and slows those down who try many.
func (v *visit) unknown() error {
	v.metrics.signIns.WithLabelValues("refused").Inc()
	if !v.failed.Allow() {
		return tooOften()
	}
	return &problem{status: http.StatusUnauthorized, title: "Sign in", text: "The token is not known."}
}

func tooOften() *problem {
	return &problem{status: http.StatusTooManyRequests, title: "Too often", text: "Wait a few seconds."}
}

// ours makes sure that a form is one that this session was given.
func (v *visit) ours() error {
	if err := v.req.ParseForm(); err != nil {
		return &problem{status: http.StatusRequestEntityTooLarge, title: "Too large", text: "The form is damaged, or larger than is taken."}
	}
	if v.session == nil || !v.session.knows(v.req.PostForm.Get("word")) {
		return &problem{status: http.StatusForbidden, title: "An old form", text: "The form was not made for this sign-in. Go back, load the page again and repeat it."}
	}
	return nil
}

// secure says whether the browser speaks TLS with us, or with a proxy before us.
func (v *visit) secure() bool {
	return v.req.TLS != nil || strings.EqualFold(v.req.Header.Get("X-Forwarded-Proto"), "https")
}

// cookie is the cookie's name: with TLS one that no other host can set.
func (v *visit) cookie() string {
	if v.secure() {
		return "__Host-shoal"
	}
	return "shoal"
}

func (v *visit) setCookie(value string, age time.Duration) {
	http.SetCookie(v.w, &http.Cookie{
		Name: v.cookie(), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: v.secure(), SameSite: http.SameSiteStrictMode,
	})
}
