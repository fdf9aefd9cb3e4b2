package console

import (
	"context"
	_ "embed"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"shoal/cluster"
	"shoal/pipeline/record"
	"shoal/pipeline/store/storetest"
)

//go:embed testdata/look.js
var lookScript string

// tab is a page of a real browser, and what the browser had to say about it.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex
	wrong    []string
	requests []string
}

// openTab starts a browser of its own. Where there is none the test is skipped;
// with CI set it fails.
func openTab(t *testing.T, o *office) *tab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil && path == "" {
			path = p
		}
	}
	switch {
	case path == "" && os.Getenv("CI") == "":
		t.Skip("no Chromium is here")
	case path == "":
		t.Fatal("no Chromium is here")
	}
	site := httptest.NewServer(o)
	t.Cleanup(site.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()))
	for _, f := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(f, true))
	}
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(end)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(shut)
	b := &tab{t: t, ctx: ctx, base: site.URL}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(ctx, browserlog.Enable, cdp.Empty{}); return err },
		func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err },
	} {
		if err := enable(); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// hear notes what must not happen: a request to elsewhere, a word in the console
// (violations of the policy are such), a dialogue.
func (b *tab) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, ev.Request.URL)
		// The browser draws the calendar of a date field from data: of its own; such of
		// the page would break the policy, which the log tells.
		if !strings.HasPrefix(ev.Request.URL, b.base+"/") && !strings.HasPrefix(ev.Request.URL, "data:") {
			b.wrong = append(b.wrong, "a request to "+ev.Request.URL)
		}
	case *network.EventLoadingFailed:
		if ev.BlockedReason != "" {
			b.wrong = append(b.wrong, fmt.Sprint("a request was blocked: ", ev.BlockedReason))
		}
	case *browserlog.EventEntryAdded:
		b.wrong = append(b.wrong, fmt.Sprint("in the log: ", ev.Entry.Level, " ", ev.Entry.Text, " ", ev.Entry.URL))
	case *runtime.EventConsoleAPICalled:
		b.wrong = append(b.wrong, fmt.Sprint("in the console: ", ev.Type))
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, "an exception: "+ev.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		b.wrong = append(b.wrong, "a dialogue: "+ev.Message)
	}
}

// quiet fails the test where something was heard.
func (b *tab) quiet(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.t.Errorf("%s: %s", where, w)
	}
	b.wrong = nil
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// click follows a link or sends a form, and waits for the page that comes.
func (b *tab) click(selector string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(selector)))); err != nil {
		b.t.Fatalf("click %s: %v", selector, err)
	}
}

func (b *tab) fill(selector, text string) { b.do(chromedp.SendKeys(chromedp.CSS(selector), text)) }

func (b *tab) heading() string {
	return read[string](b, `document.querySelector("h1").textContent.trim()`)
}

func (b *tab) says(text string) bool {
	return strings.Contains(read[string](b, `document.querySelector("main").innerText.replace(/\s+/g, " ")`), text)
}

func read[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// look checks the page at a width and in a mode.
func (b *tab) look(path string, width int64, mode string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: mode}}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, 900))
	b.open(path)
	for _, wrong := range read[[]string](b, lookScript) {
		b.t.Errorf("%s at %d, %s: %s", path, width, mode, wrong)
	}
	if dir := os.Getenv("SHOAL_SHOTS"); dir != "" {
		b.shoot(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "_").Replace(path), width, mode)))
	}
}

// shoot keeps a picture of the page, for who wants to see it.
func (b *tab) shoot(file string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(file, picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestBrowser walks through the console as an analyst does in the morning.
func TestBrowser(t *testing.T) {
	o := newOffice(t, story(), nil)
	b := openTab(t, o)
	b.open("/sign-in")
	b.fill("#token", "actor")
	b.click("main button")
	if got := b.heading(); got != "Wednesday, 21 October 2026" {
		t.Fatalf("after the sign-in: %q", got)
	}
	if cookies := read[string](b, "document.cookie"); cookies != "" {
		t.Errorf("a script could read the cookie: %q", cookies)
	}
	b.click(".entry h3 a")
	if got := b.heading(); got != "Vote or else" {
		t.Fatalf("the first campaign of the list: %q", got)
	}
	b.fill("#label", "autumn wave")
	b.fill("#labelnote", "as agreed")
	b.click("form:has(#label) button")
	if got := b.heading(); got != "Carried out" || !b.says("labelled cbig: “autumn wave” (as agreed), by actor") {
		t.Errorf("after labelling: %q", got)
	}
	b.click("main p:last-child a")
	if got := b.heading(); !strings.HasPrefix(got, "autumn wave") {
		t.Errorf("the label is not the name: %q", got)
	}
	b.click("p a[href$='/reports']")
	b.do(chromedp.Click(chromedp.CSS("tbody tr:nth-child(2) input")))
	b.click("button[value=split]")
	if got := b.heading(); got != "On its way" || o.room.last(t).Kind != cluster.DecisionSplit || len(o.room.last(t).Reports) != 1 {
		t.Errorf("after a split: %q, %+v", got, o.room.last(t))
	}
	b.open("/")
	b.fill("#q", "video[.]example\n")
	b.do(chromedp.WaitVisible(chromedp.CSS("table")))
	if !b.says("found for video[.]example") {
		t.Error("the search says nothing")
	}
	b.open("/")
	b.do(chromedp.KeyEvent("\t"))
	if !read[bool](b, `document.activeElement.classList.contains("skip") && document.activeElement.getBoundingClientRect().left >= 0`) {
		t.Error("the first tab does not lead to the visible link to the content")
	}
	b.quiet("the walk")
	b.click(".who button")
	if got := b.heading(); got != "Sign in" {
		t.Errorf("after signing out: %q", got)
	}
	b.quiet("signing out")
	if len(b.requests) < 20 {
		t.Errorf("%d requests were seen", len(b.requests))
	}
}

// TestBrowserInvited: the link of `shoal run` leads in.
func TestBrowserInvited(t *testing.T) {
	o := newOffice(t, story(), nil)
	b := openTab(t, o)
	b.open(o.Invite("carol"))
	b.do(chromedp.WaitVisible(chromedp.CSS(".entries")))
	if got := read[string](b, "location.pathname + location.search"); got != "/" || !strings.Contains(read[string](b, `document.querySelector(".who").innerText`), "carol") {
		t.Errorf("the link leads to %q", got)
	}
	b.quiet("the link")
}

// TestBrowserFinds: what looks at pages sees what is wrong with one, and what
// listens hears what a page must not do.
func TestBrowserFinds(t *testing.T) {
	o := newOffice(t, story(), nil)
	b := openTab(t, o)
	b.open("/sign-in")
	b.fill("#token", "reader")
	b.click("main button")
	for script, want := range map[string]string{
		`document.querySelector("h2").outerHTML = "<h4>x</h4>"`:                                                 "skips a level",
		`document.querySelector("label[for=q]").remove()`:                                                       "field without label",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<img src=/icon.svg>")`:                 "without alt",
		`document.querySelector("main p").style.color = "#999"`:                                                 "contrast",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<h1>x</h1>")`:                          "not one h1",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<button></button>")`:                   "without text",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<table><tr><td>x</table>")`:            "table without headings",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<pre>" + "x".repeat(2000) + "</pre>")`: "wider than the screen",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<p id=q>x</p>")`:                       "id is there twice",
		`document.querySelectorAll(".bars").forEach((e) => e.removeAttribute("aria-label"))`:                    "drawing without label",
		`document.querySelector(".skip").remove()`:                                                              "does not skip",
		`document.querySelector("main").insertAdjacentHTML("beforeend", "<section>x</section>")`:                "landmark without name",
	} {
		b.open("/")
		read[any](b, script+"; null")
		if got := strings.Join(read[[]string](b, lookScript), "; "); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
	b.open("/")
	b.mu.Lock()
	b.wrong = nil
	b.mu.Unlock()
	read[any](b, `document.querySelector("main").insertAdjacentHTML("beforeend", "<img src=https://evil.example/x alt=''><p style='color:red' onclick='alert(1)'>x</p>"); console.log("x"); null`)
	b.open("/road") // by then all was heard
	b.mu.Lock()
	defer b.mu.Unlock()
	heard := strings.Join(b.wrong, "\n")
	for _, want := range []string{"in the console: log", "evil.example", "style", "Content Security Policy", "blocked: csp"} {
		if !strings.Contains(heard, want) {
			t.Errorf("nothing was heard of %q: %s", want, heard)
		}
	}
}

// TestBrowserLook: every page on a desk and on a phone, light and dark, with
// harmless and with hostile mail.
func TestBrowserLook(t *testing.T) {
	evilStory := storetest.NewLog()
	evilStory.Mail("cbig", 12, hostile)
	evilStory.Open("alone", "calone", hostile)
	evilStory.Add(cluster.EventLabelled, &record.Event{Campaign: "cbig", Label: evil, Actor: evil, Note: evil})
	day := storetest.Start.Format(time.DateOnly)
	for name, l := range map[string]*storetest.Log{"harmless": story(), "hostile": evilStory} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, l, nil)
			b := openTab(t, o)
			b.look("/sign-in", 390, "light")
			b.look("/sign-in", 1280, "dark")
			b.fill("#token", "actor")
			b.click("main button")
			paths := []string{"/", "/?day=all", "/campaigns/cbig", "/campaigns/cbig/reports", "/campaigns/cbig/why?a=" + a32 + "&b=" + b32,
				"/alone?day=" + day, "/search?q=example", "/search?q=", "/summary?day=" + day, "/road", "/decision?campaign=cbig&actor=x&kind=x&from=1&to=2"}
			if name == "harmless" {
				paths = append(paths, "/campaigns/cvideo", "/campaigns/cold", "/campaigns/cnews")
			}
			for _, path := range paths {
				b.look(path, 1280, "light")
				b.look(path, 1280, "dark")
				b.look(path, 390, "light")
				b.quiet(path)
			}
		})
	}
}
