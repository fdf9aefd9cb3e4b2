package intake

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestTokens(t *testing.T) {
	secret, tok, err := NewToken(rand.Reader, "desk", "report", "read")
	if err != nil {
		t.Fatal(err)
	}
	other, second, err := NewToken(rand.Reader, "console", "read")
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := ParseTokens(strings.NewReader("# holders\n\n" + tok.String() + "\n  " + second.String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := tokens.Find(secret); got == nil || got.Name != "desk" || !got.Allows(ScopeReport) || !got.Allows("read") {
		t.Errorf("Find(desk's) = %v", got)
	}
	if got := tokens.Find(other); got == nil || got.Name != "console" || got.Allows(ScopeReport) {
		t.Errorf("Find(console's) = %v", got)
	}
	for _, wrong := range []string{"", "shoal_", secret + "x", secret[:len(secret)-1], tok.String()} {
		if got := tokens.Find(wrong); got != nil {
			t.Errorf("Find(%q) = %v, want nil", wrong, got)
		}
	}
	if (*Tokens)(nil).Find(secret) != nil || tokens.Len() != 2 {
		t.Errorf("Len = %d, want 2, and no tokens let nobody in", tokens.Len())
	}
	if strings.Contains(tok.String(), secret) {
		t.Error("a token's line holds its secret")
	}
}

func TestNewTokenErrors(t *testing.T) {
	if _, _, err := NewToken(iotest.ErrReader(errors.New("dry")), "a", "report"); err == nil {
		t.Error("a token without random bytes")
	}
	if _, _, err := NewToken(rand.Reader, "a b", "report"); err == nil {
		t.Error("a token whose line cannot be read again")
	}
}

func TestParseTokensErrors(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for in, want := range map[string]string{
		"a report":                "tokens: line 1: want three words: name scope[,scope] sha256hex",
		"#\na report " + hash[2:]: "tokens: line 2: the third word is no SHA-256 in 64 hexadecimal digits",
		"a report, " + hash:       `tokens: line 1: name or scope "" has characters other than letters, digits and ._:@-`,
		"a report " + hash + "\na read " + hash + "\n": `tokens: line 2: name "a" is there twice`,
	} {
		if _, err := ParseTokens(strings.NewReader(in)); err == nil || err.Error() != want {
			t.Errorf("ParseTokens(%q) = %v, want %s", in, err, want)
		}
	}
}

func TestBearer(t *testing.T) {
	for in, want := range map[string]string{
		"Bearer abc": "abc", "bearer  abc ": "abc", "Basic abc": "", "Bearer": "", "": "", "abc": "",
	} {
		if got := Bearer(in); got != want {
			t.Errorf("Bearer(%q) = %q, want %q", in, got, want)
		}
	}
}
