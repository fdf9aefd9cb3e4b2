package record

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"shoal/cluster"
)

// repeat is a field of the row whose text the features may have too.
type repeat struct {
	number protowire.Number
	field  func(*Row) *string
	text   func(*Features) string
}

// ofValue gives the text of the first value of a key.
func ofValue(key cluster.Key) func(*Features) string {
	return func(p *Features) string { return p.valueText(key) }
}

// repeats is part of the record: numbers and meanings never change.
var repeats = []repeat{
	{8, func(r *Row) *string { return &r.FromAddress }, ofValue(cluster.KeySenderAddress)},
	{9, func(r *Row) *string { return &r.FromDomain }, func(p *Features) string {
		address := p.valueText(cluster.KeySenderAddress)
		return address[strings.LastIndexByte(address, '@')+1:]
	}},
	{11, func(r *Row) *string { return &r.ReplyTo }, ofValue(cluster.KeyReplyTo)},
	{12, func(r *Row) *string { return &r.ReturnPathDomain }, ofValue(cluster.KeyReturnPath)},
	{15, func(r *Row) *string { return &r.SourceIp }, ofValue(cluster.KeySourceIP)},
	{16, func(r *Row) *string { return &r.Helo }, ofValue(cluster.KeyHELO)},
	{20, func(r *Row) *string { return &r.DkimDomain }, ofValue(cluster.KeyDKIM)},
	{21, func(r *Row) *string { return &r.Mailer }, ofValue(cluster.KeyMailer)},
	{22, func(r *Row) *string { return &r.HeaderFingerprint }, ofValue(cluster.KeyHeader)},
	{23, func(r *Row) *string { return &r.Language }, ofValue(cluster.KeyLanguage)},
	{24, func(r *Row) *string { return &r.BodySsdeep }, (*Features).GetBodyDigest},
	{25, func(r *Row) *string { return &r.HtmlSsdeep }, (*Features).GetHtmlDigest},
}

// errRow is returned for a row that lacks what the features do not have.
var errRow = errors.New("row leaves out what cannot be filled in")

// numberOrigins is the row's field "origins".
const numberOrigins protowire.Number = 31

// originFields and originWords are part of the record: only append.
var (
	originFields = []string{"source", "recipient", "reporter", "source_ip", "reported_at"}
	originWords  = []string{"", "reported", "derived", "missing"}
)

// newReport puts a row beside its features, without what they say already.
func newReport(p *Features, row *Row) (*Report, error) {
	b, err := proto.Marshal(row)
	if err != nil {
		return nil, fmt.Errorf("marshal row: %w", err)
	}
	out := &Report{Features: p, RowOrigins: packOrigins(row.GetOrigins())}
	for _, r := range repeats {
		if text := *r.field(row); text != "" && text == r.text(p) {
			out.RowRepeats |= 1 << r.number
		}
	}
	out.Row = without(b, func(n protowire.Number) bool {
		return n == numberOrigins && out.RowOrigins != 0 || n < 64 && out.RowRepeats>>n&1 == 1
	})
	return out, nil
}

// without drops fields of a message that was just marshalled, in place.
func without(message []byte, drop func(protowire.Number) bool) []byte {
	out := message[:0]
	for rest := message; len(rest) > 0; {
		number, _, n := protowire.ConsumeField(rest)
		if !drop(number) {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	return out
}

// row gives the row whole.
func (r *Report) row() (*Row, error) {
	row := new(Row)
	if err := proto.Unmarshal(r.GetRow(), row); err != nil {
		return nil, fmt.Errorf("unmarshal row: %w", err)
	}
	left := r.GetRowRepeats()
	for _, f := range repeats {
		if bit := uint64(1) << f.number; left&bit != 0 {
			*f.field(row) = f.text(r.GetFeatures())
			left &^= bit
		}
	}
	if left != 0 || r.GetRowOrigins()>>(2*len(originFields)) != 0 {
		return nil, errRow
	}
	row.unpackOrigins(r.GetRowOrigins())
	return row, nil
}

// packOrigins gives 0 for origins that are not of the known fields and words.
func packOrigins(origins map[string]string) (packed uint32) {
	known := 0
	for i, field := range originFields {
		for code, word := range originWords {
			if code > 0 && origins[field] == word {
				packed |= uint32(code) << (2 * i)
				known++
			}
		}
	}
	if known < len(origins) {
		return 0
	}
	return packed
}

func (r *Row) unpackOrigins(packed uint32) {
	for i, field := range originFields {
		code := packed >> (2 * i) & 3
		if code == 0 {
			continue
		}
		if r.Origins == nil {
			r.Origins = make(map[string]string)
		}
		r.Origins[field] = originWords[code]
	}
}
