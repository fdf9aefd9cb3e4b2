package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writePair writes a certificate for 127.0.0.1 that signs itself, and its key.
func writePair(t *testing.T, f tlsFlags, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "shoal"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	// Renamed into place, so that each is another file.
	for path, block := range map[string]*pem.Block{f.cert: {Type: "CERTIFICATE", Bytes: der}, f.key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(path+".new", pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
}

// secureSite serves a website over TLS; log is what it says.
func secureSite(t *testing.T) (f tlsFlags, addr string, log *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	f = tlsFlags{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	writePair(t, f, 1)
	log = new(bytes.Buffer)
	logger := slog.New(slog.NewTextHandler(log, nil))
	cfg, err := f.config(logger)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- (&website{reg: newRegistry(), log: logger, tls: cfg}).serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f, l.Addr().String(), log
}

// shake does a TLS handshake and returns the serial number of the certificate.
func shake(t *testing.T, addr string, most uint16) (int64, error) {
	t.Helper()
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: most})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestTLS(t *testing.T) {
	f, addr, log := secureSite(t)
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		if _, err := shake(t, addr, version); err == nil {
			t.Errorf("%s was taken", tls.VersionName(version))
		}
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		if serial, err := shake(t, addr, version); err != nil || serial != 1 {
			t.Errorf("%s: certificate %d, %v", tls.VersionName(version), serial, err)
		}
	}
	if resp, err := http.Get("http://" + addr + "/healthz"); err == nil && resp.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: %s", resp.Status)
	}
	// A renewed certificate is taken up, a damaged one is not.
	writePair(t, f, 2)
	if serial, err := shake(t, addr, tls.VersionTLS13); err != nil || serial != 2 {
		t.Errorf("after the renewal: certificate %d, %v, want the new one", serial, err)
	}
	if err := os.WriteFile(f.cert, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if serial, err := shake(t, addr, tls.VersionTLS13); err != nil || serial != 2 {
			t.Errorf("with a damaged file: certificate %d, %v, want the old one", serial, err)
		}
	}
	writePair(t, f, 3)
	if serial, err := shake(t, addr, tls.VersionTLS13); err != nil || serial != 3 {
		t.Errorf("mended: certificate %d, %v", serial, err)
	}
	if n := strings.Count(log.String(), "the old one stays"); n != 1 {
		t.Errorf("the damaged file was told %d times, want once:\n%s", n, log)
	}
}

func TestTLSFlags(t *testing.T) {
	dir := t.TempDir()
	f := tlsFlags{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	writePair(t, f, 1)
	if cfg, err := (&tlsFlags{}).config(slog.Default()); cfg != nil || err != nil {
		t.Errorf("no flags: %v, %v, want nothing", cfg, err)
	}
	for name, wrong := range map[string]tlsFlags{
		"no key":      {cert: f.cert},
		"no cert":     {key: f.key},
		"absent":      {cert: f.cert + "x", key: f.key},
		"interchange": {cert: f.key, key: f.cert},
	} {
		if _, err := wrong.config(slog.Default()); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := os.Chmod(f.key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.config(slog.Default()); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("a key that all can read: %v", err)
	}
}

// TestAnswersAreGuarded asks for pages that are there and that are not: no answer
// is HTML, and each says that a browser must run and load nothing.
func TestAnswersAreGuarded(t *testing.T) {
	_, addr, _ := secureSite(t)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/", "/<script>", "/v1/../%3Cscript%3E"} {
		resp, err := client.Get("https://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Strict-Transport-Security": "max-age", "Cache-Control": "no-store",
		} {
			if got := resp.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
		if kind := resp.Header.Get("Content-Type"); strings.Contains(kind, "html") {
			t.Errorf("%s answers %s", path, kind)
		}
	}
}

// TestServerIsBounded: nothing that a client can draw out is without a limit.
func TestServerIsBounded(t *testing.T) {
	s := (&website{reg: newRegistry(), log: slog.Default()}).server()
	for name, d := range map[string]time.Duration{
		"header": s.ReadHeaderTimeout, "request": s.ReadTimeout, "answer": s.WriteTimeout, "pause": s.IdleTimeout,
	} {
		if d <= 0 || d > 5*time.Minute {
			t.Errorf("%s may take %v", name, d)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 1<<20 {
		t.Errorf("a header may have %d bytes", s.MaxHeaderBytes)
	}
}
