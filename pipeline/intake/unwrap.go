package intake

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"shoal/pipeline"
)

// Sources that this package gives to reports that came without one, beside
// the producers' words.
const (
	SourceUser        = "user"
	SourceTrap        = "trap"
	SourceFeedback    = "fbl"
	SourceAuthFailure = "auth-failure" // a DMARC failure report (RFC 6591)
	SourceAbuseBox    = "abuse-box"
)

// Keys of Report.Origins.
const (
	fieldSource     = "source"
	fieldReportedAt = "reported_at"
	fieldRecipient  = "recipient"
	fieldReporter   = "reporter"
	fieldSourceIP   = "source_ip"
)

// Defects of the wrapping, in Report.Defects.
const (
	DefectHeadersOnly       = "feedback-headers-only"       // the feedback report holds a header block, no body
	DefectNoMessage         = "feedback-without-message"    // nothing reported was found in it
	DefectSeveralRecipients = "feedback-several-recipients" // the first was taken
	DefectSeveralMessages   = "feedback-several-messages"   // each became a report
	DefectSeveralIncidents  = "feedback-several-incidents"  // Incidents above 1
	DefectUntyped           = "feedback-untyped-message"    // the message was not message/rfc822
	DefectNotSpam           = "feedback-not-spam"           // Feedback-Type: not-spam
	DefectRedacted          = "recipient-redacted"          // its local part stands for many mailboxes
	DefectBadSourceIP       = "bad-source-ip"
	DefectBadDate           = "bad-date"
	DefectBadReportedAt     = "bad-reported-at"
	DefectEncoding          = "wrapping-encoding"  // a part was decoded only in part
	DefectTooDeep           = "wrapping-too-deep"  // left as it came
	DefectTooLarge          = "wrapping-too-large" // more parts than are walked: left as it came
	DefectTooMany           = "too-many-headers"   // of a record
)

// maxNesting is how many wrappings, one in the other, are taken off.
const maxNesting = 2

var errTooDeep = errors.New("wrapping nested too deep")

// Unwrap takes the wrapping off a report and returns the reports in it: one for
// a feedback report, one or several for a mail that carries others as
// message/rfc822, and the report itself for every other mail, digests and
// bounces included. If in doubt it leaves the mail as it is.
//
// It brings addresses into one form, derives a missing recipient, and fills
// Origins (see the package comment). It is idempotent: unwrapping what it
// returned changes nothing. What is wrapped deeper than two levels is therefore
// left whole, with a defect. The results share r's bytes where they can; r
// itself is not changed.
func Unwrap(r *pipeline.Report) []pipeline.Report {
	base := clone(r)
	base.Raw = normalise(base.Raw)
	base.Recipient, base.Reporter = normaliseAddress(base.Recipient), normaliseAddress(base.Reporter)
	base.Source = normaliseSource(base.Source)
	fillOrigins(&base)
	out, err := unwrap(base, maxNesting)
	if err != nil {
		out = []pipeline.Report{base}
		addDefect(&out[0], DefectTooDeep)
	}
	for i := range out {
		finish(&out[i])
		if len(out) > 1 && out[i].Name != "" {
			out[i].Name += "#" + strconv.Itoa(i+1)
		}
	}
	return out
}

// unwrap takes wrappings off until none is left: at most levels of them.
func unwrap(r pipeline.Report, levels int) ([]pipeline.Report, error) {
	inner := open(&r)
	if inner == nil {
		return []pipeline.Report{r}, nil
	}
	if levels == 0 {
		return nil, errTooDeep
	}
	var out []pipeline.Report
	for _, child := range inner {
		child.Raw = normalise(child.Raw)
		got, err := unwrap(child, levels-1)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// open returns what r directly wraps, nil if it wraps nothing. It looks at r's
// message, Source and a stated recipient, nothing that [finish] may add. On a
// report that wraps nothing it may leave a defect.
func open(r *pipeline.Report) []pipeline.Report {
	h, body := parseFields(r.Raw)
	kind, params := mediaType(h.get("content-type"))
	switch kind {
	case "multipart/report", "multipart/mixed", "message/rfc822":
	default:
		return nil
	}
	leaves, err := walkLeaves(h, body)
	if err != nil {
		addDefect(r, DefectTooLarge)
		return nil
	}
	if i := feedbackLeaf(params, leaves); i >= 0 {
		return openFeedback(r, h, leaves, i)
	}
	return openForward(r, h, leaves)
}

// finish fills what can be told of a report that wraps nothing more.
func finish(r *pipeline.Report) {
	if r.Recipient == "" {
		h, _ := parseFields(r.Raw)
		r.Recipient = deriveRecipient(h)
		setOrigin(r, fieldRecipient, r.Recipient != "", pipeline.OriginDerived)
	}
	if redacted(r.Recipient) {
		addDefect(r, DefectRedacted)
	}
	if r.SourceIP.IsValid() {
		r.SourceIP = r.SourceIP.Unmap()
	}
	slices.Sort(r.Defects)
	r.Defects = slices.Compact(r.Defects)
}

// fillOrigins says for every field without an origin whether it was stated.
func fillOrigins(r *pipeline.Report) {
	for _, f := range []struct {
		key  string
		have bool
	}{
		{fieldSource, r.Source != ""},
		{fieldReportedAt, !r.ReportedAt.IsZero()},
		{fieldRecipient, r.Recipient != ""},
		{fieldReporter, r.Reporter != ""},
		{fieldSourceIP, r.SourceIP.IsValid()},
	} {
		if o := r.Origins[f.key]; !f.have || o == "" || o == pipeline.OriginMissing {
			setOrigin(r, f.key, f.have, pipeline.OriginReported)
		}
	}
}

func setOrigin(r *pipeline.Report, key string, have bool, o pipeline.Origin) {
	if !have {
		o = pipeline.OriginMissing
	}
	r.Origins[key] = o
}

func addDefect(r *pipeline.Report, d string) {
	if !slices.Contains(r.Defects, d) {
		r.Defects = append(r.Defects, d)
	}
}

// normaliseSource gives the one form of a source: it is a label for people and
// views.
func normaliseSource(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.ToValidUTF8(s, "")))
	if len(s) > maxAttrName {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:maxAttrName], ""))
	}
	return s
}

// clone copies r so that its maps and defects can be changed. Raw is shared.
func clone(r *pipeline.Report) pipeline.Report {
	c := *r
	c.Attrs = maps.Clone(r.Attrs)
	c.Defects = slices.Clone(r.Defects)
	if c.Origins = maps.Clone(r.Origins); c.Origins == nil {
		c.Origins = map[string]pipeline.Origin{}
	}
	return c
}
