package extract

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/authres"

	"shoal/pipeline/message"
)

// verdict is what the receiving side's checks said (RFC 8601 result words).
type verdict struct {
	spf, dkim, dmarc string
	mailFrom         string   // domain that SPF was checked for
	signers          []string // domains whose signature passed
	client           netip.Addr
	helo             string
}

// authentication reads the results that count, else Received-SPF.
func (x *Extractor) authentication(m *message.Message) verdict {
	var v verdict
	trusted := x.cfg.TrustedAuthServ
	first := -1
	for i := range m.Header {
		f := &m.Header[i]
		if !strings.EqualFold(f.Name, "Authentication-Results") {
			continue
		}
		id, results := parseResults(f.Raw)
		switch {
		case len(trusted) > 0:
			if !slices.ContainsFunc(trusted, func(t string) bool { return strings.EqualFold(t, id) }) {
				continue
			}
		case first < 0:
			first, trusted = i, nil
		case i != first+1: // a block of fields by one host may stand together
			continue
		default:
			first = i
		}
		v.take(results)
		v.clientIn(f.Raw)
	}
	v.receivedSPF(m)
	return v
}

// parseResults tolerates a missing authserv-id (Exchange leaves it out) and
// comments.
func parseResults(raw string) (id string, results []authres.Result) {
	s := withoutComments(raw[:min(len(raw), 8<<10)])
	if head, _, _ := strings.Cut(s, ";"); strings.Contains(head, "=") {
		s = "-;" + s
	}
	for part := range strings.SplitSeq(s, ";") {
		if id == "" {
			id = cutAt(strings.TrimSpace(part), " \t")
			continue
		}
		// One at a time: a malformed result hides no other.
		if _, r, err := authres.Parse("-;" + part); err == nil {
			results = append(results, r...)
		}
	}
	return id, results
}

func withoutComments(s string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '(':
			depth++
		case s[i] == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// take keeps the first result of each method; of several signatures one that
// passed.
func (v *verdict) take(results []authres.Result) {
	for _, r := range results {
		switch r := r.(type) {
		case *authres.SPFResult:
			if v.spf == "" {
				v.spf = resultWord(string(r.Value))
				v.mailFrom = domainOf(r.From)
				v.helo = r.Helo
			}
		case *authres.DKIMResult:
			word := resultWord(string(r.Value))
			if v.dkim == "" || word == "pass" {
				v.dkim = word
			}
			if d := domainOf(first(r.Domain, r.Identifier)); word == "pass" && d != "" && len(v.signers) < 8 {
				v.signers = append(v.signers, d)
			}
		case *authres.DMARCResult:
			if v.dmarc == "" {
				v.dmarc = resultWord(string(r.Value))
			}
		}
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// resultWord keeps the closed set of results; others are "other".
func resultWord(s string) string {
	switch s = strings.ToLower(s); s {
	case "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy", "bestguesspass":
		return s
	case "hardfail":
		return "fail"
	case "error":
		return "temperror"
	case "unknown":
		return "permerror"
	}
	return "other"
}

func domainOf(a string) string {
	a = strings.Trim(a, "<>\"' ")
	return cleanHost(a[strings.LastIndexByte(a, '@')+1:])
}

func (v *verdict) clientIn(raw string) {
	for _, mark := range []string{"sender ip is ", "client-ip="} {
		if i := indexFold(raw, mark); i >= 0 && !v.client.IsValid() {
			v.client = parseIP(cutAt(strings.TrimLeft(raw[i+len(mark):], " "), "); \t"))
		}
	}
}

// receivedSPF reads the topmost Received-SPF (RFC 7208 9.1) for what is missing.
func (v *verdict) receivedSPF(m *message.Message) {
	raw := m.Get("Received-SPF")
	if raw == "" {
		return
	}
	if v.spf == "" {
		v.spf = resultWord(cutAt(strings.TrimSpace(raw), " (;"))
		if i := indexFold(raw, "envelope-from="); i >= 0 {
			v.mailFrom = domainOf(cutAt(raw[i+len("envelope-from="):], "; \t"))
		}
	}
	v.clientIn(raw)
	if i := indexFold(raw, "helo="); i >= 0 && v.helo == "" {
		v.helo = cutAt(raw[i+len("helo="):], "; \t")
	}
}

func parseIP(s string) netip.Addr {
	a, ok := parseAddr(strings.Trim(s, "[]"))
	if !ok {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// spoofs reports whether the mail is not from whom it says: DMARC failed, or
// without a DMARC verdict checks were made and none passed for From's own domain.
func (v *verdict) spoofs(fromDomain string) bool {
	if fromDomain == "" {
		return false
	}
	switch v.dmarc {
	case "fail":
		return true
	case "pass", "bestguesspass":
		return false
	}
	own := registrable(fromDomain)
	if v.spf == "pass" && (v.mailFrom == "" || registrable(v.mailFrom) == own) {
		return false
	}
	for _, d := range v.signers {
		if registrable(d) == own {
			return false
		}
	}
	return said(v.spf) || said(v.dkim)
}

// said reports whether a result claims anything: a domain that publishes nothing
// is not forged by that.
func said(result string) bool {
	switch result {
	case "", "none", "neutral", "temperror", "other":
		return false
	}
	return true
}
