package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"shoal/pipeline/intake"
)

const tokenFileHead = "# Tokens of the HTTP intake and the console: name, scopes, SHA-256 of the secret.\n# `shoal token add NAME` adds one; delete a line to revoke.\n"

// ensureTokens reads the token file. Where there is none it makes one: where the
// secret may be shown with one token, whose secret it returns, for the only time;
// else with none.
func ensureTokens(path string, show bool) (tokens *intake.Tokens, secret string, err error) {
	tokens, err = readTokens(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return tokens, "", err
	}
	if !show {
		if err := createSecret(path, []byte(tokenFileHead)); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, "", fmt.Errorf("make token file: %w", err)
		}
		tokens, err = readTokens(path)
		return tokens, "", err
	}
	secret, t, err := intake.NewToken(rand.Reader, "default", intake.ScopeReport)
	if err != nil {
		return nil, "", err
	}
	switch err := createSecret(path, []byte(tokenFileHead+t.String()+"\n")); {
	case errors.Is(err, fs.ErrExist):
		secret = ""
	case err != nil:
		return nil, "", fmt.Errorf("make token file: %w", err)
	}
	tokens, err = readTokens(path)
	return tokens, secret, err
}

func readTokens(path string) (*intake.Tokens, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("token file: %w", err)
	}
	defer f.Close()
	t, err := intake.ParseTokens(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// tokenCheckEvery is how soon a token that was added is let in, and one that was
// revoked is not.
const tokenCheckEvery = 2 * time.Second

// followTokens hands set the tokens of a file whenever it changes, until ctx ends.
// A file that is gone or damaged changes nothing: it is told once.
func followTokens(ctx context.Context, path string, set func(*intake.Tokens), log *slog.Logger) error {
	file := newFresh(path)
	tick := time.NewTicker(tokenCheckEvery)
	defer tick.Stop()
	for {
		changed, err := file.changed()
		if changed {
			var tokens *intake.Tokens
			if tokens, err = readTokens(path); err == nil {
				set(tokens)
				log.Info("tokens read", "tokens", tokens.Len())
			}
		}
		if err != nil {
			log.Error("tokens not read anew, the old ones stay", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
