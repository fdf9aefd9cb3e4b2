package simulate

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"math"
	"mime"
	netmail "net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func all(t testing.TB, cfg Config) []Message {
	t.Helper()
	stream, err := Messages(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(stream)
}

func digestOf(ms []Message) string {
	h := sha256.New()
	for i := range ms {
		writeAll(h, &ms[i])
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func writeAll(h hash.Hash, m *Message) {
	fmt.Fprintf(h, "%d %s %s %s %s %v %s %d %s %s %v ", len(m.Raw), m.Campaign, m.Family, m.Kind, m.Class, m.Classes, m.Recipient, m.Mailbox, m.Region, m.List, m.ReportedAt.UnixMilli())
	h.Write(m.Raw)
}

// TestSameSeed: no map's order, no clock and no chance but the seed's. The bytes are
// not pinned: compressors may change with a release of Go.
func TestSameSeed(t *testing.T) {
	a, b, c := digestOf(all(t, Default(1500, 1))), digestOf(all(t, Default(1500, 1))), digestOf(all(t, Default(1500, 2)))
	if a != b {
		t.Errorf("one seed gives %s and %s", a, b)
	}
	if a == c {
		t.Errorf("two seeds give the same bytes")
	}
}

func TestCounts(t *testing.T) {
	for _, cfg := range []Config{
		Default(1, 1), Default(2, 1), Default(997, 1),
		func() Config { c := Default(500, 1); c.Share = Share{Alone: 1}; return c }(),
		func() Config { c := Default(500, 1); c.Share = Share{Campaign: 3}; return c }(),
		func() Config { c := Default(500, 1); c.Share = Share{Legitimate: 0.1}; return c }(),
	} {
		ms := all(t, cfg)
		if len(ms) != cfg.Reports {
			t.Errorf("%+v: %d messages, want %d", cfg.Share, len(ms), cfg.Reports)
		}
		n := map[Kind]int{}
		for i := range ms {
			n[ms[i].Kind]++
		}
		campaign, alone, ham := cfg.counts()
		if n[KindCampaign] != campaign || math.Abs(float64(n[KindSingle]-alone)) > 3*math.Sqrt(float64(cfg.Reports)) || n[KindHam]+n[KindSingle] != alone+ham {
			t.Errorf("%+v: %v, want %d, about %d and %d", cfg.Share, n, campaign, alone, ham)
		}
	}
}

// TestSizes holds the drawn campaigns against the published figures.
func TestSizes(t *testing.T) {
	r := newRNG(1)
	const n = 200_000
	sizes := make([]float64, n)
	small, short, total := 0, 0, 0.0
	for i := range sizes {
		mails := drawMails(r)
		sizes[i] = float64(mails)
		total += sizes[i]
		if mails < 1000 {
			small++
		}
		if drawLife(r) < 7*24*time.Hour {
			short++
		}
	}
	slices.Sort(sizes)
	top := 0.0
	for _, s := range sizes[n-n/10:] {
		top += s
	}
	for _, c := range []struct {
		what            string
		got, want, near float64
	}{
		{"campaigns under 1,000 mails", float64(small) / n, 0.91, 0.005},
		{"mails of the largest tenth", top / total, 0.76, 0.02},
		{"campaigns under a week", float64(short) / n, 0.80, 0.005},
		{"mean mails", total / n, meanMails, 0.05 * meanMails},
	} {
		if math.Abs(c.got-c.want) > c.near {
			t.Errorf("%s: %.3f, want %.3f", c.what, c.got, c.want)
		}
	}
}

// TestStreamSizes looks at what a long stream yields, without making the mail.
func TestStreamSizes(t *testing.T) {
	cfg := Default(2_000_000, 1)
	p := newPlan(cfg)
	var sizes []int
	small, short, total := 0, 0, 0
	for i := range p.streams {
		s := &p.streams[i]
		if s.ham {
			continue
		}
		sizes = append(sizes, int(s.size))
		total += int(s.size)
		if s.size < 1000 {
			small++
		}
		if p.at(s, int(s.size)-1)-p.at(s, 0) < (7 * 24 * time.Hour).Milliseconds() {
			short++
		}
	}
	slices.Sort(sizes)
	n, top := len(sizes), 0
	for _, s := range sizes[n-n/10:] {
		top += s
	}
	t.Logf("%d campaigns, %.3f under 1,000, top tenth %.3f, %.3f under a week", n, float64(small)/float64(n), float64(top)/float64(total), float64(short)/float64(n))
	if x := float64(small) / float64(n); math.Abs(x-0.91) > 0.02 {
		t.Errorf("%.3f of campaigns under 1,000 reports, want 0.91", x)
	}
	if x := float64(top) / float64(total); math.Abs(x-0.76) > 0.05 {
		t.Errorf("the largest tenth has %.3f, want 0.76", x)
	}
	if x := float64(short) / float64(n); math.Abs(x-0.80) > 0.03 {
		t.Errorf("%.3f under a week, want 0.80", x)
	}
}

// TestOrder: in order of time, and every slot once.
func TestOrder(t *testing.T) {
	p := newPlan(Default(30_000, 4))
	type key struct {
		id uint64
		bg bool
		i  int
	}
	seen := map[key]bool{}
	last, n := int64(0), 0
	for s := range p.slots() {
		k := key{i: s.i, bg: s.stream == nil}
		if s.stream != nil {
			k.id = s.stream.id
		}
		if seen[k] {
			t.Fatalf("slot %v twice", k)
		}
		if seen[k] = true; s.time < last {
			t.Fatalf("report %d is %d ms before the one before it", n, last-s.time)
		}
		last = s.time
		n++
	}
	if n != 30_000 {
		t.Errorf("%d reports, want 30000", n)
	}
}

var (
	hostLike = regexp.MustCompile(`(?i)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|de|ru|cn)\b`)
	ipLike   = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	reserved = []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	}
)

// TestWellFormed: every message parses, its header is within RFC 5322's line
// length, its recipient is the one that is told, and it names nobody who exists.
func TestWellFormed(t *testing.T) {
	ms := all(t, Default(4000, 2))
	for i := range ms {
		m := &ms[i]
		parsed, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
		if err != nil {
			t.Fatalf("message %d (%v): %v", i, m.Classes, err)
		}
		if _, err := parsed.Header.AddressList("From"); err != nil {
			t.Errorf("message %d (%v): from %q: %v", i, m.Classes, parsed.Header.Get("From"), err)
		}
		if _, _, err := mime.ParseMediaType(parsed.Header.Get("Content-Type")); err != nil {
			t.Errorf("message %d (%v): type: %v", i, m.Classes, err)
		}
		if _, err := parsed.Header.Date(); err != nil {
			t.Errorf("message %d (%v): date: %v", i, m.Classes, err)
		}
		if to := parsed.Header.Get("Delivered-To"); to != m.Recipient && !m.Classes.Has(Wrapped) {
			t.Errorf("message %d (%v): delivered to %q, told %q", i, m.Classes, to, m.Recipient)
		}
		if body, _ := io.ReadAll(parsed.Body); len(body) == 0 && !m.Classes.Has(AttachmentOnly) {
			t.Errorf("message %d (%v): no body", i, m.Classes)
		}
		checkLines(t, m, i)
		if real := hostLike.Find(m.Raw); real != nil {
			t.Errorf("message %d (%v): names %q", i, m.Classes, real)
		}
		for _, s := range ipLike.FindAll(m.Raw, -1) {
			ip, err := netip.ParseAddr(string(s))
			if err == nil && !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(ip) }) {
				t.Errorf("message %d (%v): address %s", i, m.Classes, s)
			}
		}
	}
}

func checkLines(t *testing.T, m *Message, i int) {
	for line := range bytes.SplitSeq(m.Raw, []byte("\n")) {
		if len(line) > 999 {
			t.Errorf("message %d (%v): line of %d bytes", i, m.Classes, len(line))
			return
		}
		if len(line) > 0 && line[len(line)-1] != '\r' {
			t.Errorf("message %d (%v): line %.40q ends without CR", i, m.Classes, line)
			return
		}
	}
}

// TestClasses: every class occurs, a campaign keeps its own, and what is asked for
// is all that comes.
func TestClasses(t *testing.T) {
	seen := map[Class]int{}
	of := map[string]Class{}
	for _, m := range all(t, Default(6000, 1)) {
		seen[m.Class]++
		if !m.Classes.Has(m.Class) {
			t.Fatalf("class %v is not among %v", m.Class, m.Classes)
		}
		if m.Kind == KindCampaign {
			if c, ok := of[m.Campaign]; ok && c != m.Class {
				t.Fatalf("campaign %s is %v and %v", m.Campaign, c, m.Class)
			}
			of[m.Campaign] = m.Class
		}
	}
	for c := range numClasses {
		if seen[c] == 0 {
			t.Errorf("no message of class %v", c)
		}
		if back, ok := ParseClass(c.String()); !ok || back != c {
			t.Errorf("ParseClass(%q) = %v, %v", c, back, ok)
		}
	}
	for _, c := range Mutations() {
		cfg := Default(300, 7)
		cfg.Share, cfg.Classes, cfg.Plain = Share{Campaign: 1}, []Class{c}, true
		for _, m := range all(t, cfg) {
			if m.Classes != SetOf(c) {
				t.Fatalf("asked for %v, got %v", c, m.Classes)
			}
		}
	}
}

// TestMutations looks for the mark of each mutation in two copies of a campaign.
func TestMutations(t *testing.T) {
	for _, c := range Mutations() {
		cfg := Default(400, 9)
		cfg.Share, cfg.Classes, cfg.Plain = Share{Campaign: 1}, []Class{c}, true
		if !slices.ContainsFunc(all(t, cfg), func(m Message) bool { return marked(c, string(m.Raw), m.Text) }) {
			t.Errorf("no message shows %v", c)
		}
	}
}

func marked(c Class, raw, text string) bool {
	switch c {
	case Padded:
		return len(text) > 1000
	case Hidden:
		return strings.Contains(raw, "display:none") || strings.Contains(raw, "display=3Anone") || strings.Contains(raw, "font-size")
	case Homoglyph:
		return !ascii(text)
	case Encoded:
		return strings.Contains(raw, "=?utf-8?")
	case Image:
		return strings.Contains(raw, "image/jpeg") && text == ""
	case Attachment:
		return strings.Contains(raw, "attachment;") && text != ""
	case AttachmentOnly:
		return strings.Contains(raw, "attachment;") && text == ""
	case Wrapped:
		return strings.Contains(raw, "Subject: Fwd: ") || strings.Contains(raw, "Subject: FW: ") || strings.Contains(raw, "List-Id")
	case Short:
		return text != "" && strings.Count(text, "\n") <= 3
	case NoURL:
		return strings.Contains(text, " 555 01") && !strings.Contains(text, linkMark)
	case Abused:
		return strings.Contains(raw, "dkim=pass")
	}
	return text != ""
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Config)
	}{
		{"reports", func(c *Config) { c.Reports = 0 }}, {"span", func(c *Config) { c.Span = 0 }},
		{"share", func(c *Config) { c.Share = Share{} }}, {"negative", func(c *Config) { c.Share.Alone = -1 }},
		{"rate", func(c *Config) { c.Rate = 2 }}, {"class", func(c *Config) { c.Classes = []Class{Alone} }},
		{"mailboxes", func(c *Config) { c.Mailboxes = -1 }},
	} {
		cfg := Default(10, 1)
		c.set(&cfg)
		if _, err := Messages(cfg); err == nil {
			t.Errorf("%s: no error", c.name)
		}
		if _, err := Features(cfg); err == nil {
			t.Errorf("%s: no error of Features", c.name)
		}
	}
}

// TestFeatures: valid, the same for one seed, and labelled as the messages are.
func TestFeatures(t *testing.T) {
	cfg := Default(3000, 6)
	run := func() (labels []string, print string) {
		stream, err := Features(cfg)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		ids := map[string]bool{}
		for l := range stream {
			if err := l.Features.Validate(); err != nil {
				t.Fatal(err)
			}
			ids[l.Features.Report.String()] = true
			labels = append(labels, fmt.Sprint(l.Class, l.Kind, l.Features.Time))
			fmt.Fprintf(h, "%v %s %v", l.Campaign, l.Class, *l.Features)
		}
		if len(ids) != cfg.Reports {
			t.Errorf("%d report ids of %d reports", len(ids), cfg.Reports)
		}
		return labels, fmt.Sprintf("%x", h.Sum(nil))
	}
	labels, print := run()
	if _, again := run(); print != again {
		t.Error("one seed gives two streams")
	}
	for i, m := range all(t, cfg) {
		if want := fmt.Sprint(m.Class, m.Kind, m.ReportedAt.UnixMilli()); m.Kind == KindCampaign && labels[i] != want {
			t.Fatalf("report %d: %s, message says %s", i, labels[i], want)
		}
	}
}
