package intake

import "strings"

// deriveRecipient reads the mailbox that received a message out of its header,
// by the order that the package comment gives; "" where it cannot be known.
func deriveRecipient(h fields) string {
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, v := range h.all(name) {
			if a := firstAddress(v); a != "" {
				return a
			}
		}
	}
	for _, v := range h.all("Received") {
		if a := receivedFor(v); a != "" {
			return a
		}
	}
	return soleTo(h)
}

// receivedFor returns the address in a Received field's "for" clause.
func receivedFor(v string) string {
	v, _, _ = strings.Cut(v, ";")
	for {
		_, after, ok := strings.Cut(v, " for ")
		if !ok {
			return ""
		}
		word, _, _ := strings.Cut(strings.TrimSpace(after), " ")
		if a := bareAddress(strings.Trim(word, "<>,")); a != "" {
			return a
		}
		v = after
	}
}

// soleTo returns the address of To if it names just one mailbox, and not the
// sender's own: mail sent to itself went to its real recipients blind.
func soleTo(h fields) string {
	list := addresses(strings.Join(h.all("To"), ", "))
	if len(list) != 1 || list[0] == firstAddress(h.get("From")) {
		return ""
	}
	return list[0]
}

// redacted tells an address whose local part a feedback loop replaced by one word
// for everybody (RFC 6590 asks for a word for each). The domain is still right,
// so the address is kept.
func redacted(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	switch local {
	case "redacted", "undisclosed", "hidden", "removed", "anonymous":
		return true
	}
	return local != "" && strings.Trim(local, "x*") == ""
}
