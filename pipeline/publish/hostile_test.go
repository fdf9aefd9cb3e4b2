package publish

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// FuzzForms: whatever a value out of mail is, it stays in its place in every form.
func FuzzForms(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("\f")
	f.Fuzz(func(t *testing.T, value string) {
		all := forms(func(s string) string { return value })
		for _, name := range []string{"summary.md", "summary.html", "campaign.txt", "list.txt", "why.txt", "export.rspamd", "export.spamassassin", "export.yara", "export.csv"} {
			text := render(t, all[name])
			checkCharacters(t, name, text)
			switch name {
			case "summary.md":
				checkMarkdown(t, text)
			case "summary.html":
				checkHTML(t, text)
			case "export.rspamd", "export.spamassassin", "export.yara":
				checkRules(t, name, text)
			}
		}
		for _, name := range []string{"summary.json", "campaign.json", "list.json", "why.json", "export.stix", "export.misp"} {
			if text := render(t, all[name]); !json.Valid([]byte(text)) || !utf8.ValidString(text) {
				t.Errorf("%s is no JSON", name)
			}
		}
		if re, err := regexp.Compile("^" + rx(value) + "$"); err != nil {
			t.Errorf("rx(%q): %v", value, err)
		} else if plain := strings.Join(strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " "); isASCII(plain) && !re.MatchString(plain) {
			t.Errorf("rx(%q) = %s does not match it", value, re)
		}
	})
}

// TestBlankSubject: no rule is made for mail without a subject.
func TestBlankSubject(t *testing.T) {
	c := &Campaign{Reports: 100, Subjects: []Count{{strings.Repeat(" ", 20), 60}, {"pay the invoice", 40}}}
	if got := c.candidates()[KindSubject]; len(got) != 1 || got[0].Value != "pay the invoice" {
		t.Errorf("subjects to flag: %+v", got)
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// checkCharacters: nothing that steers a terminal or turns text around.
func checkCharacters(t *testing.T, name, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s is not UTF-8", name)
	}
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || hidden(r)) {
			t.Fatalf("%s has character %U", name, r)
		}
	}
}

// markdownLines are the shapes of line that the summary is made of, with values
// in which every sign of markup is escaped.
var markdownLines = func() []*regexp.Regexp {
	const v = "(?:[^\\\\`*_{}\\[\\]<>#|~&$^]|\\\\.)*"
	var out []*regexp.Regexp
	for _, s := range []string{
		"", "# " + v, "## " + v, v, "- " + v, "- `[^`]*` " + v, "- \\*\\*" + v + "\\*\\*" + v,
		"\\|(?: " + v + " \\||[-:]+\\||  ?\\|)+", "\\| " + v + " `[^`|]*` \\|(?: " + v + " \\|)+", "\\| Timeline \\| `[^`|]*` " + v + " \\|",
		"\\|(?: " + v + " \\|)+ `[^`|]*` \\|", "`[^`]*`, " + v, v + "`[^`]*`" + v,
	} {
		out = append(out, regexp.MustCompile("^"+s+"$"))
	}
	return out
}()

func checkMarkdown(t *testing.T, text string) {
	t.Helper()
	fenced := false
lines:
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			if strings.Contains(line, "`") {
				t.Fatalf("a fence holds %q", line)
			}
			continue
		}
		if strings.Contains(line, "://") {
			t.Errorf("a link can be followed: %q", line)
		}
		for _, re := range markdownLines {
			if re.MatchString(line) {
				continue lines
			}
		}
		t.Fatalf("unforeseen Markdown: %q", line)
	}
	if fenced {
		t.Error("a fence is open at the end")
	}
}

// checkHTML: only our elements, only our attributes, nothing that loads or links.
func checkHTML(t *testing.T, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	elements := " html head meta title body table tbody tr td th div span h1 h2 h3 b br p ul li details summary pre svg path text "
	attributes := " lang charset name content http-equiv style role width height cellpadding cellspacing align xmlns xmlns:xlink xlink viewbox viewBox d x y "
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			t.Fatalf("a comment: %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !strings.Contains(elements, " "+n.Data+" ") {
			t.Fatalf("element %q", n.Data)
		}
		for _, a := range n.Attr {
			if !strings.Contains(attributes, " "+a.Key+" ") || strings.Contains(a.Val, "url(") {
				t.Fatalf("attribute %s=%q of %s", a.Key, a.Val, n.Data)
			}
		}
	}
	// A statement may hold a link in its literals; a pre links nothing.
	shown := statements.ReplaceAllString(strings.ReplaceAll(text, "http://www.w3.org/", ""), "")
	if strings.Contains(shown, "://") {
		t.Error("a link can be followed")
	}
}

var statements = regexp.MustCompile(`(?s)<pre[^>]*>.*?</pre>`)

// ruleLines are the lines of each kind of rules.
var ruleLines = map[string]*regexp.Regexp{
	"export.rspamd":       regexp.MustCompile(`^(#.*|SHOAL_[A-Z0-9]+_[A-Z]+ \{|\}|  (type|filter|extract_from|header|require_symbols|description) = "[^"\\]*";|  regexp = true;|  score = [0-9.]+;|  map = \["(?:[^"\\$]|\\\\|\$[/|)])*"(?:, "(?:[^"\\$]|\\\\|\$[/|)])*")*\];)$`),
	"export.spamassassin": regexp.MustCompile(`^(#.*|(uri|body) SHOAL_[A-Z0-9]+_\d+ /[^/]*/i?|header (__)?SHOAL_[A-Z0-9_]+ (From:addr|Subject|X-Spam-Relays-External) =~ /[^/]*/i?|meta SHOAL_[A-Z0-9]+_\d+ \([A-Z0-9_& !]+\)|describe SHOAL_[A-Z0-9]+_\d+ [a-zA-Z0-9: ]+|score SHOAL_[A-Z0-9]+_\d+ [0-9.]+)$`),
	"export.yara":         regexp.MustCompile(`^(import "hash"||rule shoal_[a-z0-9]+|[{}]|    (meta|strings|condition):|        (description|first_seen|last_seen) = "(?:[^"\\]|\\x[0-9a-f]{2})*"|        reports = \d+|        \$[a-z]+\d+ = "(?:[^"\\]|\\x[0-9a-f]{2})*" ascii wide nocase|        (any of them|false|hash\.sha256\(0, filesize\) == "(?:[^"\\]|\\x[0-9a-f]{2})*")( or)?)$`),
}

func checkRules(t *testing.T, name, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); !ruleLines[name].MatchString(line) {
			t.Fatalf("%s: unforeseen line %q", name, line)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\n\tb ":                "a b",
		"\x1b[31mred\x1b[0m":        "[31mred[0m",
		"a\u202egnp.exe\u2066b":     "agnp.exeb",
		"\xffx":                     "\uFFFDx",
		"zero\u200bwidth\u00adsoft": "zerowidthsoft",
		"grüße":                     "grüße",
	} {
		if got := clean(in, 20); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := clean("0123456789abc", 10), "012345678…"; got != want {
		t.Errorf("clean, 10 characters = %q, want %q", got, want)
	}
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/x.php": "hxxps[:]//a[.]example/x[.]php",
		"jane@a.example":          "jane[@]a[.]example",
		"198.51.100.1":            "198[.]51[.]100[.]1",
	} {
		if got := defang(in); got != want {
			t.Errorf("defang(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := linkless("see www.a.example or b.example, v1.2"), "see www[.]a[.]example or b[.]example, v1.2"; got != want {
		t.Errorf("linkless = %q, want %q", got, want)
	}
}
