package embedded

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What keeps a listener that reads only from doing more:
//
//   - The engine, by its setting readonly=1, which a session cannot take back. It
//     refuses every write and change of a table, every change of a setting, also
//     in a SETTINGS clause, temporary tables, and with them the table functions
//     that reach files, URLs and other servers.
//   - checkReading here, for what readonly leaves open (tried with 26.5.3):
//     INTO OUTFILE, the scalar function file(), DESCRIBE of a table function
//     (which reads the file or asks the URL for its columns), sqlite() (which
//     makes the file), hasColumnInTable() (which connects to any server), the
//     tables of system that start programs, open files or signal threads, KILL
//     QUERY, SET, USE, several statements in one, and SETTINGS of a subquery,
//     which the engine takes without a check: they undo readonly and every limit.
//     It allows the statements that read and refuses to call any table function
//     that the engine has, except those that compute only. What is left of system
//     tells of the engine (its version, the path of its data, the queries under
//     way) and not of other data.
//   - A function can be called by its name alone, in APPLY and as an argument, and
//     a parameter of type Identifier is whatever name the request gives. So the
//     names of functions that reach outside are refused wherever they stand, and
//     such parameters too.
//   - Limits of time, memory, rows and bytes, set before readonly.

// pureTableFunctions compute, or read what stands in the statement. merge() is
// none of them: it takes the names of tables as strings.
var pureTableFunctions = []string{
	"format", "generaterandom", "generateseries", "generate_series", "null", "numbers", "numbers_mt", "primes", "values", "view", "viewexplain",
	"viewifpermitted", "zeros", "zeros_mt",
}

// unsafeNames are refused wherever they stand: ordinary functions that reach
// outside or tell of the machine, and tables of system that start a program, open
// files, or interrupt every thread.
var unsafeNames = map[string]bool{
	"file": true, "hascolumnintable": true, "showcertificate": true, "logtrace": true, "catboostevaluate": true,
	"addresstoline": true, "addresstolinewithinlines": true, "addresstosymbol": true, "getserversetting": true,
	"aiclassify": true, "aiextract": true, "aigenerate": true, "aitranslate": true, "naivebayesclassifier": true,
	"sleep": true, "sleepeachrow": true,

	"models": true, "stack_trace": true, "jemalloc_profile_text": true, "symbols": true, "zookeeper": true,
}

// bannedFunctions lists what checkReading refuses to call, in lower case. It asks
// the engine for its table functions, so that those of a newer engine are
// refused until someone has looked at them.
func (e *engine) bannedFunctions() (map[string]bool, error) {
	c, err := e.connect()
	if err != nil {
		return nil, err
	}
	defer c.close()
	names, _, err := c.query("SELECT lower(name) FROM system.table_functions", "TSVRaw", nil)
	if err != nil {
		return nil, err
	}
	banned := make(map[string]bool)
	for name := range strings.Lines(string(names)) {
		banned[strings.TrimSpace(name)] = true
	}
	for _, name := range pureTableFunctions {
		delete(banned, name)
	}
	return banned, nil
}

// checkReading refuses a statement that a listener which only reads must not run.
func (s *Server) checkReading(st *statement) error {
	if !st.reads() {
		return refuse(codeReadonly, "READONLY", "%s: this address only reads", st.first)
	}
	for i := range st.tokens {
		if err := s.checkToken(st, i); err != nil {
			return err
		}
	}
	return nil
}

// checkToken refuses a statement for its token i.
func (s *Server) checkToken(st *statement, i int) error {
	t, next := st.tokens[i], st.at(i+1)
	name := strings.ToLower(t.name())
	switch {
	case t.kind == kindOdd && strings.IndexByte("'`\"", t.text[0]) >= 0:
		return refuse(codeSyntaxError, "SYNTAX_ERROR", "%c opens what is not closed", t.text[0])
	case t.kind == kindOdd:
		return refuse(codeSyntaxError, "SYNTAX_ERROR", "character %q outside a string is not allowed here", t.text)
	case t.is("OUTFILE"), t.is("INFILE"):
		return refuse(codeReadonly, "READONLY", "%s: this address reaches no files", t.text)
	case unsafeNames[name]:
		return refuse(codeReadonly, "READONLY", "%s: this address must not use it; a column or alias that is called so needs another name", t.text)
	case t.kind == kindQuoted && strings.Contains(t.text, `\`):
		return refuse(codeReadonly, "READONLY", "%s: a name with a backslash could be any", t.text)
	case next.punct('(') && s.banned[name]:
		return refuse(codeReadonly, "READONLY", "%s: this address must not call it", t.text)
	case name == "identifier" && st.at(i-1).punct(':'):
		return refuse(codeReadonly, "READONLY", "%s: a name as a parameter could be any; write it into the statement", t.text)
	case t.is("SETTINGS") && st.first != "SHOW" && !st.member(i):
		return refuse(codeReadonly, "READONLY", "%s: this address takes settings with the request only; quote a name that is called so", t.text)
	}
	return nil
}

// at is token i, of kindEnd where there is none.
func (s *statement) at(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{}
	}
	return s.tokens[i]
}

// member tells whether token i is a name behind another and a dot, and so no
// keyword. The dot of a number does not count.
func (s *statement) member(i int) bool {
	of := s.at(i - 2).name()
	return s.at(i-1).punct('.') && of != "" && (of[0] < '0' || of[0] > '9')
}

// name is what t names as a function or table, "" where it cannot name one.
func (t token) name() string {
	switch t.kind {
	case kindWord:
		return t.text
	case kindQuoted:
		return t.text[1 : len(t.text)-1]
	}
	return ""
}

// readSettings are the settings that a request may set where only reading is
// allowed: those that change how a result is written, and limits. writeSettings
// are those among them that reach outside: the engine writes a file of that name,
// or asks a registry.
var readSettings = regexp.MustCompile(`^(output_format_\w+|format_csv_delimiter|date_time_output_format|` +
	`session_timezone|extremes|limit|offset|max_threads|max_block_size|max_execution_time|max_result_rows|` +
	`max_result_bytes|result_overflow_mode|timeout_overflow_mode|join_use_nulls|final|log_comment|` +
	`max_rows_to_read|max_bytes_to_read|read_overflow_mode|use_query_cache|send_progress_in_http_headers|` +
	`add_http_cors_header|http_headers_progress_interval_ms|cancel_http_readonly_queries_on_client_close|` +
	`select_sequential_consistency|optimize_read_in_order|readonly)$`)

var writeSettings = map[string]bool{"output_format_schema": true, "output_format_avro_confluent_subject": true}

// readLimits bounds the settings of a session that only reads. A request may ask
// for less, never for more.
func (s *Server) readLimits(set map[string]string) error {
	for name := range set {
		if !readSettings.MatchString(name) || writeSettings[name] {
			return refuse(codeReadonly, "READONLY", "Cannot modify '%s' setting in readonly mode", name)
		}
	}
	capTo(set, "max_execution_time", int64(s.cfg.ReadTime/time.Second))
	capTo(set, "max_result_rows", s.cfg.ReadRows)
	capTo(set, "max_result_bytes", s.cfg.ReadBytes)
	delete(set, "timeout_overflow_mode")
	set["allow_introspection_functions"] = "0"
	set["readonly"] = "1"
	return nil
}

// capTo lowers a setting to limit where it is not set, zero or above. A time of so
// little that the engine reads it as zero, and zero as no limit, counts as zero.
func capTo(set map[string]string, name string, limit int64) {
	v, err := strconv.ParseFloat(set[name], 64)
	if err != nil || !(v >= 0.001) || v > float64(limit) {
		set[name] = strconv.FormatInt(limit, 10)
	}
}
