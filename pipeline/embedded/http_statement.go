package embedded

import (
	"fmt"
	"strings"
)

// statement is what must be known of a statement before the engine sees it.
type statement struct {
	sql string
	// first is the first keyword, upper case; "(" where it begins so.
	first string
	// format is the name in a closing FORMAT clause; of an INSERT, of its data.
	format string
	// data is where the data of an INSERT begin in sql, or -1 where it has none.
	// clause is where FROM INFILE can be put, end where the statement ends.
	data, clause, end int
	// totals says that the result has totals beside its rows, writes that an
	// INSERT stands behind a WITH.
	totals, writes bool
	// many says that something follows a semicolon.
	many   bool
	tokens []token
}

// parse reads the outline of sql.
func parse(sql string) *statement {
	s := &statement{sql: sql, data: -1}
	l := &lexer{sql: sql}
	t := l.next()
	s.first = strings.ToUpper(t.text)
	if t.is("INSERT") && s.insert(l) {
		return s
	}
	*l = lexer{sql: sql}
	s.outline(l)
	return s
}

// outline reads a statement without data.
func (s *statement) outline(l *lexer) {
	var last, ended token
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		if ended.kind != kindEnd && !t.punct(';') {
			s.many = true
		}
		if t.punct(';') {
			ended = t
		}
		if last.is("FORMAT") && t.kind == kindWord {
			s.format = t.text
		}
		if last.is("WITH") && (t.is("TOTALS") || t.is("ROLLUP") || t.is("CUBE")) {
			s.totals = true
		}
		s.writes = s.writes || t.is("INSERT")
		last = t
		s.tokens = append(s.tokens, t)
	}
}

// insert reads an INSERT up to its data, and tells whether it has data. l is
// behind the first word.
func (s *statement) insert(l *lexer) bool {
	t := l.next()
	for t.is("INTO") || t.is("TABLE") {
		t = l.next()
	}
	if t.is("FUNCTION") {
		l.next()
	}
	for t = l.next(); t.punct('.'); t = l.next() {
		l.next()
	}
	for depth := 0; t.kind != kindEnd; t = l.next() {
		switch {
		case t.punct('('):
			depth++
		case t.punct(')'):
			depth--
		case depth != 0:
		case t.is("SETTINGS"):
			s.clause = t.start
		case t.is("SELECT"), t.is("WITH"), t.is("FROM"), t.punct(';'):
			return false
		case t.is("VALUES"):
			s.format = "Values"
			s.found(t.start, t.end)
			return true
		case t.is("FORMAT"):
			s.found(t.start, 0)
			t = l.next()
			s.format, s.data = t.text, skipLine(s.sql, t.end)
			return t.kind == kindWord
		}
	}
	return false
}

func (s *statement) found(end, data int) {
	s.end, s.data = end, data
	if s.clause == 0 {
		s.clause = end
	}
}

// skipLine is where the data begin behind the format's name: behind spaces and
// at most one line end.
func skipLine(sql string, i int) int {
	for i < len(sql) && strings.IndexByte(" \t\f", sql[i]) >= 0 {
		i++
	}
	if i < len(sql) && sql[i] == '\r' {
		i++
	}
	if i < len(sql) && sql[i] == '\n' {
		i++
	}
	return i
}

// fromFile is the INSERT with its data in a file. Inline data would be cut at
// the first line end in a binary format.
func (s *statement) fromFile(path string) string {
	return fmt.Sprintf("%sFROM INFILE %s COMPRESSION 'none' %sFORMAT %s",
		s.sql[:s.clause], quote(path), s.sql[s.clause:s.end], s.format)
}

// reads tells whether the statement is one that can only read.
func (s *statement) reads() bool {
	switch s.first {
	case "SELECT", "WITH", "FROM", "(", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS":
		return true
	}
	return false
}

// takesRoom tells whether the statement writes to the disk, and more than it takes to
// get rid of something: DROP and TRUNCATE are for who has to make room.
func (s *statement) takesRoom() bool {
	switch s.first {
	case "INSERT", "CREATE", "ALTER", "OPTIMIZE", "UPDATE", "DELETE", "ATTACH", "RENAME", "EXCHANGE", "REPLACE", "UNDROP", "RESTORE":
		return true
	}
	return s.writes
}

// streams tells whether the result can be sent block by block: a query whose
// format puts nothing before, between or behind its rows.
func (s *statement) streams(format string) bool {
	switch s.first {
	case "SELECT", "WITH", "FROM", "(":
		return !s.totals && !s.writes && rowFormats[strings.ToLower(format)]
	}
	return false
}

// rowFormats are formats of which two outputs, one behind the other, are one.
var rowFormats = map[string]bool{
	"native": true, "rowbinary": true, "tabseparated": true, "tsv": true,
	"tabseparatedraw": true, "tsvraw": true, "csv": true, "jsoneachrow": true,
	"jsonlines": true, "ndjson": true, "jsoncompacteachrow": true,
	"jsonstringseachrow": true, "lineasstring": true,
}

// quote is s as a string of SQL.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// quoteName is s as an identifier of SQL.
func quoteName(s string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(s) + "`"
}
