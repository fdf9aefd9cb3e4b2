package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// rspamd writes a file to be included from rspamd.conf.local: rules of module
// multimap with their maps, and a composite for the forged domain.
func (c *Campaign) rspamd() ([]byte, error) {
	b := new(bytes.Buffer)
	name := "SHOAL_" + c.ruleName()
	fmt.Fprintf(b, "# %s\n# .include this file from rspamd.conf.local; rspamadm configtest checks it.\n", c.about())
	c.hashes(b)
	fmt.Fprintln(b, "multimap {")
	for _, r := range c.multimaps() {
		fmt.Fprintf(b, "  %s_%s {\n    type = %q;\n%s    map = %s;\n    score = %.1f;\n    description = %s;\n  }\n",
			name, r.suffix, r.kind, r.extra, ucl(r.entries...), r.score, uclString("shoal campaign "+clean(c.ID, 40)+": "+r.what))
	}
	fmt.Fprintln(b, "}")
	if c.Identity.SpoofedDomain != "" {
		fmt.Fprintf(b, "composites {\n  %s_FORGED {\n    expression = \"%s_CLAIMS & !DMARC_POLICY_ALLOW & !R_DKIM_ALLOW\";\n    score = 8.0;\n    description = %s;\n  }\n}\n",
			name, name, uclString("shoal campaign "+clean(c.ID, 40)+": claims a domain that it forges, not authenticated"))
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
		{"HOST", "url", "    filter = \"full\";\n    regexp = true;\n", "host of a link", nil, 6},
		{"URL", "url", "    filter = \"full\";\n    regexp = true;\n", "link", nil, 6},
		{"IP", "ip", "", "sending server", nil, 5},
		{"SENDER", "from", "    extract_from = \"mime\";\n    filter = \"email:addr\";\n    regexp = true;\n", "sender", nil, 5},
		{"SUBJECT", "header", "    header = \"Subject\";\n    regexp = true;\n", "subject", nil, 2},
		{"CLAIMS", "from", "    extract_from = \"mime\";\n    filter = \"email:domain\";\n    regexp = true;\n", "claims a domain that it forges (see the composite)", nil, 0},
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
