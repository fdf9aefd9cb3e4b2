package store

import (
	"hash/fnv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column/orderedmap"

	"shoal/cluster"
	"shoal/pipeline/record"
)

// reportColumns are the columns of report_rows in the order of values.
var reportColumns = []string{
	"campaign_id", "alone_id", "version", "is_deleted", "evidence", "join_score", "join_content", "log_offset", "home",
	"reported_at", "report_id", "received_at", "source", "recipient", "recipient_unit", "recipient_domain", "reporter", "attrs",
	"from_address", "from_domain", "from_name", "reply_to", "return_path_domain", "subject", "message_id", "source_ip", "helo",
	"spf", "dkim", "dmarc", "dkim_domain", "mailer", "header_fingerprint", "language", "body_ssdeep", "html_ssdeep",
	"urls", "url_hosts", "attachments", "defects", "size", "origins", "name", "phones", "wallets", "spoofed_domain", "body", "personal",
}

// values gives the columns of one row.
func (p *placement) values(erased erasures) []any {
	r, unit := erased.apply(p.row)
	received := storedTime(min(r.GetReceivedAtMs(), maxReceivedMS), 0)
	reported := storedTime(r.GetReportedAtMs(), r.GetReceivedAtMs())
	deleted := uint8(0)
	if p.deleted {
		deleted = 1
	}
	return []any{
		p.place.campaign, p.place.alone, p.version, deleted, evidenceValues(p.join.evidence), p.join.score, p.join.content, p.offset, p.home,
		reported, string(p.report[:]), received, r.GetSource(), r.GetRecipient(), unit, r.GetRecipientDomain(), r.GetReporter(),
		orderedmap.FromMap(r.GetAttrs()),
		r.GetFromAddress(), r.GetFromDomain(), r.GetFromName(), r.GetReplyTo(), r.GetReturnPathDomain(), r.GetSubject(), r.GetMessageId(), r.GetSourceIp(), r.GetHelo(),
		r.GetSpf(), r.GetDkim(), r.GetDmarc(), r.GetDkimDomain(), r.GetMailer(), r.GetHeaderFingerprint(), r.GetLanguage(), r.GetBodySsdeep(), r.GetHtmlSsdeep(),
		list(r.GetUrls()), list(r.GetUrlHosts()), attachmentValues(r.GetAttachments()), list(r.GetDefects()), r.GetSize(),
		orderedmap.FromMap(r.GetOrigins()), r.GetName(), list(r.GetPhones()), list(r.GetWallets()), r.GetSpoofedDomain(), r.GetBody(), list(r.GetPersonal()),
	}
}

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
