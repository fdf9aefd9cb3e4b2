package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"shoal/pipeline/intake"
)

const tokenFileHead = "# Tokens of the HTTP intake: name, scopes, SHA-256 of the secret.\n# `shoal token add NAME` adds one; delete a line to revoke.\n"

// ensureTokens reads the token file. Where there is none it makes one with one
// token, whose secret it returns, for the only time.
func ensureTokens(path string) (tokens *intake.Tokens, secret string, err error) {
	tokens, err = readTokens(path)
	if !errors.Is(err, fs.ErrNotExist) {
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
