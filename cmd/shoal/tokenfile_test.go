package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shoal/pipeline/intake"
)

// TestEnsureTokens: the first token is made where its secret can be shown, and
// nowhere else; its file is private and does not hold the secret.
func TestEnsureTokens(t *testing.T) {
	for _, show := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "tokens")
		tokens, secret, err := ensureTokens(path, show)
		if err != nil || (secret != "") != show || (tokens.Len() == 1) != show {
			t.Errorf("show %v: %d tokens, a secret %v, %v", show, tokens.Len(), secret != "", err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != fs.FileMode(0o600) {
			t.Errorf("mode %v, want 0600", info.Mode())
		}
		text, _ := os.ReadFile(path)
		if show && (strings.Contains(string(text), secret) || tokens.Find(secret) == nil) {
			t.Error("the file holds the secret, or not its hash")
		}
		if _, again, err := ensureTokens(path, true); again != "" || err != nil {
			t.Errorf("second start: a new secret or %v", err)
		}
	}
}

// TestFollowTokens adds a token and revokes one while the file is followed.
func TestFollowTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	line := func(name string) (string, string) {
		secret, tok, err := intake.NewToken(rand.Reader, name, intake.ScopeReport)
		if err != nil {
			t.Fatal(err)
		}
		return secret, tok.String() + "\n"
	}
	first, firstLine := line("first")
	second, secondLine := line("second")
	synctest.Test(t, func(t *testing.T) {
		var now *intake.Tokens
		log := new(bytes.Buffer)
		ctx, cancel := context.WithCancel(t.Context())
		// after says what is let in some time after the file was written.
		after := func(content string) (bool, bool) {
			if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * tokenCheckEvery) // of the bubble
			synctest.Wait()
			return now.Find(first) != nil, now.Find(second) != nil
		}
		done := make(chan error, 1)
		go func() {
			done <- followTokens(ctx, path, func(tokens *intake.Tokens) { now = tokens }, slog.New(slog.NewTextHandler(log, nil)))
		}()
		for _, tt := range []struct {
			name, content string
			first, second bool
		}{
			{"made", firstLine, true, false},
			{"added", firstLine + secondLine, true, true},
			{"damaged", "damaged\n", true, true},
			{"revoked", secondLine, false, true},
		} {
			if a, b := after(tt.content); a != tt.first || b != tt.second {
				t.Errorf("%s: let in %v and %v, want %v and %v", tt.name, a, b, tt.first, tt.second)
			}
		}
		if n := strings.Count(log.String(), "the old ones stay"); n != 1 {
			t.Errorf("the damaged file was told %d times, want once:\n%s", n, log)
		}
		if strings.Contains(log.String(), first) {
			t.Error("the log has a secret")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
