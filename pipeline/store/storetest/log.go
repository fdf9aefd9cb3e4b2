// Package storetest holds every store to the same promises: [Run] is the suite,
// [Log] makes the events that it feeds, [Flaky] is a store that fails.
package storetest

import (
	"crypto/sha256"
	"fmt"
	"time"

	"shoal/cluster"
	"shoal/pipeline"
	"shoal/pipeline/record"
)

// Start is the time of the first event of a [Log].
var Start = time.Date(2026, 10, 20, 8, 0, 0, 0, time.UTC)

// Log is an ordered log of events with the rows of the assigning ones, as a
// writer would read it.
type Log struct {
	Events []*record.Event
	Rows   []*record.Row
	// Now is the time of the next event.
	Now time.Time
}

// NewLog returns an empty log.
func NewLog() *Log { return &Log{Now: Start} }

// ID is the id of the report with that name.
func ID(name string) cluster.ReportID {
	sum := sha256.Sum256([]byte(name))
	return cluster.ReportID(sum[:16])
}

// Add appends an event and numbers it.
func (l *Log) Add(kind cluster.EventKind, e *record.Event) { l.add(kind, e, nil) }

func (l *Log) add(kind cluster.EventKind, e *record.Event, row *record.Row) {
	e.Version, e.Kind, e.Seq = record.Version, uint32(kind), uint64(len(l.Events)+1)
	e.Offset, e.TimeMs = int64(len(l.Events)), l.Now.UnixMilli()
	l.Events = append(l.Events, e)
	l.Rows = append(l.Rows, row)
}

// Assign appends the assignment of a report. The row is [Row] of name, changed
// by with.
func (l *Log) Assign(name, campaign string, with ...func(*record.Row)) {
	row := Row(name, l.Now)
	for _, f := range with {
		f(row)
	}
	id := ID(name)
	l.add(cluster.EventAssigned, &record.Event{
		ReportId: id[:], Campaign: campaign,
		Evidence: []*record.Evidence{{Key: uint32(cluster.KeyText), Matched: id[:], Value: "text of " + campaign, Score: 0.5, Weight: 3}},
		Score:    0.5, Content: 3,
	}, row)
}

// Open appends the assignment of a report that stands alone: no evidence.
func (l *Log) Open(name, campaign string, with ...func(*record.Row)) {
	l.Assign(name, campaign, with...)
	e := l.Events[len(l.Events)-1]
	e.Evidence, e.Score, e.Content = nil, 0, 0
}

// Mail appends n reports of one campaign, named campaign/0 and so on, as the
// clusterer would: the first alone, then the campaign, then the others.
func (l *Log) Mail(campaign string, n int, with ...func(*record.Row)) {
	for i := range n {
		name := fmt.Sprintf("%s/%d", campaign, i)
		switch i {
		case 0:
			l.Open(name, campaign, with...)
			continue
		case 1:
			l.Add(cluster.EventCreated, &record.Event{Campaign: campaign})
		}
		l.Assign(name, campaign, with...)
	}
}

// Batch is events from (inclusive) to (exclusive).
func (l *Log) Batch(from, to int) pipeline.Batch {
	return pipeline.Batch{Events: l.Events[from:to], Rows: l.Rows[from:to]}
}

// All is the whole log as one batch.
func (l *Log) All() pipeline.Batch { return l.Batch(0, len(l.Events)) }

// Row is a full row: every field set, from name alone.
func Row(name string, at time.Time) *record.Row {
	h := sha256.Sum256([]byte(name))
	return &record.Row{
		ReportedAtMs: at.UnixMilli(), ReceivedAtMs: at.Add(time.Minute).UnixMilli(), Source: "user",
		Recipient: fmt.Sprintf("%x", h[:8]), RecipientDomain: []string{"mail.example", "post.example"}[h[0]%2], Reporter: fmt.Sprintf("%x", h[8:16]),
		Attrs:       map[string]string{"region": []string{"FL", "AK", "AZ"}[h[1]%3], "list": []string{"a", "b"}[h[2]%2]},
		FromAddress: "info@boys.example", FromDomain: "boys.example", FromName: "Info", ReplyTo: "reply@boys.example",
		ReturnPathDomain: "relay.example", Subject: "Vote or else " + name, MessageId: "<" + name + "@boys.example>",
		SourceIp: fmt.Sprintf("198.51.100.%d", h[3]%4), Helo: "relay.example", Spf: "fail", Dkim: "none", Dmarc: "fail", DkimDomain: "",
		Mailer: "PHPMailer 5.2", HeaderFingerprint: "fp1", Language: "en", BodySsdeep: "3:abc:de", HtmlSsdeep: "3:h:i",
		Urls: []string{"https://video.example/" + name}, UrlHosts: []string{"video.example"},
		Attachments: []*record.Attachment{{Name: "a.pdf", Type: "application/pdf", Size: 10, Sha256: "aa", Ssdeep: "3:p:q"}},
		Defects:     []string{"header-truncated"}, Size: 520, Origins: map[string]string{"recipient": "reported", "source_ip": "derived"},
		Name: "mbox#" + name, Phones: []string{"15550100"}, Wallets: []string{"bc1q"}, SpoofedDomain: "boys.example",
		Personal: []string{"name", "postal address"},
	}
}
