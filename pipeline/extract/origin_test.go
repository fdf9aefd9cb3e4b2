package extract

import (
	"net/netip"
	"strings"
	"testing"

	"shoal/pipeline/message"
)

func TestReadHop(t *testing.T) {
	tests := []struct{ name, in, ip, helo, rdns, by string }{
		{"postfix", "from helo.example (rdns.example [192.0.2.1]) by mx.example (Postfix) with ESMTP id 1 for <a@b.example>; Tue, 20 Oct 2020 13:59:58 +0000", "192.0.2.1", "helo.example", "rdns.example", "mx.example"},
		{"sendmail", "from [192.0.2.1] (host.example [192.0.2.9] (may be forged)) by mx.example (8.12.8/8.12.5) with SMTP id x; date", "192.0.2.9", "192.0.2.1", "host.example", "mx.example"},
		{"exim", "from rdns.example ([192.0.2.1]:4321 helo=claimed.example) by mx.example with esmtp (Exim 4.9)", "192.0.2.1", "claimed.example", "", "mx.example"},
		{"exim without name", "from [192.0.2.1] (helo=claimed.example) by mx.example", "192.0.2.1", "claimed.example", "", "mx.example"},
		{"qmail", "from unknown (HELO claimed.example) (192.0.2.1) by 0 with SMTP", "192.0.2.1", "claimed.example", "unknown", "0"},
		{"exchange", "from A.PROD.EXAMPLE.COM (2001:db8::15) by B.PROD.EXAMPLE.COM with HTTPS", "2001:db8::15", "a.prod.example.com", "", "b.prod.example.com"},
		{"ipv6 literal", "from h.example (h.example [IPv6:2001:db8::1]) by mx.example", "2001:db8::1", "h.example", "h.example", "mx.example"},
		{"google", "from h.example (h.example. [192.0.2.1]) by mx.google.com with ESMTPS id z", "192.0.2.1", "h.example", "h.example", "mx.google.com"},
		{"local", "by mx.example (Postfix, from userid 33) id 1", "", "", "", "mx.example"},
	}
	for _, tt := range tests {
		h := readHop(tt.in)
		ip := ""
		if h.ip.IsValid() {
			ip = h.ip.String()
		}
		if h.rdns == "unknown" || tt.rdns == "unknown" {
			h.rdns = tt.rdns
		}
		if ip != tt.ip || h.helo != tt.helo || h.rdns != tt.rdns || h.by != tt.by {
			t.Errorf("%s: readHop = ip %q helo %q rdns %q by %q, want %q %q %q %q", tt.name, ip, h.helo, h.rdns, h.by, tt.ip, tt.helo, tt.rdns, tt.by)
		}
	}
}

func parsed(header string) *message.Message {
	return message.New(message.Default()).Parse([]byte(header + "\n\nbody"))
}

func TestSender(t *testing.T) {
	tests := []struct{ name, header, trusted, want string }{
		{"first public", "Received: from a (a [10.0.0.1]) by mx.example\nReceived: from b.sender.example (b.sender.example [192.0.2.5]) by mx.example\nReceived: from forged (x.example [198.51.100.1]) by b", "", "192.0.2.5"},
		{"own relays", "Received: from mx.own.example (mx.own.example [203.0.113.1]) by store.other.example\nReceived: from b (b.example [192.0.2.5]) by mx.own.example", "203.0.113.0/24", "192.0.2.5"},
		{"inside one organisation", "Received: from mx1.own.example (mx1.own.example [203.0.113.1]) by mx2.own.example\nReceived: from b (b.example [192.0.2.5]) by mx1.own.example", "", "192.0.2.5"},
		{"a claimed name is not believed", "Received: from mx1.own.example (evil.example [192.0.2.5]) by mx2.own.example\nReceived: from x (x.example [198.51.100.1]) by mx1.own.example", "", "192.0.2.5"},
		{"fetched", "Received: from pop.example [203.0.113.1] by localhost with POP3 (fetchmail-6)\nReceived: from b (b.example [192.0.2.5]) by pop.example", "", "192.0.2.5"},
		{"none", "Received: from localhost (localhost [127.0.0.1]) by x", "", ""},
	}
	for _, tt := range tests {
		x := newExtractor(t)
		if tt.trusted != "" {
			x.cfg.TrustedNetworks = []netip.Prefix{netip.MustParsePrefix(tt.trusted)}
		}
		h := x.sender(readHops(parsed(tt.header)), netip.Addr{})
		got := ""
		if h.ip.IsValid() {
			got = h.ip.String()
		}
		if got != tt.want {
			t.Errorf("%s: sender = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAuthentication(t *testing.T) {
	tests := []struct {
		name, header     string
		spf, dkim, dmarc string
		spoofs           bool
	}{
		{"all pass", "Authentication-Results: mx.example; spf=pass smtp.mailfrom=a@brand.example; dkim=pass header.d=brand.example; dmarc=pass", "pass", "pass", "pass", false},
		{"dmarc fails", "Authentication-Results: mx.example; spf=pass smtp.mailfrom=x.example; dkim=none; dmarc=fail (p=none) header.from=brand.example", "pass", "none", "fail", true},
		{"exchange has no id", "Authentication-Results: spf=temperror (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=none (message not signed) header.d=none;dmarc=fail action=none", "temperror", "none", "fail", true},
		{"unaligned pass", "Authentication-Results: mx.example; spf=pass smtp.mailfrom=bulk.example; dkim=pass header.d=bulk.example", "pass", "pass", "", true},
		{"aligned below", "Authentication-Results: mx.example; spf=fail smtp.mailfrom=x.example; dkim=pass header.d=mail.brand.example", "fail", "pass", "", false},
		{"nothing published", "Authentication-Results: mx.example; spf=none; dkim=none", "none", "none", "", false},
		{"received-spf", "Received-SPF: softfail (no) client-ip=192.0.2.1; envelope-from=a@brand.example; helo=h.example;", "softfail", "", "", true},
		{"topmost counts", "Authentication-Results: mx.example; spf=fail smtp.mailfrom=brand.example\nReceived: from x\nAuthentication-Results: mx.example; spf=pass; dmarc=pass", "fail", "", "", true},
		{"none", "Subject: x", "", "", "", false},
		{"malformed part", "Authentication-Results: mx.example; rubbish; spf=pass smtp.mailfrom=brand.example", "pass", "", "", false},
	}
	for _, tt := range tests {
		v := newExtractor(t).authentication(parsed(tt.header))
		if v.spf != tt.spf || v.dkim != tt.dkim || v.dmarc != tt.dmarc || v.spoofs("news.brand.example") != tt.spoofs {
			t.Errorf("%s: %q %q %q spoofs %v, want %q %q %q %v", tt.name, v.spf, v.dkim, v.dmarc, v.spoofs("news.brand.example"), tt.spf, tt.dkim, tt.dmarc, tt.spoofs)
		}
	}
	x := newExtractor(t)
	x.cfg.TrustedAuthServ = []string{"own.example"}
	v := x.authentication(parsed("Authentication-Results: evil.example; spf=pass\nAuthentication-Results: own.example; spf=fail"))
	if v.spf != "fail" {
		t.Errorf("trusted host's spf = %q, want fail", v.spf)
	}
}

func TestPseudonym(t *testing.T) {
	key := []byte("0123456789abcdef")
	a := Pseudonym(key, " <Erika@Example.net>")
	if len(a) != 28 || !strings.HasPrefix(a, "p_") || a != Pseudonym(key, "erika@example.net") {
		t.Errorf("Pseudonym = %q", a)
	}
	if a == Pseudonym([]byte("another key of 16"), "erika@example.net") || a == Pseudonym(key, "erik@example.net") || Pseudonym(key, "") != "" {
		t.Error("pseudonyms do not tell keys and addresses apart")
	}
}
