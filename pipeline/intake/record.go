package intake

import (
	"slices"
	"strings"
	"time"

	"shoal/pipeline"
)

// Headers of topic "reports" that shoal itself adds, beside those of package
// pipeline, so that a report which was unwrapped before it was published is the
// same report after.
const (
	// headerDerived lists the fields that were derived, not stated: "reporter,source".
	headerDerived = "derived"
	// headerDefects lists Report.Defects.
	headerDefects = "defects"
	// headerMailFrom is Report.MailFrom.
	headerMailFrom = "mail-from"
)

// Bounds on what the headers of a record may bring in.
const (
	maxHeaders     = 128
	maxHeaderValue = 4096
	maxAttrs       = 64
	maxAttrName    = 64
	maxAttrValue   = 256
)

// FromRecord reads a record of topic "reports", whoever wrote it. It does not
// unwrap. Header names are taken in any case, the last of several counts, unknown
// ones are passed over, and what cannot be used becomes a defect. The report
// shares the record's bytes.
func FromRecord(rec pipeline.Record) pipeline.Report {
	r := pipeline.Report{Raw: rec.Value, ReceivedAt: rec.Time, Origins: map[string]pipeline.Origin{}}
	headers := rec.Headers
	if len(headers) > maxHeaders {
		addDefect(&r, DefectTooMany)
		headers = headers[:maxHeaders]
	}
	var derived []string
	for _, h := range headers {
		value := strings.TrimSpace(strings.ToValidUTF8(string(h.Value[:min(len(h.Value), maxHeaderValue)]), ""))
		switch name := strings.ToLower(h.Name); name {
		case headerDerived:
			derived = splitList(value)
		case headerDefects:
			r.Defects = append(r.Defects, splitList(value)...)
		default:
			setHeader(&r, name, h.Name, value)
		}
	}
	fillOrigins(&r)
	for _, key := range derived {
		if r.Origins[key] == pipeline.OriginReported {
			r.Origins[key] = pipeline.OriginDerived
		}
	}
	return r
}

// setHeader sets the field that a header states. name is lower case, spelled is
// as it came: attributes keep their spelling.
func setHeader(r *pipeline.Report, name, spelled, value string) {
	switch {
	case name == pipeline.HeaderSource:
		r.Source = normaliseSource(value)
	case name == pipeline.HeaderReportedAt:
		setReportedAt(r, value)
	case name == pipeline.HeaderRecipient:
		r.Recipient = value
	case name == pipeline.HeaderReporter:
		r.Reporter = value
	case name == pipeline.HeaderSourceIP:
		setSourceIP(r, value)
	case name == pipeline.HeaderName:
		r.Name = value
	case name == headerMailFrom:
		r.MailFrom = firstAddress(value)
	case strings.HasPrefix(name, pipeline.HeaderAttrPrefix):
		setAttr(r, spelled[len(pipeline.HeaderAttrPrefix):], value)
	}
}

func setReportedAt(r *pipeline.Report, value string) {
	t, ok := parseReportedAt(value)
	if !ok && value != "" {
		addDefect(r, DefectBadReportedAt)
	}
	r.ReportedAt = t
}

// parseReportedAt reads RFC 3339, or else RFC 5322, which some producers copy
// from a mail.
func parseReportedAt(value string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return plausible(t)
	}
	return parseDate(value)
}

func setSourceIP(r *pipeline.Report, value string) {
	ip, ok := parseIP(value)
	if !ok && value != "" {
		addDefect(r, DefectBadSourceIP)
	}
	r.SourceIP = ip
}

func setAttr(r *pipeline.Report, name, value string) {
	if name == "" || value == "" || len(name) > maxAttrName {
		return
	}
	if len(value) > maxAttrValue {
		value = strings.ToValidUTF8(value[:maxAttrValue], "")
	}
	if r.Attrs == nil {
		r.Attrs = map[string]string{}
	}
	if _, there := r.Attrs[name]; there || len(r.Attrs) < maxAttrs {
		r.Attrs[name] = value
	}
}

// ToRecord gives the record of topic "reports" for a report. What [FromRecord]
// and [Unwrap] make of it is the same report. A recipient that was derived is not
// written: it is derived again, so the record states nothing that nobody said.
//
// The record has no key. Nothing reads the topic by key, and without one the
// sink deals records out in runs, which spreads them evenly over the partitions
// whatever the report, and in fewer requests.
func ToRecord(r *pipeline.Report) pipeline.Record {
	w := headerWriter{report: r}
	w.add(pipeline.HeaderName, "", r.Name)
	w.add(pipeline.HeaderSource, fieldSource, r.Source)
	if !r.ReportedAt.IsZero() {
		w.add(pipeline.HeaderReportedAt, fieldReportedAt, r.ReportedAt.UTC().Format(time.RFC3339Nano))
	}
	if r.Origins[fieldRecipient] != pipeline.OriginDerived {
		w.add(pipeline.HeaderRecipient, fieldRecipient, r.Recipient)
	}
	w.add(pipeline.HeaderReporter, fieldReporter, r.Reporter)
	if r.SourceIP.IsValid() {
		w.add(pipeline.HeaderSourceIP, fieldSourceIP, r.SourceIP.String())
	}
	w.add(headerMailFrom, "", r.MailFrom)
	for _, name := range sortedKeys(r.Attrs) {
		w.add(pipeline.HeaderAttrPrefix+name, "", r.Attrs[name])
	}
	w.add(headerDefects, "", strings.Join(r.Defects, ","))
	w.add(headerDerived, "", strings.Join(w.derived, ","))
	return pipeline.Record{Topic: pipeline.TopicReports, Value: r.Raw, Headers: w.headers}
}

type headerWriter struct {
	report  *pipeline.Report
	headers []pipeline.Header
	derived []string
}

func (w *headerWriter) add(name, key, value string) {
	if value == "" {
		return
	}
	w.headers = append(w.headers, pipeline.Header{Name: name, Value: []byte(value)})
	if key != "" && w.report.Origins[key] == pipeline.OriginDerived {
		w.derived = append(w.derived, key)
	}
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
