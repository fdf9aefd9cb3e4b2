package header

import "strings"

// transitNames are fields that relays, receivers, filters, mail stores and
// redistribution add, or move and respell so that their place says nothing.
// Lower case.
var transitNames = set(
	// Trace and delivery (RFC 5321, RFC 8601, RFC 7208, RFC 8617).
	"received", "return-path", "delivered-to", "delivery-date", "envelope-to",
	"received-spf", "authentication-results", "authentication-results-original",
	"old-return-path", "original-recipient", "original-envelope-id",
	"x-original-to", "x-received", "x-envelope-to", "x-envelope-from",
	"x-apparently-to", "x-delivered-to", "x-forwarded-to", "x-forwarded-for",
	"x-forwarded-encrypted", "x-resolved-to", "x-rcpt-to", "x-real-to",
	"x-original-sender", "x-original-from", "x-originalarrivaltime",
	"x-original-date", "x-get-message-sender-via", "x-authenticated-sender",
	"x-authentication-warning", "x-authuser", "x-source", "x-source-args",
	"x-source-dir", "x-source-ip", "x-source-auth", "x-source-l", "x-source-sender",
	"x-source-cap", "x-exim-id", "x-email-count", "x-local-domain", "x-bwhitelist",
	"x-antiabuse", "x-scanned-by", "x-mime-autoconverted", "x-sender-ip",
	"x-sid-pra", "x-sid-result",
	"x-old-subject", "old-subject", "reversedns", "dkimcheck",
	"x-incomingtopheadermarker", "x-incomingheadercount", "x-message-info",
	"x-message-delivery", "x-eopattributedmessage", "x-eoptenantattributedmessage",
	"x-clientproxiedby", "x-originatororg", "x-miltered", "x-uuid", "x-bogosity",
	"x-loop", "x-url", "x-list-host", "x-message-flag", "x-bess-id", "x-dcc",
	"x-pp-version", "x-csa-complaints", "x-gnd-sasl", "x-dkim", "x-migadu-flow",
	// Signatures: made by the sending server, often one on some copies only.
	"dkim-signature", "domainkey-signature", "x-google-dkim-signature",
	"x-gm-message-state", "x-google-smtp-source", "x-gm-features", "x-gm-gg",
	// Mail stores and programs that keep mail.
	"status", "x-status", "x-uid", "x-uidl", "x-keywords", "x-mozilla-status",
	"x-mozilla-status2", "x-mozilla-keys", "x-imap", "x-imapbase", "lines",
	"content-length", "xref", "x-gmail-labels", "x-gm-thrid", "x-account-key",
	"x-evolution-source", "x-folder", "replied", "forwarded",
	// The recipient's, or what depends on the recipient and the copy.
	"cc", "bcc", "in-reply-to", "references", "thread-index", "thread-topic",
	"comments", "encoding",
)

// transitPrefixes begin the names of families of such fields. Lower case.
var transitPrefixes = []string{
	"arc-", "resent-", "x-arc-", "x-ms-", "x-microsoft-", "x-forefront-",
	"x-amavis", "x-mailscanner", "x-barracuda-", "x-kse-", "x-kaspersky-",
	"x-ironport-", "x-proofpoint-", "x-mimecast-", "x-sophos-", "x-tm-", "x-tmn",
	"x-idnv", "x-pm-", "x-ymail", "x-yahoo-", "x-cmae-",
	"x-cloudmark-", "x-ovh-", "x-sa-", "x-sonic-", "x-gmx-", "x-ui-", "x-provags-",
	"x-msfbl-in", "x-dspam-", "x-greylist", "x-policyd", "x-fdr", "x-hmailserver-",
	"x-trend", "x-originating-", "x-bogo", "x-rspamd",
	"x-ham-", "x-razor-", "x-pyzor-", "x-topsec", "x-cm-", "x-auth-", "x-filter",
}

// prefixIndex holds the prefixes by their third byte, the first after "x-": most
// fields are compared with two or three instead of all.
var prefixIndex = func() (index [256][]string) {
	for _, p := range transitPrefixes {
		index[p[2]] = append(index[p[2]], p)
	}
	return index
}()

// transitWords occur in the names that filters give, whoever made them.
var transitWords = []string{"spam", "virus", "phish", "-scan", "quarantine"}

// listNames are what a mailing-list manager adds to a message that its members
// wrote, beside List-* (RFC 2369). Lower case.
var listNames = set(
	"sender", "errors-to", "precedence", "reply-to", "mailing-list", "list",
	"mail-followup-to", "delivered-to", "x-beenthere", "x-mailman-version",
	"x-mailing-list", "x-mailing-list-name", "x-list-admin", "x-list-host",
	"x-unsubscription-info", "x-list", "x-ml-name", "x-ml-count", "x-sequence",
	"x-listname", "x-subscription",
)

// managed reports whether the message passed a mailing-list manager. A
// List-Unsubscribe alone does not show it: bulk senders write that themselves.
func managed(fields []Field) bool {
	for _, f := range fields {
		if len(f.Name) > maxName {
			continue
		}
		var buf [maxName]byte
		switch string(lowered(&buf, f.Name)) {
		case "list-post", "list-subscribe", "x-beenthere", "x-mailman-version",
			"x-mailing-list", "mailing-list":
			return true
		}
	}
	return false
}

// fieldName gives the name as the fingerprint holds it, "" for a field that is
// not the sender's.
func fieldName(name string, list bool) string {
	if len(name) > maxName {
		name = name[:maxName]
	}
	if name == "MIME-Version" {
		// Receivers add or move it; only an odd spelling is a habit.
		return ""
	}
	var buf [maxName]byte
	lower := string(lowered(&buf, name)) // stays on the stack
	if transitNames[lower] || list && (listNames[lower] || strings.HasPrefix(lower, "list-")) {
		return ""
	}
	if len(lower) > 2 {
		for _, prefix := range prefixIndex[lower[2]] {
			if strings.HasPrefix(lower, prefix) {
				return ""
			}
		}
	}
	for _, word := range transitWords {
		if strings.Contains(lower, word) {
			return ""
		}
	}
	return namePattern(name)
}

// lowered folds ASCII letters into buf; name fits.
func lowered(buf *[maxName]byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return buf[:len(name)]
}

// namePattern writes digits as 9, runs as one: they are random in the names
// that some kits invent.
func namePattern(name string) string {
	ok := strings.IndexFunc(name, func(r rune) bool {
		return r <= ' ' || r > '~' || r >= '0' && r <= '9'
	}) < 0
	if ok {
		return name
	}
	out := make([]byte, 0, len(name))
	for i := range len(name) {
		switch c := name[i]; {
		case !isDigit(c):
			out = appendPunct(out, c, 1)
		case len(out) == 0 || out[len(out)-1] != '9':
			out = append(out, '9')
		}
	}
	return string(out)
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
