package message

import (
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestHeader(t *testing.T) {
	raw := "From ann@example.org Tue Oct 20 08:01:02 2020\r\n" +
		"rEceived: from a\r\n\tby b\r\n" +
		"Subject : one\x00two\r\n" +
		": nameless\r\n" +
		"X-Long: a\r\nnot indented\r\nSUBJECT:=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=\r\n" +
		"From\r\n : <hidden@example.org>\r\n\r\nSubject: body"
	m := New(Default()).Parse([]byte(raw))
	want := []Field{
		{"rEceived", "from a by b", "from a\tby b"},
		{"Subject", "one two", "one two"},
		{"X-Long", "a not indented", "a not indented"},
		{"SUBJECT", "café", "=?utf-8?q?caf=C3?= =?utf-8?q?=A9?="},
		{"From", "<hidden@example.org>", "<hidden@example.org>"},
	}
	if diff := cmp.Diff(want, m.Header); diff != "" {
		t.Errorf("Header: -want +got\n%s", diff)
	}
	if got := m.Get("subject"); got != "one two" {
		t.Errorf("Get = %q, want the first", got)
	}
	if got, want := m.All("subject"), []string{"one two", "café"}; !slices.Equal(got, want) {
		t.Errorf("All = %q, want %q", got, want)
	}
	if m.Get("X-None") != "" || m.All("X-None") != nil {
		t.Error("an absent field has a value")
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		in, want string
		defect   bool
	}{
		{"plain", "plain", false},
		{"=?iso-8859-1?Q?a_b=E9?=", "a bé", false},
		{"x =?utf-8?B?w6k=?= y", "x é y", false},
		{"=?utf-8?B?w6k?=\t =?UTF-8?q?!?=", "é!", false}, // no padding, white space between
		{"=?utf-8?q?a b?= c", "a b c", false},            // white space inside
		{"=?utf-8*en?q?a?=", "a", false},                 // RFC 2231 language
		{"=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ", false},   // stateful
		{"=?utf-7?q?+AOk-?=", "é", false},                // UTF-7
		{"=?gb2312?B?xOO6ww==?=", "你好", false},           // double byte
		{"=?x-none?q?a=E9?=", "aé", true},                // unknown set
		{"=?utf-8?q?open", "=?utf-8?q?open", true},       // never closed
		{"=?utf-8?x?a?=", "=?utf-8?x?a?=", true},         // unknown encoding
		{"=?utf-8?q?=zz=4?=", "=zz=4", false},            // no hexadecimal
		{"a=?utf-8?q?b?=c", "abc", false},                // inside a word
		{"=?utf-8?q?b?= =?koi8-r?q?=C1?=", "bа", false},  // two sets
		{"=? =?utf-8?q?b?=", "=? b", true},               // a stray start
		{"=?utf-8?q?a=FF?=", "aÿ", true},                 // not UTF-8 at all
	} {
		var found defects
		if got := words(c.in, &found); got != c.want || (len(found) > 0) != c.defect {
			t.Errorf("words(%q) = %q with %v, want %q", c.in, got, found, c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []Address
	}{
		{"", nil},
		{"a@Example.ORG", []Address{{"", "a", "example.org"}}},
		{`"Doe, Ann" <ann@example.org>, bob@example.net`, []Address{{"Doe, Ann", "ann", "example.org"}, {"", "bob", "example.net"}}},
		{"=?utf-8?q?Caf=C3=A9?= <a@example.org>", []Address{{"Café", "a", "example.org"}}},
		{"Café <a@example.org>", []Address{{"Café", "a", "example.org"}}},
		{"Acme [Support] <a@example.org>", []Address{{"Acme [Support]", "a", "example.org"}}},
		{"ann@example.org <evil@example.com>", []Address{{"ann@example.org", "evil", "example.com"}}},
		{"Name <a@example.org", []Address{{"Name", "a", "example.org"}}},
		{"Name a@example.org; b@example.net", []Address{{"Name", "a", "example.org"}, {"", "b", "example.net"}}},
		{"No Address Here", []Address{{"No Address Here", "", ""}}},
		{"<>", []Address{{}}},
		{"undisclosed-recipients:;", nil},
		{"friends: a@example.org, b@example.org;", []Address{{"", "a", "example.org"}, {"", "b", "example.org"}}},
		{`"a" b" <c@example.org>`, []Address{{`a" b`, "c", "example.org"}}},
		{"Acme <=?utf-8?q?a=40example.org?=>", []Address{{"Acme", "a", "example.org"}}},
	} {
		m := Message{Header: []Field{{Name: "To", Raw: c.in}}}
		if diff := cmp.Diff(c.want, m.Addresses("to")); diff != "" {
			t.Errorf("Addresses(%q): -want +got\n%s", c.in, diff)
		}
	}
}

func TestParseAddress(t *testing.T) {
	if a, ok := ParseAddress("Ann <ann@example.org>"); !ok || a.String() != "ann@example.org" || a.Name != "Ann" {
		t.Errorf("ParseAddress = %+v, %v", a, ok)
	}
	if _, ok := ParseAddress(" "); ok {
		t.Error("ParseAddress of nothing = true")
	}
}

func TestDate(t *testing.T) {
	want := time.Date(2020, 10, 20, 8, 1, 2, 0, time.UTC)
	for _, in := range []string{
		"Tue, 20 Oct 2020 10:01:02 +0200", "20 Oct 2020 08:01:02 GMT", "Tue, 20 Oct 2020 08:01:02 -0000 (UTC)",
		"Tue,  20 Oct 2020 08:01:02", "2020-10-20T08:01:02Z", "2020-10-20 08:01:02", "Tue Oct 20 08:01:02 2020",
		"Tue, 20-Oct-2020 08:01:02 +0000", "Tuesday, 20 October 2020 08:01:02 +0000", "Tue, 20 Oct 2020 08:01:02 +0000 (Coordinated",
	} {
		m := Message{Header: []Field{{Name: "Date", Value: in}}}
		if got, ok := m.Date(); !ok || !got.Equal(want) {
			t.Errorf("Date(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "yesterday", strings.Repeat("1", 300), "Tue, 99 Oct 2020 08:01:02 +0000"} {
		m := Message{Header: []Field{{Name: "Date", Value: in}}}
		if got, ok := m.Date(); ok {
			t.Errorf("Date(%q) = %v, want none", in, got)
		}
	}
}

// FuzzPlainDate: what the short way reads, net/mail reads the same.
func FuzzPlainDate(f *testing.F) {
	for _, s := range []string{"Tue, 20 Oct 2020 10:01:02 +0200", "1 Feb 2021 00:00:00 -1130 (x", "Sat, 31 Jun 2020 10:01:02 +0200", "09 Dec 0000 23:59:59 +0000 (a) (b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := plainDate(s)
		if !ok {
			return
		}
		date, _, _ := strings.Cut(s, " (")
		if want, err := mail.ParseDate(date); err != nil || !got.Equal(want) {
			t.Errorf("plainDate(%q) = %v, want %v, %v", s, got, want, err)
		}
	})
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a.pdf": "a.pdf", "../../etc/passwd": "passwd", `C:\x\y.doc`: "y.doc", "a\u202egpj.exe": "agpj.exe",
		"..": "", "/": "", "a\x00b.txt": "ab.txt", " a .txt ": "a .txt", "\xff.txt": "\ufffd.txt",
	} {
		if got := fileName(in); got != want {
			t.Errorf("fileName(%q) = %q, want %q", in, got, want)
		}
	}
	if got := fileName(strings.Repeat("é", 300)); len(got) > maxFileName || !utf8.ValidString(got) {
		t.Errorf("fileName of a long name has %d bytes", len(got))
	}
}

// checkAddress fails where an address holds what Addresses promises it does not.
func checkAddress(tb testing.TB, a Address) {
	tb.Helper()
	for _, s := range []string{a.Name, a.Local, a.Domain} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, control) {
			tb.Errorf("address %+q is not clean text", a)
		}
	}
	if a.Domain != strings.ToLower(a.Domain) || strings.Contains(a.Domain, "@") {
		tb.Errorf("domain %q", a.Domain)
	}
}
