package extract

import "strings"

// withoutBanner drops a gateway's warning at the top.
func withoutBanner(lines []string) []string {
	for i := 0; i < len(lines) && i < 6; i++ {
		if !banner(lines[i]) {
			continue
		}
		to := i + 1
		for to < len(lines) && to < i+4 && (bannerRest(lines[to]) || banner(lines[to])) {
			to++
		}
		out := append([]string(nil), lines[:i]...)
		return append(out, lines[to:]...)
	}
	return lines
}

func banner(l string) bool {
	if len(l) < 12 || len(l) > 400 {
		return false
	}
	low := strings.ToLower(l)
	outside := containsAny(low, "external email", "external sender", "external message", "outside of the organi", "outside the organi", "outside your organi",
		"outside of your organi", "from outside", "externe e-mail", "externer absender", "correo externo", "e-mail externo", "courriel externe")
	warns := containsAny(low, "caution", "warning", "attention", "external", "achtung", "do not click", "extern", "[ext", "be careful", "exercise")
	return outside && warns
}

func bannerRest(l string) bool {
	low := strings.ToLower(l)
	return len(l) < 300 && containsAny(low, "do not click", "recognize the sender", "recognise the sender", "content is safe", "open attachments unless", "exercise caution")
}

// withoutSignature drops what follows the signature mark of RFC 3676 4.3.
func withoutSignature(lines []string) []string {
	for i := len(lines) - 1; i > 0 && i >= len(lines)-16; i-- {
		if lines[i] == "-- " || lines[i] == "--" {
			return lines[:i]
		}
	}
	return lines
}

// withoutFooter drops a mailing list's footer: a rule, then a few lines that
// speak of the list.
func withoutFooter(lines []string) []string {
	for i := len(lines) - 1; i > 0 && i >= len(lines)-14; i-- {
		if rule(lines[i]) && listFooter(lines[i+1:]) {
			return lines[:i]
		}
	}
	return lines
}

// rule: a line of ten or more of one sign.
func rule(l string) bool {
	l = strings.TrimSpace(l)
	if len(l) < 10 || strings.IndexByte("_-=*#~", l[0]) < 0 {
		return false
	}
	return strings.Trim(l, l[:1]+" ") == ""
}

func listFooter(lines []string) bool {
	for _, l := range lines {
		if containsAny(strings.ToLower(l), "mailing list", "listinfo", "mailman", "yahoo! groups", "yahoogroups", "googlegroups", "google groups", "to unsubscribe from this group", "listserv", "majordomo") {
			return true
		}
	}
	return false
}

// withoutDisclaimer drops a company's legal notice at the end.
func withoutDisclaimer(lines []string) []string {
	for i := len(lines) - 1; i > 0 && i >= len(lines)-20; i-- {
		if disclaimer(lines[i]) {
			return lines[:i]
		}
	}
	return lines
}

func disclaimer(l string) bool {
	if len(l) < 20 {
		return false
	}
	low := strings.ToLower(l[:min(len(l), 300)])
	if strings.HasPrefix(low, "confidentiality notice") || strings.HasPrefix(low, "disclaimer:") || strings.HasPrefix(low, "legal notice") {
		return true
	}
	subject := containsAny(low, "this e-mail", "this email", "this message", "the information contained in this", "esta mensagem", "este mensaje", "este correo", "diese e-mail", "ce message", "questo messaggio", "este e-mail", "dit bericht")
	claim := containsAny(low, "confidential", "intended only", "intended solely", "privileged", "confiden", "vertraulich", "intended recipient", "destinatário", "destinatario", "destinataire", "vertrouwelijk")
	return subject && claim
}

func containsAny(s string, subs ...string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}
