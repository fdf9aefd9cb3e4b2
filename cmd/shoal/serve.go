package main

import (
	"cmp"
	"context"
	"net"

	"github.com/spf13/cobra"

	"shoal/pipeline"
	"shoal/pipeline/intake"
	"shoal/pipeline/publish/console"
)

// serveFlags are those of `shoal serve`.
type serveFlags struct {
	addr, consoleAddr, tokenFile string

	tables  tableFlags
	lmtp    lmtpFlags
	tls     tlsFlags
	console consoleFlags
}

func (a *app) serveCommand() *cobra.Command {
	s, cmd := a.serviceCommand("serve", "Take reports in over HTTP and LMTP; console, health and metrics")
	var f serveFlags
	cmd.Long = `Take reports in over HTTP (POST /v1/reports with a bearer token) and publish them
to topic reports. With --lmtp a mail server delivers an abuse box or spam traps
to it (RFC 2033) and keeps what Kafka has not taken yet. /healthz and /readyz are for
operators. /metrics asks for no token: it is at --metrics, or beside the intake where
that listens on loopback.

With --clickhouse it serves the console too, at /: a day's campaigns, each in full,
search, and for tokens with scope act labelling, merging, splitting and pinning.
Sign in with a token that has scope read (shoal token add NAME --scopes read,act).
Sessions are kept in memory: where several serve, a proxy must lead a browser to the
same one.

Where others can reach it, give it a certificate (--tls-cert, --tls-key) or put a
proxy with TLS in front. Tokens are made with shoal token add. Token file,
certificate and key are read anew when they change.`
	cmd.Example = `  shoal serve --kafka broker:9092 --listen 0.0.0.0:8080 --tokens /etc/shoal/tokens
  curl --data-binary @message.eml -H "Authorization: Bearer $TOKEN" http://localhost:8080/v1/reports`
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), func(ctx context.Context) error { return s.serve(ctx, &f) })
	}
	fs := cmd.Flags()
	s.store.register(fs)
	f.tables.registerAttrs(fs)
	f.lmtp.register(fs)
	f.tls.register(fs)
	f.console.register(fs)
	fs.StringVar(&f.addr, "listen", defaultListen, "`ADDR` of the HTTP server")
	fs.StringVar(&f.consoleAddr, "console-listen", "", "`ADDR` of the console and not of the intake, so that each can be let out alone (default --listen)")
	fs.StringVar(&f.tokenFile, "tokens", "", "`FILE` of tokens, made if there is none (default DIR/tokens of --data)")
	return cmd
}

func (s *service) serve(ctx context.Context, f *serveFlags) error {
	file := f.tokenFile
	if file == "" {
		file = s.data.tokens()
	}
	// What a service writes ends in a log, where no secret belongs.
	tokens, secret, err := ensureTokens(file, s.terminal())
	if err != nil {
		return err
	}
	s.tellToken(file, tokens, secret)
	site, book := &website{}, newTokenBook(tokens)
	if site.tls, err = f.tls.config(s.log); err != nil {
		return err
	}
	t, err := f.tables.load()
	if err != nil {
		return err
	}
	if err := s.desk(ctx, f, site, book); err != nil {
		return err
	}
	if err := s.lmtp(f.lmtp, t.attrs); err != nil {
		return err
	}
	h := intake.NewHandler(intake.DefaultHandlerConfig(), intake.HandlerDeps{
		Sink: s.client.NewSink(pipeline.TopicReports), Tokens: tokens, Attrs: t.attrs, Log: s.log, Registerer: s.reg,
	})
	site.intake = h
	s.stack.background("tokens", s.fail, func(ctx context.Context) error {
		return followTokens(ctx, file, func(t *intake.Tokens) { h.SetTokens(t); book.now.Store(t) }, s.log)
	})
	s.reg.MustRegister(lagOf(s.client, s.log))
	return s.site(f.addr, site)
}

// desk puts the console on the site, or on one of its own; there is none without a
// database.
func (s *service) desk(ctx context.Context, f *serveFlags, site *website, book *tokenBook) error {
	if s.store.url == "" {
		return nil
	}
	db, err := s.database(ctx)
	if err != nil || !f.console.on {
		return err
	}
	addr := cmp.Or(f.consoleAddr, f.addr)
	at, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return usagef("address of the console: %w", err)
	}
	cfg := console.DefaultConfig()
	cfg.Hosts = f.console.names(at)
	h, err := s.deskOf(cfg, console.Deps{
		Tokens: book, Road: &roadState{client: s.client, checks: s.checks}, Registerer: s.reg,
	}, db, s.client, s.data.snapshots())
	if err != nil {
		return err
	}
	if f.consoleAddr != "" {
		return s.site(addr, &website{console: h, tls: site.tls})
	}
	site.console = h
	return nil
}

// tellToken shows the secret of a token that was just made, or says that there is
// none yet.
func (a *app) tellToken(path string, tokens *intake.Tokens, secret string) {
	switch {
	case secret != "":
		a.warn("token of the HTTP intake, shown this once (%s keeps its hash): %s", path, secret)
	case tokens.Len() == 0:
		a.warn("nobody can post reports over HTTP yet: make a token with shoal token add NAME --tokens %s", path)
	}
}
