package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/pflag"

	"shoal/pipeline"
	"shoal/pipeline/intake"
)

// lmtpFlags are those of a server that mail servers deliver reports to.
type lmtpFlags struct{ addr, source string }

func (f *lmtpFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.addr, "lmtp", "", "take mail in over LMTP too, on `ADDR` (host:port, or unix:/path); it knows no authentication")
	fs.StringVar(&f.source, "lmtp-source", intake.SourceAbuseBox, "what that mail is: `SOURCE` abuse-box (reports sent to a box) or trap (spam traps)")
}

// lmtp starts the server if it was asked for.
func (s *service) lmtp(f lmtpFlags, attrs *intake.Attrs) error {
	if f.addr == "" {
		return nil
	}
	cfg := intake.DefaultLMTPConfig()
	cfg.Source = f.source
	if err := cfg.Validate(); err != nil {
		return usageError{err}
	}
	network, addr := "tcp", f.addr
	if path, ok := strings.CutPrefix(f.addr, "unix:"); ok {
		network, addr = "unix", path
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return fmt.Errorf("lmtp: %w", err)
	}
	server := intake.NewLMTP(cfg, intake.LMTPDeps{
		Sink: s.client.NewSink(pipeline.TopicReports), Attrs: attrs, Log: s.log, Registerer: s.reg,
	})
	s.log.Info("listening", "lmtp", l.Addr().String())
	s.stack.background("lmtp server", s.fail, func(ctx context.Context) error { return server.Serve(ctx, l) })
	return nil
}
