package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/spf13/pflag"
)

// tlsFlags name the certificate of an HTTP server.
type tlsFlags struct{ cert, key string }

func (f *tlsFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.cert, "tls-cert", "", "PEM `FILE` of the certificate (and its chain) of the HTTP server; read anew when it changes")
	fs.StringVar(&f.key, "tls-key", "", "PEM `FILE` of its key, which others must not be able to read")
}

// config is nil where no certificate is named. One that cannot be used is an error.
func (f *tlsFlags) config(log *slog.Logger) (*tls.Config, error) {
	switch {
	case f.cert == "" && f.key == "":
		return nil, nil
	case f.cert == "" || f.key == "":
		return nil, usagef("--tls-cert and --tls-key belong together")
	}
	c := &certificate{flags: *f, files: newFresh(f.cert, f.key), log: log}
	if _, err := c.files.changed(); err != nil {
		return nil, err
	}
	var err error
	if c.now, err = c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}, nil
}

// certificate is read anew when its files change, so that a renewed one needs no
// restart. A bad one is told once, and the old one stays.
type certificate struct {
	flags tlsFlags
	log   *slog.Logger

	mu    sync.Mutex
	files *fresh
	now   *tls.Certificate
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed, err := c.files.changed()
	if changed {
		var next *tls.Certificate
		if next, err = c.load(); err == nil {
			c.now = next
			c.log.Info("certificate read anew", "file", c.flags.cert)
		}
	}
	if err != nil {
		c.log.Error("certificate not read anew, the old one stays", "err", err)
	}
	return c.now, nil
}

func (c *certificate) load() (*tls.Certificate, error) {
	if err := checkPrivate("key file", c.flags.key); err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(c.flags.cert, c.flags.key)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", c.flags.cert, err)
	}
	return &pair, nil
}

// loopback says whether only this machine reaches a listener.
func loopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
