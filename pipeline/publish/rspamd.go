package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// rspamd writes rules of module multimap with their maps in them.
func (c *Campaign) rspamd() ([]byte, error) {
	b := new(bytes.Buffer)
	name := "SHOAL_" + c.ruleName()
	fmt.Fprintf(b, "# %s\n# Append it to local.d/multimap.conf; rspamadm configtest checks it.\n", c.about())
	c.hashes(b)
	for _, r := range c.multimaps() {
		fmt.Fprintf(b, "%s_%s {\n  type = %q;\n%s  map = %s;\n  score = %.1f;\n  description = %s;\n}\n",
			name, r.suffix, r.kind, r.extra, ucl(r.entries...), r.score, uclString("shoal campaign "+clean(c.ID, 40)+": "+r.what))
	}
	return b.Bytes(), nil
}

// multimap is a rule of rspamd's module of that name.
type multimap struct {
	suffix, kind, extra, what string
	entries                   []string
	score                     float64
}

func (c *Campaign) multimaps() []multimap {
	all := []multimap{
		{"HOST", "url", "  filter = \"full\";\n  regexp = true;\n", "host of a link", nil, 6},
		{"URL", "url", "  filter = \"full\";\n  regexp = true;\n", "link", nil, 6},
		{"IP", "ip", "", "sending server", nil, 5},
		{"SENDER", "from", "  extract_from = \"mime\";\n  filter = \"email:addr\";\n  regexp = true;\n", "sender", nil, 5},
		{"SUBJECT", "header", "  header = \"Subject\";\n  regexp = true;\n", "subject", nil, 2},
		{"FORGED", "from", "  extract_from = \"mime\";\n  filter = \"email:domain\";\n  regexp = true;\n  require_symbols = \"!DMARC_POLICY_ALLOW & !R_DKIM_ALLOW\";\n", "claims a domain that it forges, not authenticated", nil, 8},
	}
	for _, i := range c.Indicators {
		switch i.Kind {
		case KindHost:
			all[0].add("/" + rxHost(i.Value) + "/i")
		case KindURL:
			all[1].add("/" + rxURL(i.Value) + "/i")
		case KindIP:
			all[2].add(i.Value)
		case KindAddress:
			all[3].add("/^" + rx(i.Value) + "$/i")
		case KindDomain:
			all[3].add("/@" + rx(i.Value) + "$/i")
		case KindSubject:
			all[4].add("/^" + rx(i.Value) + "$/")
		}
	}
	if d := c.Identity.SpoofedDomain; d != "" {
		all[5].add("/^" + rx(d) + "$/i")
	}
	var out []multimap
	for _, m := range all {
		if len(m.entries) > 0 {
			out = append(out, m)
		}
	}
	return out
}

func (m *multimap) add(entry string) { m.entries = append(m.entries, entry) }

// ucl is a list of strings in rspamd's configuration language.
func ucl(entries ...string) string {
	s := "["
	for n, e := range entries {
		if n > 0 {
			s += ", "
		}
		s += uclString(e)
	}
	return s + "]"
}

// uclString quotes as JSON does. A dollar that stands before a name would be a
// variable: the entries have none, since rx writes it as a number.
func uclString(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(b)
}

// hashes lists attachments in comments, for scanners that take hashes.
func (c *Campaign) hashes(b *bytes.Buffer) {
	for _, i := range c.having(KindAttachment) {
		fmt.Fprintf(b, "# attachment sha256 %s\n", clean(i.Value, 64))
	}
}
