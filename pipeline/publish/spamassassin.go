package publish

import (
	"bytes"
	"fmt"
	"strings"
)

// spamassassin writes rules for a .cf file.
func (c *Campaign) spamassassin() ([]byte, error) {
	b := new(bytes.Buffer)
	name := "SHOAL_" + c.ruleName()
	fmt.Fprintf(b, "# %s\n# Put it into a .cf file of SpamAssassin's site configuration; spamassassin --lint checks it.\n", c.about())
	c.hashes(b)
	n := 0
	rule := func(kind, test, what string, score float64) {
		n++
		fmt.Fprintf(b, "%s %s_%d %s\ndescribe %s_%d Campaign %s: %s\nscore %s_%d %.1f\n",
			kind, name, n, test, name, n, strings.ToLower(c.ruleName()), what, name, n, score)
	}
	var ips []string
	for _, i := range c.Indicators {
		switch i.Kind {
		case KindHost:
			rule("uri", "/"+rxHost(i.Value)+"/i", "host", 4)
		case KindURL:
			rule("uri", "/"+rxURL(i.Value)+"/i", "link", 4)
		case KindIP:
			ips = append(ips, rx(i.Value))
		case KindAddress:
			rule("header", "From:addr =~ /^"+rx(i.Value)+"$/i", "sender", 3)
		case KindDomain:
			rule("header", "From:addr =~ /\\x40"+rx(i.Value)+"$/i", "sender domain", 3)
		case KindSubject:
			rule("header", "Subject =~ /^\\s*"+rx(i.Value)+"\\s*$/", "subject", 1)
		case KindWallet:
			rule("body", "/"+rx(i.Value)+"/", "wallet", 3)
		}
	}
	if len(ips) > 0 {
		rule("header", "X-Spam-Relays-External =~ /^\\[ ip=(?:"+strings.Join(ips, "|")+") /", "server", 3)
	}
	if d := c.Identity.SpoofedDomain; d != "" {
		fmt.Fprintf(b, "header __%s_C From:addr =~ /\\x40%s$/i\n", name, rx(d))
		rule("meta", fmt.Sprintf("(__%s_C && !SPF_PASS && !DKIM_VALID_AU)", name), "forged domain", 5)
	}
	return b.Bytes(), nil
}
