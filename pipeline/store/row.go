package store

import (
	"hash/fnv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column/orderedmap"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// storedRow is a placement as it is stored: without those who were erased.
type storedRow struct {
	*placement
	*record.Row
	unit               uint64
	reported, received time.Time
}

func storedRows(placements []*placement, erased erasures) []*storedRow {
	all, out := make([]storedRow, len(placements)), make([]*storedRow, len(placements))
	for i, p := range placements {
		r, unit := erased.apply(p.row)
		all[i] = storedRow{
			placement: p, Row: r, unit: unit,
			reported: storedTime(r.GetReportedAtMs(), r.GetReceivedAtMs()),
			received: storedTime(min(r.GetReceivedAtMs(), maxReceivedMS), 0),
		}
		out[i] = &all[i]
	}
	return out
}

// tombstone is 1 for a report that has left its place.
func (r *storedRow) tombstone() uint8 {
	if r.deleted {
		return 1
	}
	return 0
}

// reportColumns are the columns of report_rows.
var reportColumns = []column[*storedRow]{
	whole("campaign_id", func(r *storedRow) string { return r.place.campaign }),
	whole("alone_id", func(r *storedRow) string { return r.place.alone }),
	whole("version", func(r *storedRow) uint64 { return r.version }),
	whole("is_deleted", (*storedRow).tombstone),
	each("evidence", func(r *storedRow) tuples { return evidenceValues(r.join.evidence) }),
	whole("join_score", func(r *storedRow) float32 { return r.join.score }),
	whole("join_content", func(r *storedRow) float32 { return r.join.content }),
	whole("log_offset", func(r *storedRow) int64 { return r.offset }),
	whole("home", func(r *storedRow) string { return r.home }),
	whole("reported_at", func(r *storedRow) time.Time { return r.reported }),
	whole("report_id", func(r *storedRow) string { return string(r.report[:]) }),
	whole("received_at", func(r *storedRow) time.Time { return r.received }),
	each("source", (*storedRow).GetSource),
	whole("recipient", (*storedRow).GetRecipient),
	whole("recipient_unit", func(r *storedRow) uint64 { return r.unit }),
	each("recipient_domain", (*storedRow).GetRecipientDomain),
	whole("reporter", (*storedRow).GetReporter),
	each("attrs", func(r *storedRow) *pairs { return orderedmap.FromMap(r.GetAttrs()) }),
	whole("from_address", (*storedRow).GetFromAddress),
	whole("from_domain", (*storedRow).GetFromDomain),
	whole("from_name", (*storedRow).GetFromName),
	whole("reply_to", (*storedRow).GetReplyTo),
	whole("return_path_domain", (*storedRow).GetReturnPathDomain),
	whole("subject", (*storedRow).GetSubject),
	whole("message_id", (*storedRow).GetMessageId),
	whole("source_ip", (*storedRow).GetSourceIp),
	whole("helo", (*storedRow).GetHelo),
	each("spf", (*storedRow).GetSpf),
	each("dkim", (*storedRow).GetDkim),
	each("dmarc", (*storedRow).GetDmarc),
	whole("dkim_domain", (*storedRow).GetDkimDomain),
	whole("mailer", (*storedRow).GetMailer),
	whole("header_fingerprint", (*storedRow).GetHeaderFingerprint),
	each("language", (*storedRow).GetLanguage),
	whole("body_ssdeep", (*storedRow).GetBodySsdeep),
	whole("html_ssdeep", (*storedRow).GetHtmlSsdeep),
	each("urls", func(r *storedRow) []string { return list(r.GetUrls()) }),
	each("url_hosts", func(r *storedRow) []string { return list(r.GetUrlHosts()) }),
	each("attachments", func(r *storedRow) tuples { return attachmentValues(r.GetAttachments()) }),
	each("defects", func(r *storedRow) []string { return list(r.GetDefects()) }),
	whole("size", (*storedRow).GetSize),
	each("origins", func(r *storedRow) *pairs { return orderedmap.FromMap(r.GetOrigins()) }),
	whole("name", (*storedRow).GetName),
	each("phones", func(r *storedRow) []string { return list(r.GetPhones()) }),
	each("wallets", func(r *storedRow) []string { return list(r.GetWallets()) }),
	whole("spoofed_domain", (*storedRow).GetSpoofedDomain),
	whole("body", (*storedRow).GetBody),
	each("personal", func(r *storedRow) []string { return list(r.GetPersonal()) }),
}

// pairs are those of a Map, in the order of their keys.
type pairs = orderedmap.Map[string, string]

// The days that both Date and DateTime of ClickHouse can hold.
const (
	minTimeMS = 0
	maxTimeMS = 4_291_747_200_000 // 2105-12-31
)

// storedTime brings a time of hostile origin into the range of the tables.
func storedTime(ms, instead int64) time.Time {
	if ms <= minTimeMS || ms > maxTimeMS {
		ms = min(max(instead, minTimeMS), maxTimeMS)
	}
	return time.UnixMilli(ms).UTC()
}

// recipientUnit is what is counted as one recipient: 0 if nobody is known.
func recipientUnit(r *record.Row) uint64 {
	if r.GetRecipient() == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(r.GetRecipient()))
	return max(1, h.Sum64())
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// tuples are the rows of an Array(Tuple(...)): slices, since of a struct the client
// would look the names up again for each.
type tuples [][]any

func attachmentValues(in []*record.Attachment) tuples {
	out := make(tuples, 0, len(in))
	for _, a := range in {
		out = append(out, []any{a.GetName(), a.GetType(), a.GetSize(), a.GetSha256(), a.GetSsdeep()})
	}
	return out
}

func evidenceValues(in []*record.Evidence) tuples {
	out := make(tuples, 0, len(in))
	for _, e := range in {
		out = append(out, []any{cluster.Key(e.GetKey()).String(), fixed(e.GetMatched()), e.GetValue(), e.GetScore(), e.GetWeight()})
	}
	return out
}

// fixed brings an id to the 16 bytes of its column; an absent one is zeros.
func fixed(id []byte) string {
	var out cluster.ReportID
	if len(id) == len(out) {
		copy(out[:], id)
	}
	return string(out[:])
}
