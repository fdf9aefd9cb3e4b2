package main

import (
	"context"

	"github.com/spf13/cobra"

	"shoal/pipeline"
	"shoal/pipeline/intake"
)

func (a *app) serveCommand() *cobra.Command {
	s, cmd := a.serviceCommand("serve", "Take reports in over HTTP and LMTP; health and metrics")
	var addr, tokenFile string
	var files tableFlags
	var mail lmtpFlags
	var encryption tlsFlags
	cmd.Long = `Take reports in over HTTP (POST /v1/reports with a bearer token) and publish them
to topic reports. With --lmtp a mail server delivers an abuse box or spam traps
to it (RFC 2033) and keeps what Kafka has not taken yet. /healthz, /readyz and /metrics are for operators.

Where others can reach it, give it a certificate (--tls-cert, --tls-key) or put a
proxy with TLS in front. Tokens are made with shoal token add. Token file,
certificate and key are read anew when they change.`
	cmd.Example = `  shoal serve --kafka broker:9092 --listen 0.0.0.0:8080 --tokens /etc/shoal/tokens
  curl --data-binary @message.eml -H "Authorization: Bearer $TOKEN" http://localhost:8080/v1/reports`
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), func(ctx context.Context) error {
			if tokenFile == "" {
				tokenFile = s.data.tokens()
			}
			// What a service writes ends in a log, where no secret belongs.
			tokens, secret, err := ensureTokens(tokenFile, a.terminal())
			if err != nil {
				return err
			}
			a.tellToken(tokenFile, tokens, secret)
			secure, err := encryption.config(s.log)
			if err != nil {
				return err
			}
			t, err := files.load()
			if err != nil {
				return err
			}
			if s.store.url != "" {
				if _, err := s.database(ctx); err != nil {
					return err
				}
			}
			if err := s.lmtp(mail, t.attrs); err != nil {
				return err
			}
			h := intake.NewHandler(intake.DefaultHandlerConfig(), intake.HandlerDeps{
				Sink: s.client.NewSink(pipeline.TopicReports), Tokens: tokens, Attrs: t.attrs, Log: s.log, Registerer: s.reg,
			})
			s.stack.background("tokens", s.fail, func(ctx context.Context) error {
				return followTokens(ctx, tokenFile, h.SetTokens, s.log)
			})
			s.reg.MustRegister(lagOf(s.client, s.log, ""))
			return s.site(addr, &website{intake: h, tls: secure})
		})
	}
	s.store.register(cmd.Flags())
	files.registerAttrs(cmd.Flags())
	mail.register(cmd.Flags())
	encryption.register(cmd.Flags())
	cmd.Flags().StringVar(&addr, "listen", defaultListen, "`ADDR` of the HTTP server")
	cmd.Flags().StringVar(&tokenFile, "tokens", "", "`FILE` of tokens, made if there is none (default DIR/tokens of --data)")
	return cmd
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
