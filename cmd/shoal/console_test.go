package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"shoal/pipeline/intake"
)

// browsers are those of the scripts, by their folders.
var browsers sync.Map

func browserOf(ts *testscript.TestScript) *http.Client {
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	b, _ := browsers.LoadOrStore(ts.Getenv("WORK"), &http.Client{Jar: jar})
	return b.(*http.Client)
}

var formWord = regexp.MustCompile(`name="word" value="([^"]+)"`)

// cmdVisit asks the console for a page as a browser does: visit STATUS PATH
// [FIELD=VALUE...]; with fields it sends a form. It follows where that leads.
func cmdVisit(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: visit STATUS PATH [FIELD=VALUE...]")
	}
	status, body := visitOnce(ts, http.MethodGet, args[1], nil)
	if fields := args[2:]; len(fields) > 0 {
		form := url.Values{}
		if args[1] != "/sign-in" {
			_, page := visitOnce(ts, http.MethodGet, "/road", nil)
			form.Set("word", append(formWord.FindStringSubmatch(page), "", "")[1])
		}
		for _, f := range fields {
			name, value, _ := strings.Cut(f, "=")
			form.Add(name, value)
		}
		status, body = visitOnce(ts, http.MethodPost, args[1], form)
	}
	_, err := io.WriteString(ts.Stdout(), body)
	ts.Check(err)
	if want := args[0]; fmt.Sprint(status) != want {
		ts.Fatalf("status %d, want %s", status, want)
	}
}

// cmdLeaves waits until the console asks for a sign-in again: leaves PATH.
func cmdLeaves(ts *testscript.TestScript, _ bool, args []string) {
	eventually(ts, "still let in", func() error {
		if status, _ := visitOnce(ts, http.MethodGet, args[0], nil); status != http.StatusUnauthorized {
			return fmt.Errorf("status %d", status)
		}
		return nil
	})
}

// cmdEnvFile sets a variable to what a file holds: envfile NAME FILE.
func cmdEnvFile(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

func visitOnce(ts *testscript.TestScript, method, path string, form url.Values) (int, string) {
	req, err := http.NewRequest(method, ts.Getenv("HTTP")+path, strings.NewReader(form.Encode()))
	ts.Check(err)
	req.Host = ts.Getenv("HOST")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := browserOf(ts).Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	return resp.StatusCode, string(body)
}

// TestConsoleNames: on loopback no foreign name, elsewhere any, unless told.
func TestConsoleNames(t *testing.T) {
	near, far := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}
	for _, tt := range []struct {
		hosts []string
		addr  net.Addr
		want  []string
		not   string
	}{
		{nil, near, []string{"localhost", "127.0.0.1", "::1"}, "desk.example"},
		{[]string{"Desk.Example"}, near, []string{"localhost", "desk.example"}, "192.0.2.1"},
		{[]string{"desk.example"}, far, []string{"desk.example"}, "localhost"},
		{nil, far, nil, "localhost"},
	} {
		f := consoleFlags{hosts: tt.hosts}
		got := f.names(tt.addr)
		for _, w := range tt.want {
			if !slices.Contains(got, w) {
				t.Errorf("%v on %v: %v, want %s", tt.hosts, tt.addr, got, w)
			}
		}
		if slices.Contains(got, tt.not) || tt.want == nil && len(got) > 0 {
			t.Errorf("%v on %v: %v", tt.hosts, tt.addr, got)
		}
	}
}

// TestTokenBook: a holder is found by secret and by hash, as long as the token is.
func TestTokenBook(t *testing.T) {
	secret, tok, err := intake.NewToken(strings.NewReader(strings.Repeat("x", 32)), "ana", intake.ScopeRead, intake.ScopeAct)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := intake.ParseTokens(strings.NewReader(tok.String()))
	if err != nil {
		t.Fatal(err)
	}
	b := newTokenBook(tokens)
	h, ok := b.Find(secret)
	if !ok || h.Name != "ana" || !slices.Equal(h.Scopes, []string{"read", "act"}) {
		t.Fatalf("Find = %+v, %v", h, ok)
	}
	if again, ok := b.Current(h.ID); !ok || again.Name != "ana" {
		t.Errorf("Current = %+v, %v", again, ok)
	}
	for _, id := range []string{"", "x", h.ID[:62], h.ID + "00", strings.Repeat("0", 64)} {
		if _, ok := b.Current(id); ok {
			t.Errorf("Current(%q) found somebody", id)
		}
	}
	b.now.Store(nil)
	if _, ok := b.Current(h.ID); ok {
		t.Error("a token that is gone is current")
	}
	if _, ok := b.Find(secret); ok {
		t.Error("a token that is gone is found")
	}
}
