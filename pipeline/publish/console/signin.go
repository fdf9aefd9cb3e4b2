package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// greeting is what the sign-in page shows.
type greeting struct {
	Text, Next string
	// Elsewhere says that a link on another site led here: the browser has kept the
	// cookie back, and gives it when one of our own links is followed.
	Elsewhere bool
}

// greet shows the sign-in page in the place of another.
func (v *visit) greet(p *problem) {
	v.render(p.status, "signin", "Sign in", greeting{p.text, local(v.req.URL.RequestURI()), v.req.Header.Get("Sec-Fetch-Site") == "cross-site"})
}

// signIn shows the form, or lets in who has an invitation. A link is followed from
// anywhere, so the cookie, which goes to requests from our own pages alone, is not
// sent with a redirect: the page that says welcome leads on.
func (v *visit) signIn() error {
	code := v.req.URL.Query().Get("code")
	if code == "" {
		v.render(http.StatusOK, "signin", "Sign in", greeting{Next: "/"})
		return nil
	}
	holder, ok := v.sessions.accept(code)
	if !ok {
		if v.who() == nil {
			http.Redirect(v.w, v.req, "/", http.StatusSeeOther)
			return nil
		}
		if err := v.unknown(); err.(*problem).status == http.StatusTooManyRequests {
			return err
		}
		v.render(http.StatusUnauthorized, "signin", "Sign in", greeting{Text: "The link was used already. Sign in with a token that has scope read.", Next: "/"})
		return nil
	}
	v.begin(holder)
	v.w.Header().Set("Refresh", "0; url=/")
	v.render(http.StatusOK, "welcome", "Welcome", holder)
	return nil
}

// begin starts a session.
func (v *visit) begin(h Holder) {
	v.metrics.signIns.WithLabelValues("taken").Inc()
	v.deps.Log.Info("signed in", "request", v.id, "name", h.Name)
	v.setCookie(v.sessions.begin(h), v.cfg.SessionFor)
}

// signInWith takes a token.
func (v *visit) signInWith() error {
	if err := v.req.ParseForm(); err != nil {
		return &problem{status: http.StatusRequestEntityTooLarge, title: "Too large", text: "The form is damaged, or larger than is taken."}
	}
	next := local(v.req.PostForm.Get("next"))
	holder, ok := v.deps.Tokens.Find(strings.TrimSpace(v.req.PostForm.Get("token")))
	if !ok {
		p := v.unknown().(*problem)
		v.render(p.status, "signin", "Sign in", greeting{Text: p.text, Next: next})
		return nil
	}
	if !holder.allows(ScopeRead) {
		v.render(http.StatusForbidden, "signin", "Sign in", greeting{Text: "The token " + holder.Name + " has no scope read. shoal token add NAME --scopes read,act makes one that may.", Next: next})
		return nil
	}
	v.begin(holder)
	http.Redirect(v.w, v.req, next, http.StatusSeeOther)
	return nil
}

// maxNext bounds a path to go on to, in bytes.
const maxNext = 1000

// local is a path of ours to go on to, "/" for anything else.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || len(next) > maxNext || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.Contains(next, `\`) || u.Path == "/sign-in" || u.Path == "/sign-out" {
		return "/"
	}
	return u.RequestURI()
}

func (v *visit) signOut() error {
	if c, err := v.req.Cookie(v.cookie()); err == nil {
		v.sessions.end(c.Value)
	}
	v.setCookie("", -time.Second)
	http.Redirect(v.w, v.req, "/sign-in", http.StatusSeeOther)
	return nil
}
