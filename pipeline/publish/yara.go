package publish

import (
	"bytes"
	"fmt"
	"strings"
)

// yara writes one rule for attachments (by hash) and for bodies and raw messages
// (by hosts, links and wallets in them).
func (c *Campaign) yara() ([]byte, error) {
	b, body := new(bytes.Buffer), new(bytes.Buffer)
	var tests []string
	for n, i := range c.having(KindHost, KindURL, KindWallet) {
		value := i.Value
		if i.Kind == KindURL {
			_, value, _ = strings.Cut(value, "://")
		}
		if len(value) < 6 || len(value) > 400 {
			continue
		}
		fmt.Fprintf(body, "        $%s%d = \"%s\" ascii wide nocase\n", i.Kind, n, yaraText(value))
	}
	if body.Len() > 0 {
		tests = append(tests, "any of them")
	}
	for _, i := range c.having(KindAttachment) {
		tests = append(tests, fmt.Sprintf("hash.sha256(0, filesize) == \"%s\"", yaraText(strings.ToLower(i.Value))))
	}
	fmt.Fprintf(b, "import \"hash\"\n\nrule shoal_%s\n{\n    meta:\n        description = \"%s\"\n        first_seen = \"%s\"\n        last_seen = \"%s\"\n        reports = %d\n",
		strings.ToLower(c.ruleName()), yaraText(c.about()), date(c.FirstSeen), date(c.LastSeen), c.Reports)
	if body.Len() > 0 {
		fmt.Fprintf(b, "    strings:\n%s", body)
	}
	if len(tests) == 0 {
		tests = []string{"false"}
	}
	fmt.Fprintf(b, "    condition:\n        %s\n}\n", strings.Join(tests, " or\n        "))
	return b.Bytes(), nil
}

// yaraText is s inside a string of YARA: everything but letters, digits and a few
// signs is written as a byte.
func yaraText(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if asciiAlnum(c) || strings.IndexByte(" .,:-_/[]", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}
