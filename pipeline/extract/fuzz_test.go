package extract

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"shoal/pipeline"
	"shoal/pipeline/message"
)

// FuzzRedact: wherever a sender puts the recipient's address and name, however they
// are set apart or broken up, the row does not show them; a link's token is not in
// the kept body.
func FuzzRedact(f *testing.F) {
	f.Add("maria.keller", "example.org", "Maria Keller", "Hello ", "\u200b", ", pay ", "k3yT0k3n5p4rt0f1t", false)
	f.Add("erika.m", "example.net", "Erika", "x=", "\u00ad", "&y", "aG1sbG8gd2o3bGQ9x", true)
	f.Add("bo77", "example.com", "Bob O'Neil", "(", "\ufe0f", ")", "d41d8cd98f00b204e9800998ecf8427e", true)
	f.Add("jose", "example.org", "José", "\u202e", "\u2060", "<b>", "a1b2c3d4e5f6a7b8", true)
	x, err := New(Config{Key: []byte("0123456789abcdef"), KeepBody: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, local, domain, name, before, breaker, after, token string, html bool) {
		address := local + "@" + domain
		if !hostLike(local) || !hostLike(domain) || len(local) < 3 || len(domain) < 4 || len(address) > 100 || !telling(token) || len(before)+len(after) > 1<<12 {
			return
		}
		if len(name) > 40 || strings.ContainsAny(name, "@<>\"\\") || string(fold(nil, breaker)) != "" {
			return
		}
		broken := address[:2] + breaker + address[2:]
		text := before + broken + after + "\n" + before + " " + name + ", " + after + "\nhttp://links.example/" + token + "?e=" + address + "\n"
		kind := "plain"
		if html {
			kind = "html"
		}
		raw := fmt.Sprintf("From: %s <a@from.example>\nTo: %s <%s>\nSubject: %s\nMIME-Version: 1.0\nContent-Type: text/%s; charset=utf-8; name=%q\nContent-Transfer-Encoding: base64\n\n%s",
			mime.BEncoding.Encode("utf-8", before+broken), mime.BEncoding.Encode("utf-8", name), address,
			mime.BEncoding.Encode("utf-8", before+broken+after), kind, address, base64.StdEncoding.EncodeToString([]byte(text)))
		r := &pipeline.Report{Raw: []byte(raw), Recipient: address, ReceivedAt: received, Attrs: map[string]string{"note": before + broken + after}}
		feat, row := x.extract(r, message.New(message.Default()).Parse(r.Raw))
		check(t, feat, row, address)
		wire, err := proto.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		if shows(string(fold(nil, string(wire))), address) {
			t.Errorf("row shows %q to a reader: %v", address, row)
		}
		if !strings.Contains(before+after, token) && strings.Contains(row.Body, token) {
			t.Errorf("body keeps the token %q of a link: %q", token, row.Body)
		}
	})
}

// telling reports whether s could only be one copy's part of a link: long, with
// letters and digits among each other.
func telling(s string) bool {
	if len(s) < 16 || len(s) > 100 {
		return false
	}
	changes := 0
	for i := range len(s) {
		if !wordByte(s[i]) || s[i] >= 0x80 {
			return false
		}
		if i > 0 && digitByte(s[i]) != digitByte(s[i-1]) {
			changes++
		}
	}
	return changes >= 4
}

// FuzzPseudonym: an address has one pseudonym however it is written, no other has
// it, and another key gives another.
func FuzzPseudonym(f *testing.F) {
	f.Add("maria.keller@example.org", "erika@example.net")
	f.Add(" <A@B>", "a@b")
	f.Add("", "<>")
	f.Fuzz(func(t *testing.T, a, b string) {
		key, other := []byte("0123456789abcdef"), []byte("0123456789abcdeg")
		p := Pseudonym(key, a)
		if (p == "") != (normalAddress(a) == "") {
			t.Fatalf("Pseudonym(%q) = %q", a, p)
		}
		if p != "" && (len(p) != 28 || p == Pseudonym(other, a) || strings.Trim(p[2:], "abcdefghijklmnopqrstuvwxyz234567") != "") {
			t.Errorf("Pseudonym(%q) = %q", a, p)
		}
		if n := normalAddress(a); n == normalAddress("<"+n+">") && Pseudonym(key, " <"+strings.ToLower(n)+"> ") != p {
			t.Errorf("%q has two pseudonyms", a)
		}
		if (p == Pseudonym(key, b)) != (normalAddress(a) == normalAddress(b)) {
			t.Errorf("%q and %q: pseudonyms %s and %s", a, b, p, Pseudonym(key, b))
		}
	})
}

// FuzzLink: what is read of a link is bounded, of host signs only, and stays what
// it is when it is read again.
func FuzzLink(f *testing.F) {
	for _, s := range []string{
		"HTTP://User:pw@Host.Example.:80/x", "http:\\\\bad.example\\x", "ht\ntp://split.exa\nmple/", "http://bücher.example/", "http://[2001:db8::1]:8/x?y#z",
		"hxxp://a.example/%2F%2f%2E%/..;x=1?a=b&c&=&d=http%3A", "//a..b/", "Ūtp.xn--", "http://xn--a.xn--b/", "http://a.co.uk/0a1b2c3d4e5f60718293a4b5/login.php?id=99",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = readable(s)
		a, ok := splitURL(s)
		if !ok {
			return
		}
		if len(a.host) > maxHost || a.host != strings.ToLower(a.host) || strings.Trim(a.host, "abcdefghijklmnopqrstuvwxyz0123456789.-_:") != "" {
			t.Fatalf("host %q of %q", a.host, s)
		}
		again, ok := splitURL("http://" + a.host + "/")
		if strings.Contains(a.host, ":") {
			again, ok = splitURL("http://[" + a.host + "]/")
		}
		if !ok || again.host != a.host {
			t.Errorf("host %q of %q becomes %q", a.host, s, again.host)
		}
		if d := registrable(a.host); !strings.HasSuffix(a.host, d) || d == "" {
			t.Errorf("registrable(%q) = %q", a.host, d)
		}
		if h := hosting(a.host); h != "" && !strings.HasSuffix(a.host, h[1:]) {
			t.Errorf("hosting(%q) = %q", a.host, h)
		}
		shape := pathShape(&a)
		if len(shape) > 2*maxURL+len(s) || !utf8.ValidString(shape) || shape != "" && shape[0] != '/' && shape[0] != '?' {
			t.Errorf("pathShape of %q: %q", s, shape)
		}
	})
}

// FuzzHTML: a page read into used room gives what it gives in fresh room, within
// bounds; a comment and an unknown attribute change nothing that is seen.
func FuzzHTML(f *testing.F) {
	f.Add("<p style='display:none'>a<p>b<a href=http://h.example>c</a><!-- d -->", "x")
	f.Add("<style>.k{display:none}</style><i class='z k'>b</i><blockquote type=cite>q<br>r", "</style>")
	f.Add("<title>t<body>a&#x43;&eacute;<img src=cid:1 width=1><td background=x>", "-->")
	f.Add(strings.Repeat("<div>", 600)+"deep", "<")
	used := new(page)
	f.Fuzz(func(t *testing.T, src, other string) {
		var p page
		readHTML(&p, src)
		readHTML(used, other)
		readHTML(used, src)
		if d := cmp.Diff(view(&p), view(used)); d != "" {
			t.Errorf("fresh and used room differ:\n%s", d)
		}
		// A cell and a line end may follow where the text itself is full.
		if len(p.text) > 2*maxText || len(p.hidden) > maxUnseen+1 || len(p.unseen) > maxUnseen+1 || len(p.links) > maxLinks || len(p.tags) > maxTags || len(p.skeleton) > 2*maxText {
			t.Errorf("out of bounds: text %d, hidden %d, unseen %d, links %d, tags %d, skeleton %d", len(p.text), len(p.hidden), len(p.unseen), len(p.links), len(p.tags), len(p.skeleton))
		}
		if strings.ContainsAny(other, "<>&-!\x00\r") {
			return
		}
		var q page
		readHTML(&q, "<!--"+other+"-->"+src)
		if !bytes.Equal(p.text, q.text) || !bytes.Equal(p.skeleton, q.skeleton) || !bytes.Equal(p.hidden, q.hidden) {
			t.Errorf("a comment before %q changes what is seen of it: %q, %q", src, p.text, q.text)
		}
	})
}

// view is what a page yields, comparable.
func view(p *page) []any {
	links := make([]string, 0, len(p.links))
	for _, l := range p.links {
		links = append(links, fmt.Sprint(l.kind, l.url))
	}
	return []any{string(p.text), string(p.hidden), string(p.unseen), fmt.Sprint(p.tags), string(p.skeleton), links, p.cut}
}

// FuzzFile: what an attachment is read for is bounded and always the same, and a
// decoder that fails costs the attachment alone.
func FuzzFile(f *testing.F) {
	for name, raw := range worst(f, 8<<10) {
		if m := message.New(message.Default()).Parse(raw); len(m.Parts) > 0 {
			f.Add(m.Parts[0].Name, m.Parts[0].Type, m.Parts[0].Data)
		} else if strings.HasPrefix(name, "PDF") {
			f.Fatalf("%s has no file", name)
		}
	}
	f.Add("Erika.M@example.net\x1b.pdf", "text/x; to=erika.m@example.net", []byte("%PDF-1.4"))
	f.Add("a.ics", "text/calendar", []byte("BEGIN:VCALENDAR\nSUMMARY:pay erika.m@example.net"))
	f.Add("a.html", "text/html", []byte("<a href=http://h.example/?e=erika.m@example.net>pay</a>"))
	x, err := New(Config{Key: []byte("0123456789abcdef"), KeepBody: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, kind string, data []byte) {
		if len(data) > 1<<18 || !utf8.ValidString(name) || !utf8.ValidString(kind) {
			return
		}
		r := &pipeline.Report{Raw: data, Recipient: "erika.m@example.net", ReceivedAt: received}
		m := message.New(message.Default()).Parse([]byte("From: a@b.example\n\nsee the file"))
		m.Parts = append(m.Parts, message.Part{Name: name, Type: kind, Data: data})
		feat, row := x.extract(r, m)
		check(t, feat, row, r.Recipient)
		for _, a := range row.Attachments {
			if a.Name != readable(a.Name) || a.Type != readable(a.Type) {
				t.Errorf("name %q, type %q", a.Name, a.Type)
			}
		}
		again, row2 := x.extract(r, m)
		if !cmp.Equal(feat, again) || !proto.Equal(row, row2) {
			t.Errorf("read twice, two results:\n%s", cmp.Diff(feat, again))
		}
	})
}

// FuzzHop: a Received field gives texts that are bounded, and an address only in
// the form in which it is stored.
func FuzzHop(f *testing.F) {
	f.Add("from relay.example.sa (HELO x) (relay.example.sa [203.0.113.9]) by mx.example.org (Postfix) with ESMTP id ABC for <maria.keller@example.org>; Tue, 20 Oct 2020 13:59:58 +0000")
	f.Add("from [IPv6:2001:db8::1%eth0] (helo=a) by b with pop3; x")
	f.Add("by 2002:a05:6a10:: with SMTP id x; Mon, 1 Jan 0001 00:00:00 +9999")
	f.Fuzz(func(t *testing.T, v string) {
		h := readHop(v)
		if h.ip.IsValid() && (h.ip.Zone() != "" || h.ip.Is4In6()) {
			t.Errorf("address %v of %q", h.ip, v)
		}
		if len(h.by) > maxHost || len(h.helo) > 3*len(v) || strings.ContainsAny(h.by+h.helo+h.rdns, " \n\t") {
			t.Errorf("%+v of %q", h, v)
		}
		if at := parseDate(h.date); !at.IsZero() && (at.Year() < -1 || at.Year() > 10000) {
			t.Errorf("time %v of %q", at, h.date)
		}
	})
}
