package embedded

import "strings"

// kind is the kind of a token of SQL.
type kind uint8

const (
	kindEnd    kind = iota
	kindWord        // bare identifier, keyword or number
	kindQuoted      // `identifier` or "identifier"
	kindString      // 'string' or heredoc
	kindPunct       // one byte of anything else
	kindOdd         // what ClickHouse's lexer may read otherwise than this one
)

// token is a token of SQL: sql[start:end].
type token struct {
	kind       kind
	start, end int
	text       string
}

// is tells whether t is the bare keyword word (upper case).
func (t token) is(word string) bool {
	return t.kind == kindWord && strings.EqualFold(t.text, word)
}

func (t token) punct(c byte) bool { return t.kind == kindPunct && t.text[0] == c }

// lexer cuts SQL into tokens as ClickHouse's own lexer does, as far as that
// matters here: what is a string, what a comment, what a word. What it is not
// sure about is a kindOdd, which the read-only listener refuses.
type lexer struct {
	sql string
	pos int
	// open counts heredocs that did not end. Each costs a search to the end of the
	// text, so after some of them no more are looked for.
	open int
}

const maxOpen = 16

// next returns the next token; comments and white space are skipped.
func (l *lexer) next() token {
	l.skip()
	start := l.pos
	if start >= len(l.sql) {
		return token{kind: kindEnd, start: start, end: start}
	}
	k := kindPunct
	switch c := l.sql[start]; {
	case c == '\'':
		k = l.quoted(c, kindString)
	case c == '`' || c == '"':
		k = l.quoted(c, kindQuoted)
	case isWord(c):
		k = kindWord
		for l.pos < len(l.sql) && isWord(l.sql[l.pos]) {
			l.pos++
		}
	case c == '$':
		k = l.heredoc()
	default:
		if c >= 0x80 || c < ' ' || c == '#' {
			k = kindOdd
		}
		l.pos++
	}
	return token{kind: k, start: start, end: l.pos, text: l.sql[start:l.pos]}
}

// skip moves over white space and comments.
func (l *lexer) skip() {
	for l.pos < len(l.sql) {
		rest := l.sql[l.pos:]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			l.pos++
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
			l.until("\n")
		case strings.HasPrefix(rest, "/*"):
			l.pos += 2
			l.until("*/")
		default:
			return
		}
	}
}

func (l *lexer) until(mark string) {
	if i := strings.Index(l.sql[l.pos:], mark); i >= 0 {
		l.pos += i + len(mark)
		return
	}
	l.pos = len(l.sql)
}

// quoted moves over a quoted token of kind k: a backslash escapes, and so does
// doubling. One that does not end is odd.
func (l *lexer) quoted(quote byte, k kind) kind {
	for l.pos++; l.pos < len(l.sql); l.pos++ {
		switch l.sql[l.pos] {
		case '\\':
			l.pos++
		case quote:
			l.pos++
			if l.pos >= len(l.sql) || l.sql[l.pos] != quote {
				return k
			}
		}
	}
	l.pos = len(l.sql)
	return kindOdd
}

// heredoc moves over $tag$ ... $tag$, or over one $.
func (l *lexer) heredoc() kind {
	rest := l.sql[l.pos:]
	i := 1
	for i < len(rest) && isWord(rest[i]) {
		i++
	}
	if i < len(rest) && rest[i] == '$' && l.open < maxOpen {
		tag := rest[:i+1]
		if j := strings.Index(rest[len(tag):], tag); j >= 0 {
			l.pos += 2*len(tag) + j
			return kindOdd
		}
		l.open++
	}
	l.pos++
	return kindOdd
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
