package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// handler serves one listener.
func (s *Server) handler(may access) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "Ok.\n")
	})
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { s.serveQuery(w, r, may) })
	return mux
}

// serveQuery answers one request for a query.
func (s *Server) serveQuery(w http.ResponseWriter, r *http.Request, may access) {
	a := &answer{w: w}
	a.common(s.hello)
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		http.Error(w, "use GET or POST", http.StatusMethodNotAllowed)
		return
	}
	s.metrics.queries.Inc()
	req, err := s.readRequest(r, may)
	if err != nil {
		s.metrics.failed(err)
		a.fail(err)
		return
	}
	w.Header().Set("X-ClickHouse-Query-Id", req.id)
	a.encoding = req.answer
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-r.Context().Done():
		s.metrics.failed(r.Context().Err())
		return
	}
	s.metrics.running.Inc()
	defer s.metrics.running.Dec()
	if err := s.run(r.Context(), req, a); err != nil {
		s.metrics.failed(err)
		a.fail(err)
	}
}

// run reads the statement and has it answered.
func (s *Server) run(ctx context.Context, req *request, a *answer) error {
	head, err := readHead(req)
	if err != nil {
		return err
	}
	if req.query == "" && len(head) == 0 {
		return a.text("Ok.\n")
	}
	st := parse(string(head))
	if st.many {
		return refuse(codeSyntaxError, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
	}
	if req.reading {
		if err := s.checkReading(st); err != nil {
			return err
		}
	}
	if req.hello && strings.TrimSpace(st.sql) == helloQuery {
		return a.native(s.hello.block())
	}
	token := fmt.Sprintf("%d %s", s.serial.Add(1), req.id)
	if !st.streams(firstOf(st.format, req.format)) {
		capTo(req.settings, "max_result_bytes", s.cfg.MaxResult)
	}
	c, err := s.session(req, token)
	if err != nil {
		return err
	}
	defer c.close()
	stop := context.AfterFunc(ctx, func() { s.kill(token) })
	defer stop()
	if st.data >= 0 {
		return s.insert(c, req, st, a)
	}
	if rest, err := io.Copy(io.Discard, req.body); err != nil || rest > 0 {
		return tooLarge(err)
	}
	return s.query(c, req, st, a)
}

// readHead reads the text of the statement: all there is up to maxQuery. The
// rest, which only the data of an INSERT can need, stays in the body.
func readHead(req *request) ([]byte, error) {
	var head bytes.Buffer
	head.WriteString(req.query)
	if req.query != "" {
		head.WriteByte('\n')
	}
	before := head.Len()
	_, err := io.CopyN(&head, req.body, maxQuery)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, tooLarge(err)
	}
	if head.Len() == before && before > 0 {
		head.Truncate(before - 1)
	}
	return head.Bytes(), nil
}

// tooLarge is the answer to a body that could not be read to its end.
func tooLarge(err error) error {
	if err == nil {
		return refuse(codeQueryIsTooLarge, "QUERY_IS_TOO_LARGE", "statement of more than %d bytes", maxQuery)
	}
	if errors.Is(err, errBodyTooLarge) {
		return refuse(codeQueryIsTooLarge, "QUERY_IS_TOO_LARGE", "%s", err)
	}
	return refuse(codeIncorrectData, "INCORRECT_DATA", "request body: %s", err)
}

// insert puts the data of an INSERT into a file and has the engine read it.
func (s *Server) insert(c *conn, req *request, st *statement, a *answer) error {
	path := filepath.Join(s.spool(), fmt.Sprintf("insert-%d", s.serial.Add(1)))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return refuse(codeUnknownException, "UNKNOWN_EXCEPTION", "spool: %s", err)
	}
	defer os.Remove(path)
	size, err := io.Copy(file, io.MultiReader(strings.NewReader(st.sql[st.data:]), req.body))
	if cerr := file.Close(); err == nil && cerr != nil {
		err = cerr
	}
	s.metrics.spooled.Add(float64(size))
	if errors.Is(err, unix.ENOSPC) {
		return s.room.refusal(0, size)
	}
	if err != nil {
		return tooLarge(err)
	}
	if size == 0 {
		return a.empty(stats{})
	}
	_, figures, err := s.execute(c, req, st, st.fromFile(path), size)
	if err != nil {
		return err
	}
	return a.empty(figures)
}

// execute runs sql, which carries so many bytes, as a whole. A statement that takes
// room is let in where there is enough, and is done only where there was all along.
func (s *Server) execute(c *conn, req *request, st *statement, sql string, size int64) ([]byte, stats, error) {
	if !st.takesRoom() {
		return c.query(sql, req.format, req.params)
	}
	if err := s.room.admit(size); err != nil {
		return nil, stats{}, err
	}
	data, figures, err := c.query(sql, req.format, req.params)
	if kept := s.room.kept(); kept != nil {
		err = kept
	}
	return data, figures, err
}

// query runs a statement without data and sends its result.
func (s *Server) query(c *conn, req *request, st *statement, a *answer) error {
	a.format = firstOf(st.format, req.format)
	if st.streams(a.format) && req.settings["extremes"] == "" {
		return s.stream(c, req, st, a)
	}
	data, figures, err := s.execute(c, req, st, st.sql, 0)
	if err != nil {
		return err
	}
	return a.whole(data, figures)
}

// stream sends a result block by block: memory stays bounded by a block.
func (s *Server) stream(c *conn, req *request, st *statement, a *answer) error {
	rows, err := c.stream(st.sql, req.format, req.params)
	if err != nil {
		return err
	}
	defer rows.close()
	for {
		block, err := rows.next()
		if errors.Is(err, io.EOF) {
			return a.end(rows.total)
		}
		if err == nil {
			err = a.block(block, rows.total)
		}
		if err != nil {
			return err
		}
	}
}

// kill cancels the queries that carry token.
func (s *Server) kill(token string) {
	c, err := s.engine.connect()
	if err != nil {
		s.log.Warn("cancel query", "err", err)
		return
	}
	defer c.close()
	if err := c.exec("KILL QUERY WHERE Settings['log_comment'] = " + quote(token) + " ASYNC"); err != nil {
		s.log.Warn("cancel query", "err", err)
	}
}
