package kafka_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shoal/pipeline"
	"shoal/pipeline/kafka"
	"shoal/pipeline/kafka/kafkatest"
)

// TestSecureBroker speaks to Apache Kafka over TLS with a client certificate and
// SASL, and is turned away without them.
func TestSecureBroker(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t, dir, "ca")
	ca.issue(t, dir, "broker")
	ca.issue(t, dir, "client")
	newAuthority(t, dir, "stranger")
	file := func(name string) string { return filepath.Join(dir, name) }
	b := kafkatest.Start(t,
		"listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_SSL",
		"inter.broker.listener.name=PLAINTEXT",
		"sasl.mechanism.inter.broker.protocol=PLAIN",
		"sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		`listener.name.plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="b" user_broker="b" user_shoal="right";`,
		"listener.name.plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"ssl.keystore.type=PEM", "ssl.keystore.location="+file("broker.pem"),
		"ssl.truststore.type=PEM", "ssl.truststore.location="+file("ca.crt"),
		"listener.name.plaintext.ssl.client.auth=required",
		"--add-scram=SCRAM-SHA-256=[name=shoal,password=right]",
		"--add-scram=SCRAM-SHA-512=[name=shoal,password=right]",
	)
	good := func(mechanism string) func(*kafka.Config) {
		return func(c *kafka.Config) {
			c.TLS, c.CAFile, c.CertFile, c.KeyFile = true, file("ca.crt"), file("client.crt"), file("client.key")
			c.SASL, c.User, c.Password = mechanism, "shoal", "right"
		}
	}
	for _, mechanism := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		t.Run(mechanism, func(t *testing.T) {
			c := newClient(t, b.Addr(), good(mechanism))
			topics(t, c, 1)
			write(t, c, pipeline.TopicReports, numbered(0, 3)...)
			g := c.NewGroup("g-"+mechanism, pipeline.TopicReports)
			defer g.Close()
			recs := take(t, g, 3)
			if err := g.Commit(within(t), recs...); err != nil {
				t.Error(err)
			}
		})
	}
	for name, spoil := range map[string]func(*kafka.Config){
		"wrong password":     func(c *kafka.Config) { c.Password = "wrong" },
		"no SASL":            func(c *kafka.Config) { c.SASL = "" },
		"no certificate":     func(c *kafka.Config) { c.CertFile, c.KeyFile = "", "" },
		"a stranger's CA":    func(c *kafka.Config) { c.CAFile = file("stranger.crt") },
		"without encryption": func(c *kafka.Config) { c.TLS, c.CAFile, c.CertFile, c.KeyFile = false, "", "", "" },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, b.Addr(), good("scram-sha-512"), spoil)
			ctx, cancel := context.WithTimeout(within(t), 3*time.Second)
			defer cancel()
			_, err := c.End(ctx, pipeline.TopicReports)
			if err == nil {
				t.Error("End = nil, want to be turned away")
			} else if strings.Contains(err.Error(), "right") || strings.Contains(err.Error(), "wrong") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, dir, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := certificate(name)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, name+".crt"), "CERTIFICATE", der)
	return &authority{cert, key}
}

// issue writes name.crt, name.key, and name.pem with both.
func (a *authority) issue(t *testing.T, dir, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate(name), a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, name+".crt"), "CERTIFICATE", der)
	writePEM(t, filepath.Join(dir, name+".key"), "PRIVATE KEY", keyDER)
	var both []byte
	for _, ext := range []string{".key", ".crt"} {
		b, err := os.ReadFile(filepath.Join(dir, name+ext))
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, b...)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".pem"), both, 0o600); err != nil {
		t.Fatal(err)
	}
}

func certificate(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
