package embedded

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// access is what a listener lets its requests do.
type access struct {
	full bool
	tcp  bool
}

// request is one request for a query, read.
type request struct {
	id       string
	database string
	// format is the default format of the result.
	format   string
	settings map[string]string
	params   []param
	// query is the parameter "query"; what the body holds comes behind it.
	query string
	body  io.Reader
	// reading is set where the request must not write.
	reading bool
	hello   bool
	answer  encoding
}

// ownParams are URL parameters that are not settings of the engine.
var ownParams = map[string]bool{
	"query": true, "database": true, "default_format": true, "query_id": true,
	"user": true, "password": true, "quota_key": true, "role": true,
	"compress": true, "decompress": true, "client_protocol_version": true,
	"session_id": true, "session_timeout": true, "session_check": true,
	"stacktrace": true, "wait_end_of_query": true, "buffer_size": true,
	"enable_http_compression": true, "http_zlib_compression_level": true,
	"network_compression_method": true, "network_zstd_compression_level": true,
	"close_session": true, "http_write_exception_in_output_format": true,
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

// maxQuery bounds the text of a statement without its data, as max_query_size
// does in ClickHouse, but wider.
const maxQuery = 4 << 20

// readRequest reads what the URL and the header fields say.
func (s *Server) readRequest(r *http.Request, may access) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(codeBadArguments, "BAD_ARGUMENTS", "URL: %s", err)
	}
	if err := s.authorise(r, may, values); err != nil {
		return nil, err
	}
	req := &request{
		id:       firstOf(values.Get("query_id"), r.Header.Get("X-ClickHouse-Query-Id"), rand.Text()),
		database: firstOf(values.Get("database"), r.Header.Get("X-ClickHouse-Database")),
		format:   firstOf(values.Get("default_format"), r.Header.Get("X-ClickHouse-Format"), "TabSeparated"),
		query:    values.Get("query"),
		settings: make(map[string]string),
		// As in ClickHouse, a GET must not change anything.
		reading: !may.full || r.Method == http.MethodGet || r.Method == http.MethodHead,
		answer:  chooseEncoding(r, values),
	}
	if !wordName.MatchString(req.format) || len(req.id) > 256 {
		return nil, refuse(73, "UNKNOWN_FORMAT", "Unknown format %q", req.format)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := req.set(name, values.Get(name)); err != nil {
			return nil, err
		}
	}
	if req.body, err = s.readBody(r, values); err != nil {
		return nil, err
	}
	req.hello = req.format == "Native" && values.Get("client_protocol_version") != ""
	return req, nil
}

var wordName = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// set takes one URL parameter.
func (req *request) set(name, value string) error {
	if p, ok := strings.CutPrefix(name, "param_"); ok && p != "" {
		req.params = append(req.params, param{name: p, value: value})
		return nil
	}
	if ownParams[name] {
		return nil
	}
	if !settingName.MatchString(name) {
		return refuse(115, "UNKNOWN_SETTING", "Unknown setting %q", name)
	}
	req.settings[name] = value
	return nil
}

// authorise checks the key of a request over TCP, and refuses what a web page in
// the user's browser could send: a page may post to loopback, and with a name
// that resolves to loopback it may even read the answer.
func (s *Server) authorise(r *http.Request, may access, values url.Values) error {
	if !may.tcp {
		return nil
	}
	if !localHost(r.Host) {
		return refuse(codeAuthentication, "AUTHENTICATION_FAILED", "host %q is not this machine's loopback", r.Host)
	}
	if r.Header.Get("Origin") != "" || crossSite(r) {
		return refuse(codeAuthentication, "AUTHENTICATION_FAILED", "requests of web pages are not served")
	}
	if s.cfg.Key == "" {
		return nil
	}
	_, password, _ := r.BasicAuth()
	key := firstOf(r.Header.Get("X-ClickHouse-Key"), password, values.Get("password"))
	if subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.Key)) != 1 {
		return refuse(codeAuthentication, "AUTHENTICATION_FAILED", "password is incorrect")
	}
	return nil
}

func crossSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none"
}

func localHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// firstOf is the first value that is not empty.
func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// session opens a connection with the request's database and settings. token
// marks its queries, so that they can be found and cancelled.
func (s *Server) session(req *request, token string) (*conn, error) {
	set := maps.Clone(req.settings)
	if err := s.limits(set, req.reading); err != nil {
		return nil, err
	}
	set["log_comment"] = token
	c, err := s.engine.connect()
	if err != nil {
		return nil, refuse(codeTooManyQueries, "TOO_MANY_SIMULTANEOUS_QUERIES", "connect: %s", err)
	}
	if err := configure(c, req.database, set); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// limits completes the settings of a session.
func (s *Server) limits(set map[string]string, reading bool) error {
	if reading {
		if err := s.readLimits(set); err != nil {
			return err
		}
	}
	for name, value := range map[string]int64{
		"max_memory_usage":                   s.cfg.MaxMemory,
		"max_bytes_before_external_group_by": s.cfg.MaxMemory / 2,
		"max_bytes_before_external_sort":     s.cfg.MaxMemory / 2,
	} {
		if set[name] == "" {
			set[name] = fmt.Sprint(value)
		}
	}
	return nil
}

func configure(c *conn, database string, set map[string]string) error {
	if database != "" {
		if err := c.exec("USE " + quoteName(database)); err != nil {
			return err
		}
	}
	var sql strings.Builder
	sql.WriteString("SET ")
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if name != "readonly" {
			fmt.Fprintf(&sql, "%s = %s, ", name, quote(set[name]))
		}
	}
	// readonly comes last: behind it nothing can be set.
	fmt.Fprintf(&sql, "readonly = %s", quote(firstOf(set["readonly"], "0")))
	return c.exec(sql.String())
}

// errBodyTooLarge ends the reading of a body.
var errBodyTooLarge = errors.New("request body too large")

// bounded reads up to n bytes of r, and fails where there are more. An error
// stays: the reader of compressed frames repeats its last frame behind its end.
type bounded struct {
	r   io.Reader
	n   int64
	err error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.r.Read(p)
	if b.n -= int64(n); b.n < 0 {
		n, err = 0, errBodyTooLarge
	}
	// The reader of compressed frames wraps its EOF.
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	b.err = err
	return n, err
}
