package intake

import (
	"strconv"
	"strings"

	"shoal/pipeline"
)

// feedbackLeaf returns the index of the machine-readable part of a feedback
// report (RFC 5965, 2d), -1 without one. The part alone makes the report: some
// loops send multipart/mixed, some leave report-type out. Where only the
// report-type says so, a text that holds the fields will do.
func feedbackLeaf(params map[string]string, leaves []leaf) int {
	for i := range leaves {
		if leaves[i].kind == "message/feedback-report" {
			return i
		}
	}
	if !strings.EqualFold(params["report-type"], "feedback-report") {
		return -1
	}
	for i := range leaves {
		b, _ := leaves[i].decoded()
		if h, _ := parseFields(normalise(b)); h.has("Feedback-Type") {
			return i
		}
	}
	return -1
}

// openFeedback returns the message in a feedback report with what the report
// says of it.
func openFeedback(r *pipeline.Report, h fields, leaves []leaf, at int) []pipeline.Report {
	base := clone(r)
	applyFeedback(&base, feedbackFields(&base, &leaves[at]), h)
	found := reportedLeaves(leaves, at)
	if len(found) == 0 {
		addDefect(r, DefectNoMessage)
		return nil
	}
	if len(found) > 1 {
		addDefect(&base, DefectSeveralMessages)
	}
	var out []pipeline.Report
	for _, l := range found {
		child := clone(&base)
		switch {
		case strings.Contains(l.kind, "headers"), strings.HasSuffix(l.kind, "rfc822-header"):
			addDefect(&child, DefectHeadersOnly)
		case !isMessage(l.kind):
			addDefect(&child, DefectUntyped)
		}
		raw, ok := l.decoded()
		if !ok {
			addDefect(&child, DefectEncoding)
		}
		child.Raw = raw
		out = append(out, child)
	}
	return out
}

func isMessage(kind string) bool { return kind == "message/rfc822" || kind == "message/global" }

// reportedLeaves picks the parts that hold what is reported: messages, else
// header blocks, else the first other part after the feedback part that begins
// like mail.
func reportedLeaves(leaves []leaf, at int) []*leaf {
	var messages, headers []*leaf
	var other *leaf
	for i := range leaves {
		l := &leaves[i]
		if i == at || !beginsLikeMail(l) {
			continue
		}
		switch l.kind {
		case "message/rfc822", "message/global":
			messages = append(messages, l)
		case "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers":
			headers = append(headers, l)
		default:
			if other == nil && i > at && l.kind != "message/feedback-report" {
				other = l
			}
		}
	}
	switch {
	case len(messages) > 0:
		return messages
	case len(headers) > 0:
		return headers[:1]
	case other != nil:
		return []*leaf{other}
	}
	return nil
}

func beginsLikeMail(l *leaf) bool {
	b, _ := l.decoded()
	return looksLikeMail(b)
}

// feedbackFields reads the fields of the feedback part. Blank lines between them
// are passed over: several loops write them.
func feedbackFields(r *pipeline.Report, l *leaf) fields {
	b, ok := l.decoded()
	if !ok {
		addDefect(r, DefectEncoding)
	}
	var all fields
	b = normalise(b)
	for len(b) > 0 && len(all) < maxFields {
		var f fields
		f, b = parseFields(b)
		all = append(all, f...)
	}
	return all
}

// applyFeedback sets what a feedback report states of the message and its
// producer had not.
func applyFeedback(r *pipeline.Report, f fields, outer fields) {
	if r.Source == "" {
		r.Source = SourceFeedback
		if strings.EqualFold(f.get("Feedback-Type"), "auth-failure") {
			r.Source = SourceAuthFailure
		}
		setOrigin(r, fieldSource, true, pipeline.OriginDerived)
	}
	if strings.EqualFold(f.get("Feedback-Type"), "not-spam") {
		addDefect(r, DefectNotSpam)
	}
	if n, err := strconv.Atoi(f.get("Incidents")); err == nil && n > 1 {
		addDefect(r, DefectSeveralIncidents)
	}
	if r.MailFrom == "" {
		r.MailFrom = firstAddress(f.get("Original-Mail-From"))
	}
	applyRecipient(r, f.all("Original-Rcpt-To"))
	applySourceIP(r, f.get("Source-IP"))
	applyArrival(r, f, outer)
}

func applyRecipient(r *pipeline.Report, values []string) {
	var list []string
	for _, v := range values {
		if i := strings.IndexByte(v, ';'); i >= 0 && strings.EqualFold(strings.TrimSpace(v[:i]), "rfc822") {
			v = v[i+1:]
		}
		list = append(list, addresses(v)...)
	}
	if len(list) > 1 {
		addDefect(r, DefectSeveralRecipients)
	}
	if len(list) > 0 && r.Recipient == "" {
		r.Recipient = list[0]
		setOrigin(r, fieldRecipient, true, pipeline.OriginReported)
	}
}

func applySourceIP(r *pipeline.Report, v string) {
	if v == "" || r.SourceIP.IsValid() {
		return
	}
	ip, ok := parseIP(v)
	if !ok {
		addDefect(r, DefectBadSourceIP)
		return
	}
	r.SourceIP = ip
	setOrigin(r, fieldSourceIP, true, pipeline.OriginReported)
}

// applyArrival sets ReportedAt: see the package comment for why it is the
// arrival of the message.
func applyArrival(r *pipeline.Report, f, outer fields) {
	if !r.ReportedAt.IsZero() {
		return
	}
	for _, c := range []struct {
		value  string
		origin pipeline.Origin
	}{
		{f.get("Arrival-Date"), pipeline.OriginReported},
		{f.get("Received-Date"), pipeline.OriginReported},
		{outer.get("Date"), pipeline.OriginDerived},
	} {
		if c.value == "" {
			continue
		}
		if t, ok := parseDate(c.value); ok {
			r.ReportedAt = t
			setOrigin(r, fieldReportedAt, true, c.origin)
			return
		}
		addDefect(r, DefectBadDate)
	}
}
