package publish

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// stixRequired are the required properties of STIX 2.1 beside those that all
// objects have (type, spec_version, id, created, modified): sections 4.2, 4.5, 4.7
// and 5.1 of the standard.
var stixRequired = map[string][]string{
	"identity": {"name"}, "campaign": {"name"}, "indicator": {"pattern", "pattern_type", "valid_from"},
	"relationship": {"relationship_type", "source_ref", "target_ref"},
}

func TestSTIX(t *testing.T) {
	for _, value := range append([]string{"a.example"}, hostile...) {
		c := sample(func(s string) string { return s }).Campaigns[0]
		c.Indicators = append(c.Indicators, Indicator{Kind: KindSubject, Value: value, Reports: 9}, Indicator{Kind: KindHost, Value: "2001:db8::1", Reports: 9})
		var bundle struct {
			Type, ID string
			Objects  []map[string]any
		}
		if err := json.Unmarshal([]byte(export(t, c, "stix")), &bundle); err != nil {
			t.Fatal(err)
		}
		checkSTIXID(t, bundle.ID, "bundle")
		ids := map[string]bool{}
		for _, o := range bundle.Objects {
			checkSTIXObject(t, o)
			ids[o["id"].(string)] = true
		}
		for _, o := range bundle.Objects {
			for k, v := range o {
				if strings.HasSuffix(k, "_ref") && !ids[v.(string)] {
					t.Errorf("%s of %s leads to no object", k, o["id"])
				}
			}
		}
		if want := 2 + 2*len(c.Indicators); len(ids) != want {
			t.Errorf("%d objects with different ids, want %d", len(ids), want)
		}
	}
}

// stixTest is a comparison as this package writes it.
var stixTest = regexp.MustCompile(`^\[[a-z0-9-]+:[a-z_.]+(?:\.'SHA-256')? (?:=|MATCHES) '((?:[^'\\]|\\['\\])*)'\]$`)

func checkSTIXObject(t *testing.T, o map[string]any) {
	t.Helper()
	kind := o["type"].(string)
	checkSTIXID(t, o["id"].(string), kind)
	required, known := stixRequired[kind]
	if !known || o["spec_version"] != "2.1" {
		t.Errorf("%s is of type %q, version %v", o["id"], kind, o["spec_version"])
	}
	for _, p := range required {
		if s, _ := o[p].(string); s == "" {
			t.Errorf("%s without %s", o["id"], p)
		}
	}
	for _, p := range []string{"created", "modified", "valid_from", "first_seen", "last_seen"} {
		if s, ok := o[p].(string); ok || p == "created" || p == "modified" {
			if _, err := time.Parse("2006-01-02T15:04:05.000Z", s); err != nil {
				t.Errorf("%s of %s: %v", p, o["id"], err)
			}
		}
	}
	if p, ok := o["pattern"].(string); ok && !stixTest.MatchString(p) {
		t.Errorf("pattern %s", p)
	}
}

func checkSTIXID(t *testing.T, id, kind string) {
	t.Helper()
	prefix, rest, _ := strings.Cut(id, "--")
	if u, err := uuid.Parse(rest); err != nil || prefix != kind || u.Version() != 5 {
		t.Errorf("id %q of a %s", id, kind)
	}
}

// mispTypes are types with a category that MISP's core format allows them in.
var mispTypes = []string{
	"hostname Network activity", "ip-dst Network activity", "url Network activity", "ip-src Network activity", "domain Network activity",
	"sha256 Payload delivery", "filename|sha256 Payload delivery", "email-src Payload delivery", "email-subject Payload delivery",
	"phone-number Financial fraud", "btc Financial fraud", "other Other", "text External analysis",
}

func TestMISP(t *testing.T) {
	c := sample(same).Campaigns[0]
	for _, k := range kinds {
		c.Indicators = append(c.Indicators, Indicator{Kind: k.name, Value: "198.51.100.200", Reports: 2})
	}
	var got struct{ Event mispEvent }
	if err := json.Unmarshal([]byte(export(t, c, "misp")), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Event.Attribute) != len(c.Indicators)+1 || got.Event.Published || got.Event.Distribution != "0" {
		t.Errorf("event %+v", got.Event)
	}
	for _, a := range got.Event.Attribute {
		if !slices.Contains(mispTypes, a.Type+" "+a.Category) || a.Value == "" || uuid.Validate(a.UUID) != nil {
			t.Errorf("attribute %+v", a)
		}
	}
}

// TestCSV: every line has its cells, and none is a formula.
func TestCSV(t *testing.T) {
	for _, value := range hostile {
		c := &Campaign{ID: "c1", Indicators: []Indicator{{Kind: KindSubject, Value: value}}}
		rows, err := csv.NewReader(strings.NewReader(export(t, c, "csv"))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q: %d rows, %v", value, len(rows), err)
		}
		if cell := rows[1][2]; strings.ContainsAny(cell[:1], "=+-@") {
			t.Errorf("cell %q is a formula", cell)
		}
	}
}

func export(t testing.TB, c *Campaign, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Export(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tool finds a program that the machine may lack.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// campaigns are what rules are made of in the tests with real programs.
func campaigns() []*Campaign {
	out := []*Campaign{sample(same).Campaigns[0], {ID: "c1"}}
	for _, value := range hostile {
		c := sample(func(string) string { return value }).Campaigns[0]
		for _, k := range kinds {
			c.Indicators = append(c.Indicators, Indicator{Kind: k.name, Value: value, Reports: 9})
		}
		out = append(out, c)
	}
	return out
}

const lure = `Received: from srv2.kirjastus.example (srv2.kirjastus.example [198.51.100.87]) by mx.mail.example; Tue, 20 Oct 2020 11:02:00 +0000
From: Official Patriots <info@officialpatriots.example>
To: someone@mail.example
Subject: Vote for the Kestrel ticket or else!
Date: Tue, 20 Oct 2020 11:02:00 +0000
Message-ID: <1@officialpatriots.example>
Content-Type: text/plain; charset=utf-8

See https://reel.clipvault.example.com/w/7?e=someone and think again.
`

// TestYARA: YARA takes every rule, and the sample's finds a lure and not another mail.
func TestYARA(t *testing.T) {
	yara := tool(t, "yara")
	dir := t.TempDir()
	mail, other := write(t, dir, "mail.eml", lure), write(t, dir, "other.eml", "Subject: lunch\n\nSee you at noon.\n")
	for i, c := range campaigns() {
		rules := write(t, dir, "rules.yar", export(t, c, "yara"))
		for file, want := range map[string]bool{mail: true, other: false} {
			out, err := exec.Command(yara, "--fail-on-warnings", rules, file).CombinedOutput()
			if err != nil {
				t.Fatalf("campaign %d: %v\n%s", i, err, out)
			}
			if i == 0 && strings.Contains(string(out), "shoal_") != want {
				t.Errorf("yara on %s: %s", filepath.Base(file), out)
			}
		}
	}
}

// TestSpamAssassin: all rules together pass lint, and those of the sample hit a lure.
func TestSpamAssassin(t *testing.T) {
	spamassassin := tool(t, "spamassassin")
	dir := t.TempDir()
	pres, err := filepath.Glob("/etc/spamassassin/*.pre")
	if err != nil || len(pres) == 0 {
		t.Skip("SpamAssassin has no configuration here")
	}
	for _, p := range pres {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, filepath.Base(p), string(text))
	}
	for i, c := range campaigns() {
		c.ID += string(rune('a' + i))
		write(t, dir, c.ID+".cf", export(t, c, "spamassassin"))
	}
	run := func(in string, args ...string) string {
		cmd := exec.Command(spamassassin, append(args, "-L", "--siteconfigpath="+dir)...)
		cmd.Stdin, cmd.Env = strings.NewReader(in), append(os.Environ(), "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("spamassassin %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out := run("", "--lint"); out != "" {
		t.Errorf("lint: %s", out)
	}
	out := run(lure, "-t")
	for _, want := range []string{"A_1 ", "A_2 ", "A_3 ", "A_5 ", "A_6 "} {
		if !strings.Contains(out, want) {
			t.Errorf("no rule %s hits the lure:\n%s", want, out)
		}
	}
	if out := run("Subject: lunch\nFrom: jane@mail.example\n\nSee you at noon.\n", "-t"); strings.Contains(out, "SHOAL_") {
		t.Errorf("a rule hits other mail:\n%s", out)
	}
}

// TestRspamd: rspamadm takes every configuration.
func TestRspamd(t *testing.T) {
	rspamadm := tool(t, "rspamadm")
	dir := t.TempDir()
	for i, c := range campaigns() {
		rules := write(t, dir, "rules.conf", export(t, c, "rspamd"))
		conf := write(t, dir, "rspamd.conf", "options { pidfile = \"/dev/null\"; }\nlogging { type = \"console\"; }\nmultimap {\n.include \""+rules+"\"\n}\n")
		out, err := exec.Command(rspamadm, "configdump", "--json", "-c", conf, "multimap").Output()
		if err != nil {
			t.Fatalf("campaign %d: %v\n%s", i, err, out)
		}
		var got map[string]struct{ Score float64 }
		if err := json.Unmarshal(out, &got); err != nil && len(c.multimaps()) > 0 {
			t.Fatalf("campaign %d: %v\n%s", i, err, out)
		}
		if len(got) != len(c.multimaps()) {
			t.Errorf("campaign %d has %d rules, want %d:\n%s", i, len(got), len(c.multimaps()), out)
		}
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
