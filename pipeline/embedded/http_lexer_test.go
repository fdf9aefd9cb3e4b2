package embedded

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// words are the texts of the tokens of sql.
func words(sql string) []string {
	var got []string
	l := &lexer{sql: sql}
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		got = append(got, t.text)
	}
	return got
}

func TestLexer(t *testing.T) {
	for _, tc := range []struct {
		sql  string
		want []string
	}{
		{"SELECT a,b", []string{"SELECT", "a", ",", "b"}},
		{"'a''b' 'c\\'d'", []string{"'a''b'", `'c\'d'`}},
		{"`a``b` \"c\\\"d\"", []string{"`a``b`", `"c\"d"`}},
		{"a--b\nc # d\ne #! f\ng", []string{"a", "c", "e", "g"}},
		{"a/*b'*/c/* d", []string{"a", "c"}},
		{"'open", []string{"'open"}},
		{`'open\`, []string{`'open\`}},
		{"$x$ ; ' $x$ a", []string{"$x$ ; ' $x$", "a"}},
		{"", nil},
	} {
		if diff := cmp.Diff(tc.want, words(tc.sql)); diff != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", tc.sql, diff)
		}
	}
}

func TestFromFile(t *testing.T) {
	for _, tc := range []struct{ sql, want, data string }{
		{"INSERT INTO t FORMAT CSV\n1", "INSERT INTO t FROM INFILE 'f' COMPRESSION 'none' FORMAT CSV", "1"},
		{"insert into d.t (a, b) settings x=1 format Native \r\n\n", "insert into d.t (a, b) FROM INFILE 'f' COMPRESSION 'none' settings x=1 FORMAT Native", "\n"},
		{"INSERT INTO `format`(values) VALUES(1)", "INSERT INTO `format`(values) FROM INFILE 'f' COMPRESSION 'none' FORMAT Values", "(1)"},
		{"INSERT INTO TABLE t VALUES (1);", "INSERT INTO TABLE t FROM INFILE 'f' COMPRESSION 'none' FORMAT Values", " (1);"},
		{"INSERT INTO t SELECT 1 FORMAT CSV", "", ""},
		{"INSERT INTO t (SELECT 1)", "", ""},
		{"INSERT INTO t FROM INFILE 'x' FORMAT CSV", "", ""},
		{"INSERT INTO t", "", ""},
		{"SELECT 1 FORMAT CSV", "", ""},
	} {
		st := parse(tc.sql)
		if st.data < 0 {
			if tc.want != "" {
				t.Errorf("%q has no data", tc.sql)
			}
			continue
		}
		if got, data := st.fromFile("f"), st.sql[st.data:]; got != tc.want || data != tc.data {
			t.Errorf("%q = %q with %q, want %q with %q", tc.sql, got, data, tc.want, tc.data)
		}
	}
}

// FuzzParse: tokens are in order and within the text, an INSERT's parts too, and
// a quoted text is one token, whatever is in it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"SELECT 1; --", "INSERT INTO t (a) SETTINGS b=1 FORMAT Native\n\x01", "'\\", "`\\``", "$$ $", "/*", "INSERT INTO FUNCTION f() VALUES", "SELECT `", "\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		st := parse(s)
		last := 0
		for _, tok := range st.tokens {
			if tok.start < last || tok.end <= tok.start || tok.end > len(s) || !strings.Contains(tok.text, tok.name()) {
				t.Fatalf("parse(%q): token %+v after %d", s, tok, last)
			}
			last = tok.end
		}
		if st.data >= 0 && (st.clause > st.end || st.end > st.data || st.data > len(s)) {
			t.Fatalf("parse(%q): clause %d, end %d, data %d", s, st.clause, st.end, st.data)
		}
		for _, quoted := range []string{quote(s), quoteName(s)} {
			if got := words(quoted); len(got) != 1 || got[0] != quoted {
				t.Fatalf("%q is %d tokens: %q", quoted, len(got), got)
			}
		}
		if st.many && !strings.Contains(s, ";") {
			t.Fatalf("parse(%q): many statements without a semicolon", s)
		}
	})
}
