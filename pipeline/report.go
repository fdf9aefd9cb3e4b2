package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"shoal/cluster"
)

// Names of the topics.
const (
	TopicReports  = "reports"
	TopicFeatures = "features"
	TopicEvents   = "events"
	TopicDead     = "reports.dead"
)

// TopicRound is what the local clusterers of a round, from 0, read.
func TopicRound(round int) string { return fmt.Sprintf("features.round%d", round+1) }

// Names of the Kafka headers of topic "reports", all optional.
const (
	HeaderSource     = "source"
	HeaderReportedAt = "reported-at" // RFC 3339
	HeaderRecipient  = "recipient"
	HeaderReporter   = "reporter"
	HeaderSourceIP   = "source-ip"
	HeaderAttrPrefix = "attr."
	// HeaderName carries [Report.Name].
	HeaderName = "name"
	// HeaderReason says in topic "reports.dead" why a record is there.
	HeaderReason = "reason"
)

// Origin says where a field of a report came from.
type Origin string

// Origins.
const (
	OriginReported Origin = "reported" // stated by the reporter or the feedback report
	OriginDerived  Origin = "derived"  // read out of the message itself
	OriginMissing  Origin = "missing"
)

// Report is one message that someone reported, with what is known of the
// reporting. Recipient and Reporter are mail addresses in clear: a Report lives
// in memory and in topic "reports" only.
type Report struct {
	// Raw is the message as it came: RFC 5322, after unwrapping.
	Raw []byte
	// Name says where the message was found: a path, or path#N. It is for people.
	Name string
	// Source is who reports: user, fbl, trap, abuse-box, or another word of the
	// producer's.
	Source     string
	ReportedAt time.Time
	// ReceivedAt is when topic "reports" took it (the Kafka timestamp).
	ReceivedAt time.Time
	Recipient  string
	Reporter   string
	SourceIP   netip.Addr
	// MailFrom is the envelope sender of the message as a feedback report states
	// it, "" where unknown: copies in feedback reports often lost Return-Path.
	MailFrom string
	// Attrs are segment attributes of the recipient: region, list, ...
	Attrs map[string]string
	// Origins maps source, reported_at, recipient, reporter and source_ip to
	// where they came from.
	Origins map[string]Origin
	// Defects are what was wrong with the wrapping (feedback report, forward).
	Defects []string
}

// ID is the report's identity: a hash of message, recipient and reporter, so
// that the same report twice is one report.
func (r *Report) ID() cluster.ReportID {
	h := sha256.New()
	for _, part := range [][]byte{r.Raw, []byte(r.Recipient), []byte(r.Reporter)} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	var id cluster.ReportID
	copy(id[:], h.Sum(nil))
	return id
}
