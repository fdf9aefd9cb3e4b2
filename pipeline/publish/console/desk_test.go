package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shoal/cluster"
	"shoal/pipeline/embedded/embeddedtest"
	"shoal/pipeline/publish"
	"shoal/pipeline/record"
	"shoal/pipeline/store"
	"shoal/pipeline/store/storetest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// book is a set of tokens by secret.
type book struct {
	mu     sync.Mutex
	tokens map[string]Holder
}

func newBook() *book {
	b := &book{tokens: map[string]Holder{}}
	for secret, scopes := range map[string][]string{
		"reporter": {"report"}, "reader": {"read"}, "actor": {"read", "act"}, "blind": {"act"},
	} {
		sum := sha256.Sum256([]byte(secret))
		b.tokens[secret] = Holder{ID: hex.EncodeToString(sum[:]), Name: secret, Scopes: scopes}
	}
	return b
}

func (b *book) Find(secret string) (Holder, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h, ok := b.tokens[secret]
	return h, ok
}

func (b *book) Current(id string) (Holder, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range b.tokens {
		if h.ID == id {
			return h, true
		}
	}
	return Holder{}, false
}

// engineRoom takes orders as the log does: what the clusterer would make of a
// labelling is in the store at once, everything else is on its way for ever.
type engineRoom struct {
	db  *store.DB
	log *storetest.Log

	mu     sync.Mutex
	orders []Order
	fail   error
}

func (e *engineRoom) Decide(ctx context.Context, o Order) (Receipt, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return Receipt{}, e.fail
	}
	e.orders = append(e.orders, o)
	now := time.Now()
	r := Receipt{now.UnixMilli(), now.UnixMilli()}
	if o.Kind != cluster.DecisionLabel {
		return r, nil
	}
	from := len(e.log.Events)
	e.log.Now = now
	if o.Label == "refuse me" {
		e.log.Add(cluster.EventRefused, &record.Event{Campaign: string(o.Campaign), Actor: o.Actor, Note: "no such <b>campaign</b>"})
	} else {
		e.log.Add(cluster.EventLabelled, &record.Event{Campaign: string(o.Campaign), Label: o.Label, Actor: o.Actor, Note: o.Note})
	}
	return r, e.db.Insert(ctx, e.log.Batch(from, len(e.log.Events)))
}

func (e *engineRoom) last(t *testing.T) Order {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.orders) == 0 {
		t.Fatal("no order came")
	}
	return e.orders[len(e.orders)-1]
}

type quietRoad struct{}

func (quietRoad) State(context.Context) State {
	return State{Parts: []Part{{"kafka", "ok", true}, {"writer", "does not answer", false}}, Stages: []Stage{{"worker", 3}, {"writer", 12345}}, Dead: 2}
}

type sampleWhy struct{}

func (sampleWhy) Why(_ context.Context, _, a, b string) (*publish.Why, error) {
	return &publish.Why{
		A: publish.Party{ReportID: a, CampaignID: "cbig", Subject: evil, From: evil}, B: publish.Party{ReportID: b, Subject: evil, Matched: evil},
		Fields: []publish.WhyField{{Field: evil, Outcome: "agrees", A: evil, B: evil, Weight: 1}}, Rarity: evil, Apart: evil, Agrees: true,
		Turns: []publish.WhyTurn{{Changes: []publish.WhyChange{{Field: evil}}}}, Path: []publish.Party{{ReportID: evil}},
	}, nil
}

// office is a console with what it works with.
type office struct {
	*Handler
	book *book
	room *engineRoom
	log  *bytes.Buffer
	reg  *prometheus.Registry
}

// newOffice is a console over l on the real engine.
func newOffice(t testing.TB, l *storetest.Log, change func(*Config, *Deps)) *office {
	t.Helper()
	db := storetest.Open(t, "http+unix://"+embeddedtest.ClickHouse(t).Socket)
	if len(l.Events) > 0 {
		if err := db.Insert(t.Context(), l.All()); err != nil {
			t.Fatal(err)
		}
	}
	o := &office{book: newBook(), room: &engineRoom{db: db, log: l}, log: new(bytes.Buffer), reg: prometheus.NewRegistry()}
	cfg := DefaultConfig()
	cfg.Burst, cfg.Rate, cfg.Settle = 10_000, 10_000, 500*time.Millisecond
	deps := Deps{DB: db.Reader(20), Tokens: o.book, Desk: o.room, Road: quietRoad{}, Why: sampleWhy{}, Registerer: o.reg,
		Log: slog.New(slog.NewTextHandler(&safe{w: o.log}, nil))}
	if change != nil {
		change(&cfg, &deps)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	o.Handler = New(cfg, deps)
	return o
}

// safe is a writer that several goroutines use.
type safe struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *safe) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// person is a browser at the office: it keeps cookies and knows the word of its forms.
type person struct {
	o      *office
	cookie *http.Cookie
	word   string
}

// person signs in with a token.
func (o *office) person(t testing.TB, token string) *person {
	t.Helper()
	p := &person{o: o}
	w := p.post("/sign-in", url.Values{"token": {token}})
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 1 {
		t.Fatalf("sign in as %s: %d %s", token, w.Code, w.Body)
	}
	p.keep(w)
	p.word = wordOf(p.get("/road").Body.String())
	return p
}

func (p *person) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		p.cookie = c
	}
}

var wordPattern = regexp.MustCompile(`name="word" value="([^"]+)"`)

func wordOf(page string) string {
	if m := wordPattern.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

func (p *person) get(path string) *httptest.ResponseRecorder {
	return p.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (p *person) post(path string, form url.Values) *httptest.ResponseRecorder {
	if p.word != "" && !form.Has("word") {
		form.Set("word", p.word)
	}
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(req)
}

func (p *person) do(req *http.Request) *httptest.ResponseRecorder {
	if p.cookie != nil {
		req.AddCookie(p.cookie)
	}
	w := httptest.NewRecorder()
	p.o.ServeHTTP(w, req)
	return w
}

// evil is text out of mail that tries to leave its place.
const evil = "</td></h1>\"'><script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">x</a> {{.Word}} \x1b[31m\x00\u202egnp.exe\u2066\u200b " +
	"javascript:alert(1) http://evil.example/a?e=jane@mail.example \xff\xfe data:text/html,x"

func hostile(r *record.Row) {
	r.FromAddress, r.FromDomain, r.FromName, r.ReplyTo, r.ReturnPathDomain = evil, evil, evil, evil, evil
	r.Subject, r.Helo, r.Mailer, r.HeaderFingerprint, r.Language, r.Source = evil, evil, evil, evil, evil, evil
	r.Urls, r.UrlHosts, r.Phones, r.Wallets, r.SpoofedDomain = []string{"javascript:alert(1)", evil}, []string{evil}, []string{evil}, []string{evil}, evil
	r.Attachments[0].Name, r.Attachments[0].Type, r.Attachments[0].Sha256, r.Attachments[0].Ssdeep = evil, evil, evil, evil
	r.Attrs = map[string]string{evil: evil, "long": strings.Repeat("long ", 4000)}
	r.Personal, r.RecipientDomain, r.SourceIp, r.Spf = []string{evil}, evil, evil, evil
}

func in(region string) func(*record.Row) {
	return func(r *record.Row) { r.Attrs = map[string]string{"region": region} }
}

func named(subject string) func(*record.Row) { return func(r *record.Row) { r.Subject = subject } }

// story is a day with campaigns of each kind: the largest aimed at FL, one of the
// same operation that fell apart, one that was merged away, and mail that stands
// alone.
func story() *storetest.Log {
	l := storetest.NewLog()
	l.Mail("cnews", 4, in("AK"), named("News of the day"))
	l.Now = l.Now.AddDate(0, 0, 1)
	l.Mail("cbig", 30, in("FL"), named("Vote or else"))
	l.Mail("cvideo", 5, in("AZ"), named("See the video"))
	l.Mail("cold", 3, in("FL"), named("Vote or else"))
	l.Add(cluster.EventMerged, &record.Event{Campaign: "cbig", Other: "cold", Actor: "ana", Note: "the same template"})
	l.Open("alone", "calone", in("AZ"), named("Nothing of the kind"))
	l.Add(cluster.EventTied, &record.Event{Campaign: "cbig", Operation: "oxthdccnw4pnx"})
	l.Add(cluster.EventTied, &record.Event{Campaign: "cvideo", Operation: "oxthdccnw4pnx"})
	l.Add(cluster.EventSplit, &record.Event{Campaign: "cvideo", Other: "cbig", Actor: "ben"})
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "cnews", Label: "paper", Actor: "ana"})
	l.Add(cluster.EventLabelled, &record.Event{Campaign: "cnews", Label: "The Paper", Actor: "ana"})
	stray, near := storetest.ID("cvideo/3"), storetest.ID("cvideo/1")
	l.Add(cluster.EventDrifted, &record.Event{Campaign: "cvideo", ReportId: stray[:],
		Evidence: []*record.Evidence{{Key: uint32(cluster.KeyText), Matched: near[:], Value: "text", Score: .1, Weight: -2}}})
	return l
}
