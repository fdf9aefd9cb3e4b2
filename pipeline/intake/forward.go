package intake

import (
	"strings"

	"shoal/pipeline"
)

// jmrRecipient is how Microsoft's junk mail reporting programme, which forwards
// without a feedback part, states the recipient in the reported message.
const jmrRecipient = "X-HmXmrOriginalRecipient"

// openForward returns the messages that a mail carries as message/rfc822, nil
// where it is anything but a plain forward. A mail that its producer knows the
// recipient of, or that hit a trap, is itself what was reported.
func openForward(r *pipeline.Report, h fields, leaves []leaf) []pipeline.Report {
	if r.Origins[fieldRecipient] == pipeline.OriginReported || isBounce(h) {
		return nil
	}
	messages := forwarded(leaves)
	if len(messages) == 0 || len(messages) > 1 && h.has("List-Id") {
		return nil
	}
	var out []pipeline.Report
	for _, l := range messages {
		raw, ok := l.decoded()
		if raw = normalise(raw); !looksLikeMail(raw) {
			return nil
		}
		child, fit := forwardChild(r, h, l, raw)
		if !fit {
			return nil
		}
		if !ok {
			addDefect(&child, DefectEncoding)
		}
		out = append(out, child)
	}
	return out
}

// forwardChild makes the report of one forwarded message; false where r's source
// says that it is no forward.
func forwardChild(r *pipeline.Report, h fields, l *leaf, raw []byte) (pipeline.Report, bool) {
	c := clone(r)
	c.Raw = raw
	inner, _ := parseFields(raw)
	jmr := firstAddress(inner.get(jmrRecipient))
	switch {
	case jmr != "" && (r.Source == "" || r.Source == SourceFeedback):
		c.Recipient = jmr
		setOrigin(&c, fieldRecipient, true, pipeline.OriginReported)
		deriveSource(&c, SourceFeedback)
	case r.Source == "" || r.Source == SourceUser || r.Source == SourceAbuseBox:
		deriveSource(&c, SourceAbuseBox)
		if l.params["x-spam-type"] == "" { // SpamAssassin's report_safe repeats the sender's From
			deriveReporter(&c, h)
		}
	default:
		return c, false
	}
	if t, ok := parseDate(h.get("Date")); ok && c.ReportedAt.IsZero() {
		c.ReportedAt = t
		setOrigin(&c, fieldReportedAt, true, pipeline.OriginDerived)
	}
	return c, true
}

func deriveSource(r *pipeline.Report, source string) {
	if r.Source == "" {
		r.Source = source
		setOrigin(r, fieldSource, true, pipeline.OriginDerived)
	}
}

func deriveReporter(r *pipeline.Report, h fields) {
	if r.Reporter != "" {
		return
	}
	r.Reporter = firstAddress(h.get("From"))
	setOrigin(r, fieldReporter, r.Reporter != "", pipeline.OriginDerived)
}

// forwarded returns the message/rfc822 leaves of a mail that beside them has
// only a text to read; nil where it has anything else, such as another
// attachment, a digest or a delivery status.
func forwarded(leaves []leaf) []*leaf {
	var out []*leaf
	for i := range leaves {
		l := &leaves[i]
		switch {
		case isMessage(l.kind) && onlyMixed(l.within):
			out = append(out, l)
		case isCoverText(l), isCoverImage(l):
		default:
			return nil
		}
	}
	return out
}

func onlyMixed(within []string) bool {
	for _, k := range within {
		if k != "multipart/mixed" {
			return false
		}
	}
	return true
}

// isCoverText is a text for reading: what the forwarder wrote.
func isCoverText(l *leaf) bool {
	return (l.kind == "text/plain" || l.kind == "text/html") && !l.attached() && !inReport(l.within)
}

// isCoverImage is a picture that the forwarder's HTML shows, such as a logo in a
// signature.
func isCoverImage(l *leaf) bool {
	n := len(l.within)
	return strings.HasPrefix(l.kind, "image/") && n > 0 && l.within[n-1] == "multipart/related" &&
		l.header.has("Content-ID") && !l.attached() && !inReport(l.within)
}

func inReport(within []string) bool {
	for _, k := range within {
		if k == "multipart/report" || k == "multipart/digest" {
			return true
		}
	}
	return false
}

// isBounce tells a mail that a mail server wrote of a delivery.
func isBounce(h fields) bool {
	from := strings.ToLower(h.get("From"))
	return strings.Contains(from, "mailer-daemon") || h.has("X-Failed-Recipients") ||
		strings.TrimSpace(h.get("Return-Path")) == "<>" ||
		strings.HasPrefix(strings.ToLower(h.get("Auto-Submitted")), "auto-replied")
}
