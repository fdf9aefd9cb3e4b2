package intake

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Scopes of tokens.
const (
	// ScopeReport lets a token's holder post reports.
	ScopeReport = "report"
	// ScopeRead lets it see the console, ScopeAct decide there.
	ScopeRead = "read"
	ScopeAct  = "act"
)

// Token is what is known of a bearer token: never the token itself.
type Token struct {
	// Name is its holder, for logs and metrics.
	Name string
	// Scopes are what it may be used for.
	Scopes []string
	// Hash is the SHA-256 of the secret.
	Hash [sha256.Size]byte
}

// Allows tells whether the token has a scope.
func (t *Token) Allows(scope string) bool { return slices.Contains(t.Scopes, scope) }

// String is the token's line in a token file.
func (t *Token) String() string {
	return t.Name + " " + strings.Join(t.Scopes, ",") + " " + hex.EncodeToString(t.Hash[:])
}

// Tokens is the set of tokens that are let in.
type Tokens struct{ list []Token }

// maxTokens bounds a token file.
const maxTokens = 10_000

var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$`)

// ParseTokens reads a token file: a token a line as "name scope[,scope]
// sha256hex", blank lines and lines that begin with "#" passed over. Errors name
// the line and never show a hash.
func ParseTokens(r io.Reader) (*Tokens, error) {
	var t Tokens
	sc := bufio.NewScanner(r)
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(sc.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		tok, err := parseToken(text)
		switch {
		case err != nil:
			return nil, fmt.Errorf("tokens: line %d: %w", line, err)
		case t.byName(tok.Name):
			return nil, fmt.Errorf("tokens: line %d: name %q is there twice", line, tok.Name)
		case len(t.list) >= maxTokens:
			return nil, fmt.Errorf("tokens: line %d: over %d tokens", line, maxTokens)
		}
		t.list = append(t.list, tok)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	return &t, nil
}

func parseToken(text string) (Token, error) {
	f := strings.Fields(text)
	if len(f) != 3 {
		return Token{}, errors.New("want three words: name scope[,scope] sha256hex")
	}
	t := Token{Name: f[0], Scopes: strings.Split(f[1], ",")}
	for _, w := range append([]string{t.Name}, t.Scopes...) {
		if !word.MatchString(w) {
			return Token{}, fmt.Errorf("name or scope %q has characters other than letters, digits and ._:@-", w)
		}
	}
	hash, err := hex.DecodeString(f[2])
	if err != nil || len(hash) != len(t.Hash) {
		return Token{}, fmt.Errorf("the third word is no SHA-256 in %d hexadecimal digits", 2*len(t.Hash))
	}
	copy(t.Hash[:], hash)
	return t, nil
}

func (t *Tokens) byName(name string) bool {
	return slices.ContainsFunc(t.list, func(x Token) bool { return x.Name == name })
}

// Len is the number of tokens.
func (t *Tokens) Len() int {
	if t == nil {
		return 0
	}
	return len(t.list)
}

// Find returns the token of a secret, nil for none. It takes the same time
// whichever token it is, and however much of a wrong one is right.
func (t *Tokens) Find(secret string) *Token {
	if t == nil {
		return nil
	}
	hash, found := sha256.Sum256([]byte(secret)), -1
	for i := range t.list {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], t.list[i].Hash[:]), i, found)
	}
	if found < 0 {
		return nil
	}
	return &t.list[found]
}

// ByHash returns the token with a hash, nil for none.
func (t *Tokens) ByHash(hash [sha256.Size]byte) *Token {
	if t == nil {
		return nil
	}
	for i := range t.list {
		if t.list[i].Hash == hash {
			return &t.list[i]
		}
	}
	return nil
}

// Bearer returns the secret of an Authorization header (RFC 6750, 2.1), "" for
// any other.
func Bearer(authorization string) string {
	scheme, secret, ok := strings.Cut(strings.TrimSpace(authorization), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// NewToken makes a secret of 256 random bits and the token that lets it in. The
// secret is shown once and kept nowhere.
func NewToken(random io.Reader, name string, scopes ...string) (secret string, t Token, err error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", Token{}, fmt.Errorf("random bytes: %w", err)
	}
	secret = "shoal_" + base64.RawURLEncoding.EncodeToString(raw)
	t = Token{Name: name, Scopes: scopes, Hash: sha256.Sum256([]byte(secret))}
	if _, err := parseToken(t.String()); err != nil {
		return "", Token{}, fmt.Errorf("token %q: %w", name, err)
	}
	return secret, t, nil
}
